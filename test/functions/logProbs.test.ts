/** Log-probabilities of given tokens against the definition in float64. */
import { describe, expect, it } from "vitest";
import { createRuntime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { denominatorBound, logSoftmaxBound } from "../judge/bounds.mjs";
import { random } from "../judge/random.mjs";
import { allowed, truncated } from "../judge/vocabularyReference.mjs";

describe.each(BACKENDS)("%s", (backend) => {
  const { logProbs } = runtimeOf(backend);

  it.each([1, 3, 64, 1000, 50_000])("is within its bound, of %i tokens", (n) => {
    const small = createRuntime({ backend, heapBytes: 65536 });
    const next = random(n);
    const x = Float32Array.from({ length: n }, () => 30 * next());
    const tokens = Uint32Array.from({ length: 40 }, () => Math.floor(n * next()));
    const mask = Uint32Array.from({ length: Math.ceil(n / 32) }, () => (2 ** 32 * next()) | 1);
    for (const options of [{}, { temperature: 0.3 }, { temperature: 8 }, { mask }]) {
      const { temperature = 1 } = options as { temperature?: number };
      const bits = (options as { mask?: Uint32Array }).mask;
      const { kept, logS, mean } = truncated({ x, ...options });
      const got = logProbs(x, tokens, options);
      expect(small.logProbs(x, tokens, options)).toEqual(got);
      for (const [j, token] of tokens.entries()) {
        const y = allowed(bits, token) ? (x[token] - x[kept[0]]) / temperature - logS : -Infinity;
        const bound = logSoftmaxBound(y) + denominatorBound(mean);
        if (!(got[j] === y || Math.abs(got[j] - y) <= bound))
          expect.fail(`token ${token} of ${n}: ${got[j]}, not ${y}`);
      }
    }
  });

  it("takes one or several tokens a row, and gives 0 where one is to be ignored", () => {
    const x = Float32Array.of(0, 1, 2, 0, 1, 2, Number.NaN, 1, 2);
    const shape = [3, 3];
    const y = (token: number): number => Math.fround(token - 2 - Math.log(1 + Math.exp(-1) + Math.exp(-2)));
    const near = (got: Float32Array, want: number[]): void => {
      expect(got.length).toBe(want.length);
      want.forEach((v, j) => expect(Math.abs(got[j] - v)).toBeLessThan(1e-6));
    };
    near(logProbs(x, [2, 0, -100], { shape, ignore: -100 }), [y(2), y(0), 0]); // the row of NaN is not read
    near(logProbs(x.subarray(0, 6), BigInt64Array.of(2n, 1n, 0n, 0n), { shape: [2, 3] }), [y(2), y(1), y(0), y(0)]);
    near(logProbs(x.subarray(0, 3), [7, 1], { ignore: 7 }), [0, y(1)]);
    const out = new Float32Array(3);
    expect(logProbs(x, [0, 1, -1], { shape, ignore: -1, out })).toBe(out);
    near(out, [y(0), y(1), 0]);
    expect(logProbs([], [], { shape: [0, 3] })).toEqual(new Float32Array(0));
    expect(logProbs(x, [], { shape })).toEqual(new Float32Array(0));
  });

  it("gives a certain token 0 and every other -Infinity", () => {
    const want = Float32Array.of(-Infinity, 0, -Infinity);
    expect(logProbs([1, 3, 3], [0, 1, 2], { temperature: 0 })).toEqual(want);
    expect(logProbs([1, Infinity, Infinity], [0, 1, 2])).toEqual(want);
    expect(logProbs([1, 3, 2], [0, 2], { bias: { tokens: [0], values: [-Infinity] } })[0]).toBe(-Infinity);
  });

  it("takes tokens and out as they are, whatever their class says", () => {
    class Throwing extends Float32Array {
      override set(): void {
        throw new Error("set was called");
      }
    }
    class Tokens extends Uint32Array {
      override get length(): number {
        throw new Error("length was asked for");
      }
    }
    const want = logProbs([1, 3, 2], [2, 0]);
    expect(Float32Array.from(logProbs([1, 3, 2], new Tokens([2, 0]), { out: new Throwing(2) }))).toEqual(want);
    const x = Float32Array.of(1, 3, 2, 0, 0);
    logProbs(x.subarray(0, 3), [2, 0], { out: x.subarray(3) });
    expect(x).toEqual(Float32Array.of(1, 3, 2, ...want)); // beside its input, in one buffer
    const both = new Float32Array(2);
    logProbs([1, 3, 2], new Uint32Array(both.buffer).fill(1), { out: both }); // tokens are read before
    expect(both).toEqual(logProbs([1, 3, 2], [1, 1]));
  });
});

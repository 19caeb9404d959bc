/** Several rows in one call: bit for bit what a call on each gives. */
import { describe, expect, it } from "vitest";
import type { Bias, Penalties, TokenMask } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { random } from "../judge/random.mjs";

const ROWS = 5;

describe.each(BACKENDS)("%s", (backend) => {
  const { sample, topK, truncate, logProbs } = runtimeOf(backend);

  function caseOf(n: number) {
    const next = random(n);
    const x = Float32Array.from({ length: ROWS * n }, () => 9 * next());
    const mask: TokenMask = Uint8Array.from({ length: n }, (_, i) => (i === 0 || next() > 0.3 ? 1 : 0));
    const bias: Bias = { tokens: [0, n - 1], values: [2, -Infinity] };
    const penalties: Penalties = { tokens: [0, 0, n >> 1], promptLength: 1, repetition: 1.2, frequency: 0.5 };
    const masks = [mask, undefined, Uint32Array.of(-1), mask, undefined];
    const biases = [undefined, bias, bias, undefined, { tokens: [1 % n], values: [4] }];
    const lists = { mask: masks, bias: biases, penalties: [penalties, undefined, penalties, penalties, undefined] };
    return { x, next, shared: [{}, { mask }, { bias, penalties }, { mask, bias, penalties }], lists };
  }

  /** The options of one row. */
  const ofRow = (options: object, r: number): object =>
    Object.fromEntries(Object.entries(options).map(([name, value]) => [name, Array.isArray(value) ? value[r] : value]));

  it.each([2, 40, 1000, 3000])("gives what single calls give, of %i tokens", (n) => {
    const { x, next, shared, lists } = caseOf(n);
    const row = (r: number): Float32Array => x.slice(r * n, (r + 1) * n);
    const tokens = Uint32Array.from({ length: ROWS * 3 }, () => Math.floor(n * next()));
    for (const given of [...shared, lists]) {
      for (const law of [{}, { topK: 9, topP: 0.8, temperature: 0.7 }, { minP: 0.1 }, { temperature: 0 }]) {
        for (const shape of [
          [ROWS, n],
          [ROWS, 1, n],
        ]) {
          const shares = Array.from({ length: ROWS }, next);
          let asked = 0;
          const drawn = sample(x, { ...given, ...law, shape, random: () => shares[asked++] });
          const kept = truncate(x, { ...given, ...law, shape });
          expect(asked).toBe(ROWS);
          for (let r = 0; r < ROWS; r++) {
            const options = { ...ofRow(given, r), ...law };
            const one = sample(row(r), { ...options, random: () => shares[r] });
            expect(drawn.index[r]).toBe(one.index);
            expect(drawn.prob[r]).toBe(Math.fround(one.prob));
            expect(drawn.logProb[r]).toBe(Math.fround(one.logProb));
            expect(kept[r]).toEqual(truncate(row(r), options));
          }
        }
      }
      const best = topK(x, 6, { ...given, shape: [ROWS, n] });
      const logs = logProbs(x, tokens, { ...given, shape: [ROWS, n] });
      const k = Math.min(6, n);
      for (let r = 0; r < ROWS; r++) {
        const one = topK(row(r), 6, ofRow(given, r));
        const count = one.indices.length;
        expect(best.indices.subarray(r * k, r * k + count)).toEqual(one.indices);
        expect(best.logProbs.subarray(r * k, r * k + count)).toEqual(one.logProbs);
        expect([...best.indices.subarray(r * k + count, (r + 1) * k)].every((i) => i === 0xffffffff)).toBe(true);
        expect([...best.logProbs.subarray(r * k + count, (r + 1) * k)].every((y) => y === -Infinity)).toBe(true);
        expect(best.logSumExp[r]).toBe(one.logSumExp);
        expect(logs.subarray(3 * r, 3 * r + 3)).toEqual(
          logProbs(row(r), tokens.subarray(3 * r, 3 * r + 3), ofRow(given, r)),
        );
      }
    }
  });

  it("takes no rows, and one", () => {
    expect(sample([], { shape: [0, 4] }).index).toEqual(new Uint32Array(0));
    expect(topK([], 2, { shape: [0, 4] }).logSumExp).toEqual(new Float32Array(0));
    expect(truncate([], { shape: [0, 4] })).toEqual([]);
    expect(sample([1, 5], { shape: [1, 2], temperature: 0 })).toEqual({
      index: Uint32Array.of(1),
      prob: Float32Array.of(1),
      logProb: Float32Array.of(0),
    });
    expect(truncate([1, 5], { shape: [2], temperature: 0 }).length).toBe(1);
  });
});

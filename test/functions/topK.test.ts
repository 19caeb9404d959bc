/** topK is sorting everything, and log-softmax of the whole. */
import { describe, expect, it } from "vitest";
import { createRuntime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { denominatorBound, logSoftmaxBound } from "../judge/bounds.mjs";
import { LENGTHS, RANGES } from "../judge/cases";
import { random } from "../judge/random.mjs";
import { allowed, ordered, truncated } from "../judge/vocabularyReference.mjs";

describe.each(BACKENDS)("%s", (backend) => {
  const { topK, logSumExp } = runtimeOf(backend);

  function check(
    x: Float32Array,
    k: number,
    temperature: number | undefined,
    mask: Uint32Array | undefined,
    label: string,
  ): void {
    const got = topK(x, k, { temperature, mask });
    const order = ordered(x, mask);
    expect(got.indices.length, label).toBe(Math.min(k, order.length));
    const wrong = got.indices.findIndex((i, j) => i !== order[j]);
    if (wrong >= 0) expect.fail(`${label}: place ${wrong} has token ${got.indices[wrong]}, not ${order[wrong]}`);
    const { logS, mean } = truncated({ x, temperature, mask }, order);
    got.indices.forEach((i, j) => {
      const want = (x[i] - x[order[0]]) / (temperature ?? 1) - logS;
      const bound = logSoftmaxBound(want) + denominatorBound(mean);
      const close = Object.is(got.logProbs[j], want) || Math.abs(got.logProbs[j] - want) <= bound;
      if (!close) expect.fail(`${label}: token ${i} has ${want}, not ${got.logProbs[j]}`);
    });
    if (mask === undefined) expect(got.logSumExp).toBe(logSumExp(x, { temperature })[0]);
  }

  it.each([...LENGTHS, 30000])("lists the largest of %i, and their log-probabilities", (n) => {
    for (const [name, fill] of Object.entries(RANGES)) {
      const x = Float32Array.from(fill(n, random(n)));
      if (name === "huge and tiny") continue; // below
      for (const k of [1, 2, 5, 50, 700, n, n + 3]) check(x, k, undefined, undefined, `${name} ${n}, ${k} of them`);
      check(x, 9, 0.5, undefined, `${name} ${n} at 0.5`);
      const next = random(n + 2);
      const mask = Uint32Array.from({ length: Math.ceil(n / 32) }, () => Math.floor(next() * 2 ** 32));
      mask[0] |= 1;
      for (const k of [1, 5, n]) check(x, k, undefined, mask, `${name} ${n} masked, ${k} of them`);
    }
  });

  it("lists ties by index, also where they go on far beyond k", () => {
    const x = Float32Array.from({ length: 20000 }, (_, i) => (i % 3 === 1 ? 2 : 1));
    for (const k of [1, 7, 400, 6667, 6668, 19999]) check(x, k, undefined, undefined, `${k} of 20000`);
    const zeros = Float32Array.from({ length: 600 }, (_, i) => (i % 2 ? 0 : -0));
    check(zeros, 300, undefined, undefined, "signed zeros");
  });

  it("lists what differs by more than a float32 holds", () => {
    const x = Float32Array.of(3.4e38, -3.4e38, 0, 3.4e38, 1);
    const { indices, logProbs } = topK(x, 5);
    expect([...indices]).toEqual([0, 3, 4, 2, 1]);
    expect([...logProbs]).toEqual([
      Math.fround(-Math.LN2),
      Math.fround(-Math.LN2),
      ...[-3.4e38, -3.4e38].map(Math.fround),
      -Infinity,
    ]);
  });

  it("returns no token that the mask leaves out, and fewer than k where fewer are allowed", () => {
    const x = Float32Array.of(1, Number.NaN, -Infinity, 4, Infinity, 2);
    const mask = Uint32Array.of(0b101101);
    const { indices, logProbs } = topK(x, 6, { mask });
    expect([...indices]).toEqual([3, 5, 0, 2]);
    expect(logProbs[3]).toBe(-Infinity);
    expect(indices.every((i) => allowed(mask, i))).toBe(true);
  });

  it.each([5, 300, 4775, 70000])("lists what comes after +Infinity, of %i", (n) => {
    const next = random(n);
    for (const share of [0.001, 0.3]) {
      const x = Float32Array.from({ length: n }, (_, i) => (i === n >> 1 || next() < share ? Infinity : 9 * next()));
      x[n - 1] = -Infinity;
      const order = ordered(x);
      for (const k of [1, 3, 59, 917, n]) {
        const { indices, logProbs } = topK(x, k);
        expect(indices.length).toBe(Math.min(k, n));
        expect(indices.findIndex((i, j) => i !== order[j])).toBe(-1);
        expect(logProbs.findIndex((y, j) => y !== (j === 0 ? 0 : -Infinity))).toBe(-1);
      }
    }
  });

  it("gives the first +Infinity, or the maximum at temperature 0, all the probability", () => {
    expect(topK([1, Infinity, 2, Infinity], 3)).toEqual({
      indices: Uint32Array.of(1, 3, 2),
      logProbs: Float32Array.of(0, -Infinity, -Infinity),
      logSumExp: Infinity,
    });
    expect(topK([1, 3, 2, 3], 3, { temperature: 0 })).toEqual({
      indices: Uint32Array.of(1, 3, 2),
      logProbs: Float32Array.of(0, -Infinity, -Infinity),
      logSumExp: Infinity,
    });
    expect(topK([0, -1, 0], 1, { temperature: 0 }).logSumExp).toBe(Math.fround(Math.LN2));
  });

  it("gives the same whether the row fits into the heap or streams through it", () => {
    const small = createRuntime({ backend, heapBytes: 65536 });
    const next = random(12);
    const x = Float32Array.from({ length: 60001 }, () => Math.round(4000 * next()) / 400);
    const mask = Uint32Array.from({ length: 1876 }, () => Math.floor(next() * 2 ** 32));
    for (const k of [1, 50, 400, 5000, 60001]) {
      for (const options of [{}, { mask }]) {
        const [a, b] = [small.topK(x, k, options), topK(x, k, options)];
        expect(a.logSumExp).toBe(b.logSumExp);
        expect(a.indices.length).toBe(b.indices.length);
        expect(a.indices.findIndex((i, j) => i !== b.indices[j])).toBe(-1);
        expect(a.logProbs.findIndex((y, j) => !Object.is(y, b.logProbs[j]))).toBe(-1);
      }
    }
  });
});

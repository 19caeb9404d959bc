/** Logits of ±Infinity wherever topK and sample make bounds from maxima: in every block, beyond the heap, under every truncation. */
import { describe, expect, it } from "vitest";
import { createRuntime, type SampleOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { random } from "../judge/random.mjs";
import { ordered } from "../judge/vocabularyReference.mjs";

type Fill = (i: number, next: () => number) => number;

/** Rows in which no block's maximum is finite, none of the first k logits is, no logit at all is, or most logits are -Infinity. */
const ROWS: Record<string, Fill> = {
  "one in every block": (i) => (i % 256 ? -i : Infinity),
  "half of them": (i, next) => (i % 2 ? Infinity : next()),
  "all in front": (i, next) => (i < 40000 && next() < 0.9 ? Infinity : 9 * next() - 5),
  "but one": (i) => (i === 77 ? -3 : Infinity),
  "all of them": () => Infinity,
  "beside -Infinity": (i) => (i % 3 === 0 ? Infinity : -Infinity),
  "beside one value": (i) => (i % 256 === 255 ? Infinity : 2),
  "beside the largest float32": (i, next) => (i % 256 === 7 ? Infinity : 3.4e38 * (2 * next() - 1)),
  "beside denormals": (i, next) => (i % 256 === 7 ? Infinity : Math.round(900 * next()) * 1.4e-45),
  "all three": (i, next) => (i % 256 === 7 ? Infinity : i % 5 === 0 ? -Infinity : next()),
};

describe.each(BACKENDS)("infinite logits on %s", (backend) => {
  const whole = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });

  it("lists what comes after a +Infinity in every block", () => {
    const x = Float32Array.from({ length: 1280 }, (_, i) => (i % 256 ? -i : Infinity));
    expect([...whole.topK(x, 6).indices]).toEqual([0, 256, 512, 768, 1024, 1]);
  });

  it.each(Object.entries(ROWS))("topK, +Infinity: %s", (name, fill) => {
    for (const n of [5, 1280, 30000]) {
      const next = random(n);
      const x = Float32Array.from({ length: n }, (_, i) => fill(i, next));
      if (!x.includes(Infinity)) continue;
      const mask = Uint32Array.from({ length: Math.ceil(n / 32) }, () => Math.floor(next() * 2 ** 32) | 1);
      for (const some of [undefined, mask]) {
        const order = ordered(x, some);
        if (x[order[0]] !== Infinity) continue;
        for (const k of [1, 6, 300, 3000, n + 5]) {
          for (const { topK } of [whole, small]) {
            const { indices, logProbs, logSumExp } = topK(x, k, { mask: some });
            const label = `${backend} ${name}, ${k} of ${n}${some ? " masked" : ""}`;
            expect(indices.length, label).toBe(Math.min(k, order.length));
            expect(
              indices.findIndex((i, j) => i !== order[j]),
              label,
            ).toBe(-1);
            expect(
              logProbs.findIndex((y, j) => y !== (j === 0 ? 0 : -Infinity)),
              label,
            ).toBe(-1);
            expect(logSumExp).toBe(Infinity);
          }
        }
      }
    }
  });

  const TRUNCATIONS: SampleOptions[] = [
    {},
    { topK: 1 },
    { topK: 300 },
    { topK: 10_000_000 },
    { topP: 0.5 },
    { topP: 1 },
    { minP: 0.1 },
    { topK: 300, topP: 0.9, minP: 0.01 },
    { temperature: 0 },
    { temperature: 5e-324, topP: 0.9 },
    { temperature: 1e300, topK: 9, topP: 0.9 },
  ];

  it.each(TRUNCATIONS)("sample takes the first +Infinity: %o", (options) => {
    for (const fill of Object.values(ROWS)) {
      for (const n of [5, 1280, 20000]) {
        const next = random(n);
        const x = Float32Array.from({ length: n }, (_, i) => fill(i, next));
        const first = x.indexOf(Infinity);
        if (first < 0) continue;
        for (const { sample } of [whole, small]) {
          const got = sample(x, { ...options, random: () => 0.999 });
          expect(got).toEqual({ index: first, prob: 1, logProb: 0 });
          const second = x.indexOf(Infinity, first + 1);
          if (second < 0) continue;
          const mask = new Uint8Array(n).fill(1);
          mask[first] = 0;
          const other = sample(x, { ...options, mask, random: () => 0.999 });
          expect(other).toEqual({ index: second, prob: 1, logProb: 0 });
        }
      }
    }
  });

  it.each(TRUNCATIONS)("-Infinity is never drawn, nor is anything where all of it is: %o", (options) => {
    for (const n of [5, 1280, 20000]) {
      const none = new Float32Array(n).fill(-Infinity);
      const some = none.map((v, i) => (i % 257 === 3 ? i % 4 : v));
      const mask = new Uint32Array(Math.ceil(n / 32)).fill(~8);
      for (const { sample, topK } of [whole, small]) {
        for (const run of [() => sample(none, options), () => topK(none, 5), () => topK(none, n)]) {
          expect(run).toThrow(/"logits" expected one above -Infinity, got none$/);
        }
        expect(() => sample(n === 5 ? some : none, { ...options, mask })).toThrow(/"mask" expected to allow a token/);
        for (const u of [0, 0.5, 1 - 2 ** -53]) {
          const { index, prob } = sample(some, { ...options, random: () => u });
          expect(index % 257).toBe(3);
          expect(prob).toBeGreaterThan(0);
        }
      }
    }
  });
});

/** truncate says what sample draws from: the tokens that sorting keeps, in index order, and their probabilities. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime, type TruncationOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { denominatorBound, softmaxBound } from "../judge/bounds.mjs";
import { random } from "../judge/random.mjs";
import { truncated } from "../judge/vocabularyReference.mjs";

const X = Float32Array.of(5, 4, 3.2, 2.5, 2, 1, 0, -1);

const OPTIONS: TruncationOptions[] = [
  {},
  { temperature: 0.4 },
  { temperature: 5 },
  { topK: 7 },
  { topP: 0.8 },
  { minP: 0.2 },
  { minP: 1 },
  { topK: 40, topP: 0.9, temperature: 0.8 },
  { topP: 0.1, minKeep: 5 },
  { minP: 0.9, minKeep: 12 },
  { topK: 3, minP: 0.99, minKeep: 6 },
  { topP: 0.9, temperature: 2.5, temperatureLast: true },
  { minP: 0.1, temperature: 0.5, temperatureLast: true },
  { topK: 20, topP: 0.7, temperature: 3, temperatureLast: true, minKeep: 4 },
];

describe.each(BACKENDS)("%s", (backend) => {
  const runtimes: [string, Runtime][] = [
    ["whole", runtimeOf(backend)],
    ["streamed", createRuntime({ backend, heapBytes: 65536 })],
  ];

  it.each([1, 2, 17, 256, 257, 5000, 30_000])("keeps what sorting keeps, of %i tokens", (n) => {
    const next = random(n);
    const x = Float32Array.from({ length: n }, () => 8 * next());
    for (let i = 1; i < n; i += 5) x[i] = x[i - 1]; // ties
    for (let i = 3; i < n; i += 11) x[i] = -Infinity;
    for (const options of OPTIONS) {
      const { temperature = 1 } = options;
      const { kept, probs, mean } = truncated({ x, ...options } as Parameters<typeof truncated>[0]);
      const want = kept.map((token, j) => ({ token, p: probs[j] })).sort((a, b) => a.token - b.token);
      for (const [how, runtime] of runtimes) {
        const label = `${JSON.stringify(options)} of ${n}, ${how}`;
        const got = runtime.truncate(x, options);
        expect(got.indices, label).toEqual(Uint32Array.from(want, ({ token }) => token));
        for (const [j, { token, p }] of want.entries()) {
          const d = (x[token] - x[kept[0]]) / temperature;
          const bound = p * (softmaxBound(d) + softmaxBound(0) + 2 * denominatorBound(mean)) + 2 ** -126;
          if (!(Math.abs(got.probs[j] - p) <= bound))
            expect.fail(`${label}: token ${token} has ${got.probs[j]}, not ${p}`);
        }
      }
    }
  });

  it("says what sample draws, and with which probability", () => {
    const { sample, truncate } = runtimeOf(backend);
    const next = random(3);
    const x = Float32Array.from({ length: 700 }, () => 8 * next());
    for (const options of OPTIONS) {
      const { indices, probs } = truncate(x, options);
      let before = 0;
      for (const [j, token] of indices.entries()) {
        const u = before + probs[j] / 2;
        before += probs[j];
        if (probs[j] < 1e-4) continue;
        const drawn = sample(x, { ...options, random: () => u });
        expect(drawn.index).toBe(token);
        expect(Math.abs(drawn.prob - probs[j])).toBeLessThanOrEqual(1e-6 * probs[j]);
      }
      expect(Math.abs(before - 1)).toBeLessThan(1e-6);
    }
  });

  it("truncates before the temperature where it comes last", () => {
    const { truncate, sample } = runtimeOf(backend);
    const last = { temperature: 2.5, temperatureLast: true };
    for (const options of [
      { minP: 0.1, ...last },
      { topP: 0.9, ...last },
    ]) {
      const { indices, probs } = truncate(X, options);
      expect(indices).toEqual(Uint32Array.of(0, 1, 2));
      const weights = [0, 1, 2].map((i) => Math.exp((X[i] - 5) / 2.5));
      const s = weights[0] + weights[1] + weights[2];
      weights.forEach((w, i) => expect(Math.abs(probs[i] - w / s)).toBeLessThan(1e-6));
      const { prob, logProb } = sample(X, { ...options, random: () => 0 });
      expect(Math.abs(prob - weights[0] / s)).toBeLessThan(1e-6);
      const all = X.reduce((sum, v) => sum + Math.exp((v - 5) / 2.5), 0);
      expect(Math.abs(logProb + Math.log(all))).toBeLessThan(1e-6); // of all tokens, at the temperature
    }
    expect(truncate(X, { topK: 4, topP: 0.9, temperature: 2.5 }).indices).toEqual(Uint32Array.of(0, 1, 2, 3));
  });

  it("leaves one token at temperature 0 and of a +Infinity, and none of -Infinity", () => {
    const { truncate } = runtimeOf(backend);
    const one = (token: number) => ({ indices: Uint32Array.of(token), probs: Float32Array.of(1) });
    expect(truncate([1, 3, 3], { temperature: 0 })).toEqual(one(1));
    expect(truncate([1, Infinity, Infinity])).toEqual(one(1));
    expect(truncate([-Infinity, 2, -Infinity])).toEqual(one(1));
    expect(truncate([-Infinity, 2, -Infinity], { topK: 2, minKeep: 2 })).toEqual(one(1));
  });
});

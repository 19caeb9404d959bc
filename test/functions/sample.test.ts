/** sample draws from the distribution it says, and says the probability of what it drew. */
import { describe, expect, it } from "vitest";
import { createRuntime, type SampleOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { logSoftmaxBound, softmaxBound } from "../judge/bounds.mjs";
import { drawn } from "../judge/drawn";
import { random } from "../judge/random.mjs";
import { truncated, type VocabularyCase } from "../judge/vocabularyReference.mjs";

const ONE_LESS = 1 - 2 ** -53;

const logits = (n: number, seed: number, scale = 6): Float32Array => {
  const next = random(seed);
  return Float32Array.from({ length: n }, () => scale * (next() + next() - 1));
};
const bits = (n: number, allow: (i: number) => boolean): Uint32Array => {
  const mask = new Uint32Array(Math.ceil(n / 32));
  for (let i = 0; i < n; i++) if (allow(i)) mask[i >> 5] |= 1 << (i & 31);
  return mask;
};

const TRUNCATIONS: Omit<VocabularyCase, "x">[] = [
  {},
  { temperature: 0.4 },
  { temperature: 5 },
  { topK: 7 },
  { topP: 0.8 },
  { minP: 0.2 },
  { mask: bits(61, (i) => i % 3 !== 0) },
  { temperature: 0.8, topK: 20, topP: 0.9 },
  { temperature: 2, topK: 40, topP: 0.95, minP: 0.05, mask: bits(61, (i) => i % 7 !== 2) },
];

describe.each(BACKENDS)("%s", (backend) => {
  const runtime = runtimeOf(backend);
  const { sample } = runtime;

  const draws = drawn(200_000);
  it.each(TRUNCATIONS)(`draws as often as it should (${draws} times), with %j`, (options) => {
    const x = logits(61, 5);
    x[9] = -Infinity;
    x[30] = x[31]; // a tie
    const { kept, probs } = truncated({ x, ...options });
    const next = random(77);
    const counts = new Float64Array(61);
    const asked: SampleOptions = { ...options, random: next };
    for (let i = 0; i < draws; i++) counts[sample(x, asked).index]++;
    let chi = 0;
    let degrees = -1;
    let [seen, rare, rareSeen] = [0, 0, 0];
    kept.forEach((token, j) => {
      const expected = draws * probs[j];
      seen += counts[token];
      if (expected < 5) {
        rare += expected;
        rareSeen += counts[token];
        return;
      }
      chi += (counts[token] - expected) ** 2 / expected;
      degrees++;
    });
    if (rare >= 5) {
      chi += (rareSeen - rare) ** 2 / rare;
      degrees++;
    }
    expect(seen).toBe(draws); // nothing that was not kept
    // chi² at its mean and four standard deviations of its cube root (Wilson–Hilferty): p = 3e-5
    const d = Math.max(degrees, 1);
    expect(chi).toBeLessThan(d * (1 - 2 / (9 * d) + 4 * Math.sqrt(2 / (9 * d))) ** 3);
  });

  it.each([1, 5, 64, 300, 5000, 70000])("takes the first token whose running sum exceeds the draw, of %i", (n) => {
    const x = logits(n, n);
    for (const options of [
      {},
      { temperature: 0.5 },
      { topK: 40 },
      { topP: 0.9 },
      { topP: 0.99, temperature: 3 },
      { minP: 0.01 },
    ]) {
      const { kept, probs, logS } = truncated({ x, ...options });
      const t = options.temperature ?? 1;
      const share = new Map(kept.map((token, j) => [token, probs[j]]));
      const inOrder = [...kept].sort((a, b) => a - b);
      const next = random(n + 1);
      for (const u of [0, ONE_LESS, ...Array.from({ length: 20 }, next)]) {
        const { index, prob, logProb } = sample(x, { ...options, random: () => u });
        let before = 0;
        for (const token of inOrder) {
          if (token === index) break;
          before += share.get(token) as number;
        }
        const p = share.get(index) as number;
        const label = `${n} ${JSON.stringify(options)} at ${u}: token ${index}`;
        if (!(u >= before - 1e-6 && u <= before + p + 1e-6)) expect.fail(`${label} spans ${before} to ${before + p}`);
        const d = (x[index] - x[kept[0]]) / t;
        if (!(Math.abs(prob - p) <= p * (softmaxBound(d) + softmaxBound(0))))
          expect.fail(`${label} has ${p}, not ${prob}`);
        const y = d - logS;
        if (!(Math.abs(logProb - y) <= logSoftmaxBound(y))) expect.fail(`${label} has log ${y}, not ${logProb}`);
      }
    }
  });

  it("is safe at both ends of what random gives", () => {
    const x = Float32Array.of(-Infinity, -200, 1, 2, -200, -Infinity);
    expect(sample(x, { random: () => 0 }).index).toBe(2); // not a token that weighs 0
    expect(sample(x, { random: () => ONE_LESS }).index).toBe(3);
    const equal = new Float32Array(10007).fill(1.5);
    expect(sample(equal, { random: () => 0 }).index).toBe(0);
    expect(sample(equal, { random: () => ONE_LESS }).index).toBe(10006);
    expect(sample(equal, { topP: 0.3, random: () => ONE_LESS }).index).toBe(Math.ceil(0.3 * 10007) - 1);
    expect(sample(equal, { topK: 5, random: () => ONE_LESS })).toMatchObject({ index: 4, prob: 0.2 });
  });

  it("takes the first maximum at temperature 0, and the first +Infinity at any", () => {
    const x = logits(1000, 3);
    x[400] = 9;
    x[700] = 9;
    expect(sample(x, { temperature: 0 })).toEqual({ index: 400, prob: 1, logProb: 0 });
    expect(sample(x, { temperature: 0, mask: bits(1000, (i) => i > 400) })).toEqual({
      index: 700,
      prob: 1,
      logProb: 0,
    });
    x[800] = Infinity;
    x[900] = Infinity;
    for (const temperature of [0, 1, 30])
      expect(sample(x, { temperature })).toEqual({ index: 800, prob: 1, logProb: 0 });
    expect(sample(x, { mask: bits(1000, (i) => i > 800) }).index).toBe(900);
  });

  it.each([31, 32, 33, 63, 64, 65, 255, 256, 257])("reads a mask's edge words, of %i tokens", (n) => {
    const next = random(n);
    for (const only of [0, 1, 30, 31, 32, n - 2, n - 1].filter((i) => i < n)) {
      const x = Float32Array.from({ length: n }, (_, i) => (i === only ? -3 : [Number.NaN, Infinity, 50][i % 3]));
      const mask = bits(n, (i) => i === only);
      if (n % 32) mask[mask.length - 1] |= -1 << (n % 32); // bits behind the last token
      for (const options of [{}, { topK: 2 }, { topP: 0.5 }, { temperature: 0 }]) {
        expect(sample(x, { ...options, mask, random: next })).toEqual({ index: only, prob: 1, logProb: 0 });
      }
    }
  });

  it("draws the same whether the row fits into the heap or streams through it", () => {
    const small = createRuntime({ backend, heapBytes: 65536 });
    const x = logits(70001, 8);
    const mask = bits(70001, (i) => i % 5 !== 1);
    for (const options of [{}, { topK: 100 }, { topK: 9000 }, { topP: 0.9 }, { minP: 0.1 }, { mask, topP: 0.8 }]) {
      for (const u of [0.001, 0.3, 0.77, 0.9999]) {
        const asked = { ...options, random: () => u };
        expect(small.sample(x, asked)).toEqual(sample(x, asked));
      }
    }
  });

  it("takes logits and mask of the runtime's own memory in place", () => {
    const own = createRuntime({ backend });
    const x = own.alloc(3001);
    x.set(logits(3001, 4));
    const words = own.alloc(94);
    const mask = new Uint32Array(words.buffer, words.byteOffset, 94);
    mask.set(bits(3001, (i) => i % 2 === 0));
    const before = x.slice();
    for (const options of [{}, { topP: 0.9 }, { topK: 30, topP: 0.9 }]) {
      const asked = { ...options, random: () => 0.4 };
      expect(own.sample(x, { ...asked, mask })).toEqual(sample(before, { ...asked, mask: mask.slice() }));
      expect(own.sample(x, asked)).toEqual(sample(before, asked));
    }
    expect(x).toEqual(before);
  });

  it("takes temperatures of any size", () => {
    const x = Float32Array.of(3.4e38, -3.4e38, 0, 1e38);
    for (const temperature of [1e-310, 1e-300, 1e-39, 1e25, 1e38, 1e39, 1e60, 1e300]) {
      for (const options of [{}, { topK: 3 }, { topP: 0.9 }]) {
        const { kept, probs, logS } = truncated({ x, temperature, ...options });
        for (const u of [0, 0.1, 0.35, 0.6, ONE_LESS]) {
          const { index, prob, logProb } = sample(x, { temperature, ...options, random: () => u });
          const p = probs[kept.indexOf(index)];
          const d = (x[index] - x[0]) / temperature;
          expect(Math.abs(prob - p)).toBeLessThanOrEqual(p * (softmaxBound(d) + softmaxBound(0)));
          const y = d - logS;
          expect(Math.abs(logProb - y)).toBeLessThanOrEqual(logSoftmaxBound(y));
        }
      }
    }
  });

  it("asks random once, before anything else, so that it may use the library itself", () => {
    const x = logits(500, 2);
    for (const options of [{}, { temperature: 0 }, { topK: 5 }, { topP: 0.5 }]) {
      let asked = 0;
      const nested = sample(x, {
        ...options,
        random: () => {
          asked++;
          runtime.softmax(logits(300, 1));
          runtime.topK(logits(400, 9), 10);
          return sample(logits(700, 6), { topP: 0.5, random: () => 0.9 }).prob < 2 ? 0.25 : Number.NaN;
        },
      });
      expect(asked).toBe(1);
      expect(nested).toEqual(sample(x, { ...options, random: () => 0.25 }));
    }
  });

  it("uses Math.random where nothing else is given", () => {
    const seen = new Set(Array.from({ length: 200 }, () => sample([1, 1, 1]).index));
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });
});

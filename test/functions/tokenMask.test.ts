/** Grammar masks as they come: words of either sign, bytes, short ones and long ones. All mean the tokens they allow, and no others. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime, type TokenMask } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { softmaxBound } from "../judge/bounds.mjs";
import { random } from "../judge/random.mjs";
import { ordered, truncated } from "../judge/vocabularyReference.mjs";

/** Bits for n tokens, random ones: and what is in the last word behind them too. */
function bitsOf(n: number, next: () => number): Uint32Array {
  const words = Uint32Array.from({ length: Math.ceil(n / 32) }, () => Math.floor(next() * 2 ** 32));
  words[0] |= 5;
  return words;
}
const bytesOf = (words: Uint32Array, n: number, next: () => number): Uint8Array =>
  Uint8Array.from({ length: n }, (_, i) => ((words[i >> 5] >>> (i & 31)) & 1 ? 1 + Math.floor(255 * next()) : 0));
const longer = <T extends TokenMask>(mask: T, by: number): T => {
  const more = new (mask.constructor as new (n: number) => T)(mask.length + by).fill(-1) as T;
  more.set(mask);
  return more;
};
/** Not at the start of its buffer. */
const inside = <T extends TokenMask>(mask: T): T => longer(longer(mask, 3), 0).subarray(0, mask.length) as T;

function masksOf(words: Uint32Array, n: number, next: () => number): [string, TokenMask][] {
  const bytes = bytesOf(words, n, next);
  return [
    ["words", words],
    ["signed words", Int32Array.from(words)],
    ["bytes", bytes],
    ["too many words", longer(words, 7)],
    ["too many signed words", longer(Int32Array.from(words), 1)],
    ["too many bytes", longer(bytes, 5000)],
    ["words of a larger array", inside(words)],
    ["bytes of a larger array", inside(bytes)],
  ];
}

describe.each(BACKENDS)("masks of tokens on %s", (backend) => {
  const small = createRuntime({ backend, heapBytes: 65536 });
  const runtimes: [string, Runtime][] = [
    ["whole", runtimeOf(backend)],
    ["streamed", small],
  ];

  function check(runtime: Runtime, x: Float32Array, mask: TokenMask, allowed: Uint32Array, label: string): void {
    const order = ordered(x, allowed);
    for (const k of [1, 40, x.length]) {
      const { indices } = runtime.topK(x, k, { mask });
      expect(indices.length, label).toBe(Math.min(k, order.length));
      expect(
        indices.findIndex((i, j) => i !== order[j]),
        label,
      ).toBe(-1);
    }
    for (const options of [{}, { topP: 0.9 }, { minP: 0.05 }, { topK: 9, topP: 0.9 }]) {
      const { kept, probs } = truncated({ x, mask: allowed, ...options }, order);
      const tokens = kept.map((token, j) => ({ token, prob: probs[j] })).sort((a, b) => a.token - b.token);
      let s = 0;
      for (const [j, { token, prob }] of tokens.entries()) {
        if (j < 20 && prob > 1e-5) {
          const got = runtime.sample(x, { ...options, mask, random: () => s + prob / 2 });
          expect(got.index, label).toBe(token);
          const d = x[token] - x[order[0]];
          expect(Math.abs(got.prob - prob)).toBeLessThanOrEqual(prob * (softmaxBound(d) + softmaxBound(0)));
        }
        s += prob;
      }
    }
    expect(runtime.sample(x, { mask, temperature: 0 }).index, label).toBe(order[0]);
  }

  it.each([3, 31, 32, 33, 256, 4097, 20000])("%i tokens, whatever the mask is made of", (n) => {
    const next = random(n);
    const x = Float32Array.from({ length: n }, () => 8 * next());
    const words = bitsOf(n, next);
    for (const [name, mask] of masksOf(words, n, next)) {
      for (const [how, runtime] of runtimes) check(runtime, x, mask, words, `${name}, ${how}`);
    }
  });

  it.each([33, 4097, 20000])("%i tokens: what is missing at the end is not allowed, also if it is NaN", (n) => {
    const next = random(n + 1);
    const words = bitsOf(n, next);
    for (const known of [3, 32, n >> 1, n - 1]) {
      const count = Math.ceil(known / 32);
      const [first, bytes] = [words.slice(0, count), bytesOf(words, known, next)];
      for (const [mask, tokens] of [
        [first, 32 * count],
        [Int32Array.from(first), 32 * count],
        [bytes, known],
      ] as const) {
        const x = Float32Array.from({ length: n }, (_, i) => (i < tokens ? 8 * next() : Number.NaN));
        const allowed = words.map((word, w) => (w < count ? word : 0));
        if (mask === bytes && known & 31) allowed[known >> 5] &= 2 ** (known & 31) - 1;
        for (const [how, runtime] of runtimes) check(runtime, x, mask, allowed, `${known} known, ${how}`);
      }
    }
  });

  it("takes them from the heap, and reads those in place that have a bit for every token", () => {
    const runtime = createRuntime({ backend, heapBytes: 1 << 20 });
    const next = random(5);
    const n = 5000;
    const x = runtime.alloc(n);
    for (let i = 0; i < n; i++) x[i] = 8 * next();
    const words = bitsOf(n, next);
    for (const [name, mask] of masksOf(words, n, next)) {
      const view = runtime.alloc(Math.ceil(mask.byteLength / 4));
      const here = new (mask.constructor as new (b: ArrayBuffer, from: number, length: number) => TokenMask)(
        view.buffer as ArrayBuffer,
        view.byteOffset,
        mask.length,
      );
      here.set(mask);
      check(runtime, x, here, words, name);
      const short = here.subarray(0, mask instanceof Uint8Array ? 640 : 20);
      check(
        runtime,
        x,
        short,
        words.map((word, w) => (w < 20 ? word : 0)),
        `short ${name}`,
      );
      expect([...here]).toEqual([...mask]);
    }
  });

  it("allows nothing where there is nothing", () => {
    for (const mask of [
      new Uint32Array(0),
      new Int32Array(0),
      new Uint8Array(0),
      new Uint8Array(9),
      new Int32Array(1),
    ]) {
      for (const [, { topK, sample }] of runtimes) {
        for (const run of [() => topK([1, 2, 3], 2, { mask }), () => sample([1, 2, 3], { mask })]) {
          expect(run).toThrow(/"mask" expected to allow a token whose logit is above -Infinity, got none$/);
        }
      }
    }
  });
});

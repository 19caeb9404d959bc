/** bias and penalties: the row that a caller would have written by hand, without writing it. */
import { describe, expect, it } from "vitest";
import { type Bias, createRuntime, type Penalties, type Runtime, type SampleOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { some } from "../judge/drawn";
import { random } from "../judge/random.mjs";
import { edited } from "../judge/vocabularyReference.mjs";

const logits = (n: number, next: () => number): Float32Array => Float32Array.from({ length: n }, () => 12 * next() - 6);
const tokensOf = (n: number, count: number, next: () => number): number[] =>
  Array.from({ length: count }, () => Math.floor(n * next() ** 3));

/** Each option that changes logits, alone and with others; a bias has duplicates, and a history its prompt. */
function editsOf(n: number, next: () => number): [string, { bias?: Bias; penalties?: Penalties }][] {
  const biased = tokensOf(n, Math.min(n, 20), next);
  const values = biased.map(() => 6 * next() - 3);
  const tokens = tokensOf(n, 60, next);
  const promptLength = 25;
  const bias = { tokens: biased, values };
  return [
    ["bias", { bias }],
    ["a ban", { bias: { tokens: [0], values: [-Infinity] } }],
    ["bans among others", { bias: { tokens: [...biased, 1, 2, 1], values: [...values, -Infinity, 5, 7] } }],
    ["repetition", { penalties: { tokens, repetition: 1.3 } }],
    ["repetition below 1", { penalties: { tokens, repetition: 0.7, promptLength } }],
    ["frequency", { penalties: { tokens, promptLength, frequency: 0.4 } }],
    ["presence", { penalties: { tokens, promptLength, presence: 0.9 } }],
    ["all penalties", { penalties: { tokens, promptLength, repetition: 1.1, frequency: -0.3, presence: 0.2 } }],
    [
      "a prompt alone",
      { penalties: { tokens, promptLength: tokens.length, repetition: 2, frequency: 9, presence: 9 } },
    ],
    ["everything", { bias, penalties: { tokens, promptLength, repetition: 1.2, frequency: 0.1, presence: 0.5 } }],
  ];
}

const LAWS: SampleOptions[] = [
  {},
  { topK: 7, topP: 0.9 },
  { topP: 0.8, temperature: 0.6 },
  { minP: 0.05 },
  { temperature: 0 },
];

describe.each(BACKENDS)("%s", (backend) => {
  const runtimes: [string, Runtime][] = [
    ["whole", runtimeOf(backend)],
    ["streamed", createRuntime({ backend, heapBytes: 65536 })],
  ];

  /** What every function gives on the edited copy is what it gives with the edits, but for topK, which returns no banned token. */
  function same(
    runtime: Runtime,
    x: Float32Array,
    { bias, penalties }: { bias?: Bias; penalties?: Penalties },
    mask: Uint32Array | undefined,
    label: string,
  ): void {
    const { x: y, banned } = edited(x, mask, bias, penalties);
    const options = { bias, penalties, mask };
    for (const law of LAWS) {
      for (const u of [0, 0.3, 0.9]) {
        const got = runtime.sample(x, { ...options, ...law, random: () => u });
        expect(got, label).toEqual(runtime.sample(y, { ...law, mask, random: () => u }));
      }
      const got = runtime.truncate(x, { ...options, ...law });
      expect(got, label).toEqual(runtime.truncate(y, { ...law, mask }));
    }
    const all = runtime.topK(y, y.length, { mask });
    const left = [...all.indices.keys()].filter((j) => !banned.has(all.indices[j]));
    for (const k of [1, 5, x.length]) {
      const { indices, logProbs } = runtime.topK(x, k, options);
      const first = left.slice(0, k);
      expect(indices, label).toEqual(Uint32Array.from(first, (j) => all.indices[j]));
      expect(logProbs, label).toEqual(Float32Array.from(first, (j) => all.logProbs[j]));
    }
    const asked = Uint32Array.from({ length: Math.min(x.length, 50) }, (_, i) => i);
    expect(runtime.logProbs(x, asked, options), label).toEqual(runtime.logProbs(y, asked, { mask }));
  }

  it.each([3, 40, 256, 1000, 5000, 40_000])("gives what the edited copy gives, of %i tokens", (n) => {
    const next = random(n);
    const x = logits(n, next);
    x[n - 1] = -Infinity;
    const bits = Uint32Array.from({ length: Math.ceil(n / 32) }, () => (2 ** 32 * next()) | 7);
    for (const [name, edits] of some(editsOf(n, next).slice(n > 5000 ? -1 : 0))) {
      for (const mask of [undefined, bits]) {
        const before = x.slice();
        for (const [how, runtime] of runtimes) {
          const label = `${name} of ${n}, ${how}${mask === undefined ? "" : ", masked"}`;
          same(runtime, x, edits, mask, label);
        }
        expect(x).toEqual(before);
      }
    }
  });

  it("leaves logits of the runtime's own memory as they are", () => {
    const own = createRuntime({ backend });
    const x = own.alloc(3000);
    const next = random(8);
    x.set(logits(3000, next));
    const before = x.slice();
    for (const [name, edits] of some(editsOf(3000, next))) {
      same(own, x, edits, undefined, name);
      expect(x).toEqual(before);
    }
  });

  it.each<[name: string, tokens: Bias["tokens"]]>([
    ["Uint32Array", Uint32Array.of(2, 0)],
    ["Int32Array", Int32Array.of(2, 0)],
    ["BigInt64Array", BigInt64Array.of(2n, 0n)],
    ["numbers and bigints", [2, 0n]],
  ])("takes tokens as %s", (_, tokens) => {
    const { topK } = runtimeOf(backend);
    const bias = { tokens, values: [-3, 1] };
    expect(topK([1, 2, 3], 3, { bias }).indices).toEqual(Uint32Array.of(0, 1, 2));
    expect(topK([1, 2, 3], 3, { penalties: { tokens, presence: 5 } }).indices).toEqual(Uint32Array.of(1, 2, 0));
  });

  it.each<[what: string, x: number[], edits: { bias?: Bias; penalties?: Penalties }, after: number[]]>([
    ["a logit of +Infinity", [Infinity, 1], { penalties: { tokens: [0], presence: 1e39 } }, [Infinity, 1]],
    [
      "a force",
      [0, 1],
      { bias: { tokens: [0], values: [Infinity] }, penalties: { tokens: [0], frequency: 1e39 } },
      [Infinity, 1],
    ],
    [
      "a bias beyond float32",
      [-3e38, 1],
      { bias: { tokens: [0], values: [-3e38] }, penalties: { tokens: [0], frequency: -1e39 } },
      [-Infinity, 1],
    ],
    [
      "repetition beyond it",
      [-3e38, 1],
      { penalties: { tokens: [0], repetition: 10, presence: -1e39 } },
      [-Infinity, 1],
    ],
    ["frequency beyond it", [2, 1], { penalties: { tokens: [0], frequency: 1e300, presence: -1e300 } }, [-Infinity, 1]],
    ["presence beyond it", [2, 1], { penalties: { tokens: [0], presence: -1e300 } }, [Infinity, 1]],
  ])("penalties change no infinity: %s", (_, x, edits, after) => {
    const { topK, logProbs } = runtimeOf(backend);
    expect(edited(Float32Array.from(x), undefined, edits.bias, edits.penalties).x).toEqual(Float32Array.from(after));
    expect(topK(x, 2, edits)).toEqual(topK(after, 2));
    expect(logProbs(x, [0, 1], edits)).toEqual(logProbs(after, [0, 1]));
  });

  it("takes a history that is far longer than the vocabulary", () => {
    const { topK } = runtimeOf(backend);
    const tokens = new Int32Array(1_000_000).fill(1);
    const { indices, logProbs } = topK([1, 2], 2, { penalties: { tokens, frequency: 1e-6 } });
    expect([...indices]).toEqual([0, 1]);
    expect(logProbs).toEqual(Float32Array.of(-Math.LN2, -Math.LN2));
  });

  it("topK returns no banned token, at any temperature and whatever the maximum", () => {
    const { topK } = runtimeOf(backend);
    const bias = { tokens: [1], values: [-Infinity] };
    for (const m of [1, 3e38, -3e38, Infinity]) {
      for (const temperature of [0, 5e-324, 1e-30, 1, 1e300]) {
        expect([...topK([-Infinity, 9, m], 3, { bias, temperature }).indices]).toEqual([2, 0]);
        expect([...topK([-Infinity, 9, m], 1, { bias, temperature }).indices]).toEqual([2]);
      }
    }
  });

  it("bans, forces, and lets a ban win", () => {
    const { sample, topK, truncate } = runtimeOf(backend);
    const x = Float32Array.of(3, Number.NaN, 2, 1);
    const ban: Bias = { tokens: [1], values: [-Infinity] };
    expect(sample(x, { bias: ban, temperature: 0 }).index).toBe(0); // a banned NaN is not read
    expect(topK(x, 4, { bias: ban }).indices).toEqual(Uint32Array.of(0, 2, 3));
    const both: Bias = { tokens: [1, 3, 0, 0], values: [-Infinity, Infinity, Infinity, -Infinity] };
    expect(sample(x, { bias: both })).toEqual({ index: 3, prob: 1, logProb: 0 });
    expect(truncate(x, { bias: both })).toEqual({ indices: Uint32Array.of(3), probs: Float32Array.of(1) });
    expect(
      topK([-Infinity, 1, -Infinity, 0], 9, { bias: { tokens: [2, 1], values: [-Infinity, -Infinity] } }).indices,
    ).toEqual(Uint32Array.of(3, 0));
    expect(sample([-Infinity, 1], { bias: { tokens: [0], values: [Infinity] } }).index).toBe(1);
  });
});

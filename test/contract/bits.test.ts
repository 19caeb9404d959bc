/**
 * The backend "wasm" gives the same bits in every engine and on every CPU, and these are they: FNV-1a over the bytes of what
 * each function makes of fixed inputs. A hash changes when a kernel's arithmetic changes, or the inputs: a failure shows the
 * new one, and it is right when every engine shows the same.
 *
 * The inputs come from integers by +, -, · and /: Math.exp and its like give other bits in other engines. Which NaN an
 * operation gives, WebAssembly leaves to the engine: all of them count as 0x7fc00000.
 */
import { describe, expect, inject, it } from "vitest";
import type { Runtime, SampleOptions, SoftmaxOptions, SparseOptions } from "../../src/index";
import { callOfRow, pairwise } from "../judge/attentionGrid";
import { type Call, callOf, sizesOf } from "../judge/attentionReference";
import { runtimeOf } from "../judge/backends";
import { floats, LENGTHS, RANGES } from "../judge/cases";
import { random } from "../judge/random.mjs";

const DTYPES = ["float16", "bfloat16"] as const;

type Result = Float32Array | Uint32Array;

type Input = [x: Float32Array, options: SoftmaxOptions];

/** Rows and columns of every length and range, and what poisons them. */
const INPUTS: Input[] = [...LENGTHS, 20_011].flatMap((n) => {
  const pairs = Object.values(RANGES).map((fill, i) => floats(fill(2 * n, random(n * 31 + i))));
  const poisoned = [Number.NaN, Infinity, -Infinity].map((special) => {
    const x = floats(RANGES["±30"](3 * n, random(n)));
    return x.fill(special, n, special === -Infinity ? 2 * n : n + 1);
  });
  return [...pairs, ...poisoned].flatMap((x): Input[] => [
    [x, { shape: [x.length / n, n] }],
    [x, { shape: [n, x.length / n], axis: 0 }],
  ]);
});

const mask = random(3);
/** The same at a temperature and with masks, for every function along an axis. */
const MASKED: Input[] = INPUTS.map(([x, options]) => [
  x,
  { ...options, temperature: 0.7, mask: Uint8Array.from(x, () => (mask() < 0.7 ? 1 : 0)) },
]);

const uniform = (seed: number) => {
  const next = random(seed);
  return (x: Float32Array): Float32Array => x.map((v) => (v === -Infinity ? v : 3 * (next() + next()) - 3));
};

/** A call as it is, but with floats that every engine draws alike. */
function drawnAlike({ q, k, v, options }: Call, seed: number): Call {
  const draw = uniform(seed);
  const { bias, sinks } = options;
  return {
    q: draw(q),
    k: draw(k),
    v: draw(v),
    options: { ...options, bias: bias && draw(bias as Float32Array), sinks: sinks && draw(sinks) },
  };
}

/** Every option with every other, and shapes that take each of the kernels: tiles, few queries, one. */
const CALLS: Call[] = [
  ...pairwise(7).map((row, seed) => callOfRow(row, seed)),
  ...[1, 3, 60].map((queries) => callOf(1, queries, 333, { headDim: 40, heads: 2, causal: true, softcap: 20 })),
].map(drawnAlike);

type Soft = (x: Float32Array, options: SoftmaxOptions) => Float32Array;
function* soft(f: Soft): Generator<Result> {
  for (const [x, some] of [...INPUTS, ...MASKED]) yield f(x, some);
}

type Sparse = (x: Float32Array, options: SparseOptions) => Float32Array;
function* sparse(f: Sparse): Generator<Result> {
  for (const [x, { shape = [], axis = 1, ...some }] of [...INPUTS, ...MASKED]) {
    const support = new Uint32Array(x.length / shape[axis]);
    yield f(x, { shape, axis, ...some, support });
    yield support;
  }
}

function* entmaxes({ entmax }: Runtime): Generator<Result> {
  for (const alpha of [1, 1.01, 1.25, 1.5, 1.9, 2, 2.5, 7]) yield* sparse((x, some) => entmax(x, { ...some, alpha }));
}

function* attentions({ attention }: Runtime): Generator<Result> {
  for (const call of CALLS) {
    const { batch, heads, queries, keys } = sizesOf(call);
    const lse = new Float32Array(batch * heads * queries);
    const weights = new Float32Array(lse.length * keys);
    yield attention(call.q, call.k, call.v, { ...call.options, lse, weights });
    yield lse;
    yield weights;
  }
}

/** The same with everything of 16 bits that may be: out is rounded. */
function* halfAttentions({ attention, pack16 }: Runtime): Generator<Result> {
  for (const { q, k, v, options } of CALLS) {
    const { batch, heads, queries, valueDim } = sizesOf({ q, k, v, options });
    for (const dtype of DTYPES) {
      const bits = (x: Float32Array) => pack16(x, { dtype });
      const lse = new Float32Array(batch * heads * queries);
      const out = new Uint16Array(lse.length * valueDim);
      const bias = options.bias && bits(options.bias as Float32Array);
      yield Uint32Array.from(attention(bits(q), bits(k), bits(v), { ...options, bias, dtype, lse, out }));
      yield lse;
    }
  }
}

function* merges({ mergeAttention }: Runtime): Generator<Result> {
  for (const valueDim of [1, 3, 4, 10, 64]) {
    const [outA, outB] = [1, 2].map((seed) => uniform(seed)(new Float32Array(50 * valueDim)));
    const [lseA, lseB] = [3, 4].map((seed) => uniform(seed)(new Float32Array(50)));
    lseA[7] = lseA[8] = lseB[8] = lseB[9] = -Infinity;
    const { out, lse } = mergeAttention(outA, lseA, outB, lseB, { valueDim });
    yield out;
    yield lse;
  }
}

/** Vocabularies of every length and range, with and without a mask, from the heap and through it. */
const VOCABULARIES: [x: Float32Array, mask: Uint32Array | undefined][] = [...LENGTHS, 70_001, 300_000].flatMap((n) => {
  const next = random(n + 5);
  const words = Uint32Array.from({ length: Math.ceil(n / 32) }, () => Math.floor(next() * 2 ** 32)).fill(1, 0, 1);
  const fills = n > 5000 ? [RANGES["±1"], RANGES["±30"]] : Object.values(RANGES);
  return fills.flatMap((fill, i): [Float32Array, Uint32Array | undefined][] => {
    const x = floats(fill(n, random(n * 31 + i)));
    return [
      [x, undefined],
      [x, words],
    ];
  });
});

function* tops({ topK }: Runtime): Generator<Result> {
  for (const [x, mask] of VOCABULARIES) {
    for (const k of [1, 7, 60, 900]) {
      for (const temperature of [0, 0.7, 1]) {
        const { indices, logProbs, logSumExp } = topK(x, k, { temperature, mask });
        yield indices;
        yield logProbs;
        yield Float32Array.of(logSumExp);
      }
    }
  }
}

const TRUNCATIONS: SampleOptions[] = [
  {},
  { temperature: 0 },
  { temperature: 0.6, topP: 0.9 },
  { topK: 30, topP: 0.8 },
  { topK: 2000, topP: 0.99, temperature: 3 },
  { minP: 0.02 },
];

function* samples({ sample }: Runtime): Generator<Result> {
  const next = random(19);
  for (const [x, mask] of VOCABULARIES) {
    for (const options of TRUNCATIONS) {
      const { index, prob, logProb } = sample(x, { ...options, mask, random: next });
      yield Uint32Array.of(index);
      yield new Uint32Array(Float64Array.of(prob, logProb).buffer);
    }
  }
}

const BIAS = { tokens: [0, 0, 1], values: [0.5, 0.25, -1] };
const PENALTIES = { tokens: [0, 1, 0], promptLength: 1, repetition: 1.3, frequency: 0.2, presence: 0.1 };

/** Penalties make logits near the end of float32 -Infinity: a row may have no others left. */
const EDITED = VOCABULARIES.filter(([x]) => x.length > 1 && Math.abs(x[0]) < 1e38);

function* kept({ truncate }: Runtime): Generator<Result> {
  for (const [x, mask] of EDITED) {
    for (const options of [...TRUNCATIONS, { topP: 0.7, bias: BIAS, penalties: PENALTIES, temperatureLast: true }]) {
      const { indices, probs } = truncate(x, { ...options, mask });
      yield indices;
      yield probs;
    }
  }
}

function* given({ logProbs }: Runtime): Generator<Result> {
  for (const [x, mask] of EDITED) {
    const tokens = [0, 1, x.length - 1];
    yield logProbs(x, tokens, { mask });
    yield logProbs(x, tokens, { temperature: 0.6, bias: BIAS, penalties: PENALTIES });
  }
}

/** Drafts that agree and that do not, in vocabularies of every length: lists of few tokens, and passes over both rows. */
function* verdicts({ verifyDraft }: Runtime): Generator<Result> {
  const next = random(23);
  for (const [x, mask] of EDITED) {
    const draft = x.map((v, i) => v + ((i * 7) % 5) / 4 - 0.5);
    const target = new Float32Array(2 * x.length);
    target.set(x);
    target.set(draft, x.length);
    for (const options of [...TRUNCATIONS, { penalties: PENALTIES, bias: BIAS }]) {
      for (const first of [0, 0.999]) {
        let asked = 0;
        const { accepted, index, prob, logProb, logProbs } = verifyDraft(target, [0], {
          ...options,
          draft: options.temperature === undefined ? undefined : draft,
          draftOptions: options.temperature === undefined ? undefined : { topK: x.length, topP: 1 },
          mask,
          random: () => (asked++ === 0 ? first : next()),
        });
        yield Uint32Array.of(accepted, index);
        yield new Uint32Array(Float64Array.of(prob, logProb).buffer);
        yield logProbs;
      }
    }
  }
}

function* packed({ pack16 }: Runtime): Generator<Result> {
  for (const [x] of INPUTS) for (const dtype of DTYPES) yield Uint32Array.from(pack16(x, { dtype }));
}

function* unpacked({ unpack16 }: Runtime): Generator<Result> {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  for (const dtype of DTYPES) yield unpack16(bits, { dtype });
}

/** A row for every function: its name, the hash of its results, and what makes them, in any number of arrays. */
const FUNCTIONS: [name: string, hash: string, results: (on: Runtime) => Iterable<Result>][] = [
  ["softmax", "8ee0a0f2", ({ softmax }) => soft(softmax)],
  ["logSoftmax", "723e484d", ({ logSoftmax }) => soft(logSoftmax)],
  ["logSumExp", "096e3468", ({ logSumExp }) => soft(logSumExp)],
  ["entropy", "656ab24c", ({ entropy }) => soft(entropy)],
  ["hardmax", "d9a422e8", ({ hardmax }) => soft(hardmax)],
  ["pack16", "6e1a6055", packed],
  ["unpack16", "54e48de5", unpacked],
  ["sparsemax", "3ee71622", ({ sparsemax }) => sparse(sparsemax)],
  ["entmax15", "5729a9f6", ({ entmax15 }) => sparse(entmax15)],
  ["entmax", "40e0ff6c", entmaxes],
  ["attention", "d3bed343", attentions],
  ["mergeAttention", "1b94e282", merges],
  ["topK", "c8638c7a", tops],
  ["sample", "e23bb788", samples],
  ["truncate", "79d18ce7", kept],
  ["logProbs", "22b22642", given],
  ["verifyDraft", "75aab027", verdicts],
];

/** More rows, of functions that have one. */
const MORE: typeof FUNCTIONS = [["attention on 16 bits", "7d02f9b9", halfAttentions]];

/** Of a runtime, but no arithmetic. */
const NOT_THESE = ["alloc", "free"];

const NAN = 0x7fc00000;

/** FNV-1a, 32 bits. */
function hash(results: Iterable<Result>): string {
  let h = 0x811c9dc5;
  for (const result of results) {
    const words = new Uint32Array(result.slice().buffer);
    result.forEach((v, i) => {
      const word = Number.isNaN(v) ? NAN : words[i];
      for (let shift = 0; shift < 32; shift += 8) h = Math.imul(h ^ ((word >>> shift) & 255), 0x01000193);
    });
  }
  return (h >>> 0).toString(16).padStart(8, "0");
}

describe("the bits of wasm", () => {
  it.each([...FUNCTIONS, ...MORE])("%s", (_, expected, results) => {
    expect(hash(results(runtimeOf("wasm")))).toBe(expected);
  });

  it("every function has a row", () => {
    const functions = Object.entries(runtimeOf("wasm")).filter(
      ([name, v]) => typeof v === "function" && !NOT_THESE.includes(name),
    );
    expect(FUNCTIONS.map(([name]) => name).sort()).toEqual(functions.map(([name]) => name).sort());
  });
});

if (inject("engine") === "Node 24, unfused") {
  it("an engine that does not fuse gives wasm-relaxed the bits of wasm", () => {
    const [[, expected, results]] = FUNCTIONS;
    expect(hash(results(runtimeOf("wasm-relaxed")))).toBe(expected);
  });
}

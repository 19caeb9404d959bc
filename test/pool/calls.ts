/** Calls of every function of a pool, with every option: small ones, that are cut all the same (LIMITS of src/pool/budget.ts). */
import type { PoolFunctions } from "../../src/pool";
import type { Values } from "../judge/everyCall";
import { random } from "../judge/random.mjs";

export type Name = keyof PoolFunctions<"value">;
/** Arguments whose arrays are made by `array`: shared ones, or not. */
export type Arguments = (array: <Array extends Values>(values: Array) => Array) => unknown[];

const draw = (n: number, seed: number, scale = 3): Float32Array => {
  const next = random(seed);
  return Float32Array.from({ length: n }, () => scale * (2 * next() - 1));
};
const flags = (n: number, seed: number): Uint8Array => {
  const next = random(seed);
  return Uint8Array.from({ length: n }, () => (next() < 0.2 ? 0 : 1));
};
const halves = (n: number, seed: number): Uint16Array =>
  Uint16Array.from(draw(n, seed), (x) => ((x < 0 ? 0x8000 : 0) | 0x3800) + Math.floor(Math.abs(x) * 300));

const [R, N, C] = [7, 37, 11];
const ALONG = ["softmax", "logSoftmax", "logSumExp", "entropy", "hardmax", "sparsemax", "entmax15", "entmax"] as const;
const SPARSE: readonly string[] = ["sparsemax", "entmax15", "entmax"];
const REDUCING: readonly string[] = ["logSumExp", "entropy"];

function along(fn: Name): [label: string, args: Arguments][] {
  const shape = [R, N, C];
  const alpha = fn === "entmax" ? { alpha: 1.7 } : {};
  const out = (axis: number): number => (REDUCING.includes(fn) ? (R * N * C) / shape[axis] : R * N * C);
  const calls: [string, Arguments][] = [
    ["rows", (a) => [a(draw(R * N * C, 1)), { shape, ...alpha }]],
    ["columns", (a) => [a(draw(R * N * C, 2)), { shape: [R * N, C], axis: 0, ...alpha }]],
    ["slabs, mask of a row", (a) => [a(draw(R * N * C, 3)), { shape, axis: 1, mask: a(flags(N, 3)), ...alpha }]],
    [
      "columns, mask, temperature, out",
      (a) => [
        a(draw(R * N * C, 4)),
        {
          shape,
          axis: 0,
          mask: a(flags(R * N * C, 4)),
          temperature: 0.7,
          out: a(new Float32Array(out(0))),
          ...alpha,
        },
      ],
    ],
    [
      "16 bits",
      (a) => [a(halves(R * N * C, 5)), { shape, dtype: "bfloat16", out: a(new Uint16Array(out(2))), ...alpha }],
    ],
    ["temperature 0", (a) => [a(draw(R * N * C, 6)), { shape, temperature: 0, ...alpha }]],
    ["no rows", (a) => [a(draw(0, 6)), { shape: [0, 5], ...alpha }]],
    ["nothing along the axis", (a) => [a(draw(0, 6)), { shape: [5, 0], ...alpha }]],
    ["an Array", () => [[3, 1, 2, 5], alpha.alpha ? alpha : undefined]],
  ];
  if (SPARSE.includes(fn)) {
    const support = (a: Parameters<Arguments>[0], n: number) => ({ support: a(new Uint32Array(n)), ...alpha });
    calls.push(
      ["support", (a) => [a(draw(R * N * C, 7)), { shape, ...support(a, R * N) }]],
      ["support of columns", (a) => [a(draw(R * N * C, 8)), { shape: [R, N * C], axis: 0, ...support(a, N * C) }]],
    );
  }
  if (!REDUCING.includes(fn)) {
    const inPlace: Arguments = (a) => {
      const x = a(draw(R * N * C, 9));
      return [x, { shape, axis: 1, out: x, ...alpha }];
    };
    calls.push(["in place", inPlace]);
  }
  return calls;
}

interface Sizes {
  readonly batch?: number;
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim?: number;
  readonly valueDim?: number;
}

function attends(
  sizes: Sizes,
  more: (a: Parameters<Arguments>[0], sizes: Required<Sizes>) => object = () => ({}),
): Arguments {
  const all = { batch: 1, heads: 2, kvHeads: 1, headDim: 6, valueDim: 5, ...sizes };
  const { batch, heads, kvHeads, queries, keys, headDim, valueDim } = all;
  return (a) => [
    a(draw(batch * heads * queries * headDim, 11)),
    a(draw(batch * kvHeads * keys * headDim, 12)),
    a(draw(batch * kvHeads * keys * valueDim, 13)),
    { batch, heads, kvHeads, headDim, valueDim, ...more(a, all) },
  ];
}

const ATTENTION: [label: string, args: Arguments][] = [
  ["many queries", attends({ queries: 50, keys: 70 })],
  ["few queries of many heads", attends({ heads: 12, kvHeads: 3, queries: 5, keys: 41 })],
  ["one query", attends({ batch: 3, heads: 4, kvHeads: 2, queries: 1, keys: 300 })],
  ["causal", attends({ heads: 3, kvHeads: 3, queries: 61, keys: 400 }, () => ({ causal: true }))],
  ["causal, bshd", attends({ batch: 2, queries: 33, keys: 47 }, () => ({ causal: true, layout: "bshd" }))],
  ["bshd", attends({ heads: 4, kvHeads: 2, queries: 29, keys: 220 }, () => ({ layout: "bshd", queryOffset: 7 }))],
  ["a window", attends({ queries: 90, keys: 500 }, () => ({ window: [101, 3] }))],
  [
    "a window, causal, far off",
    attends({ queries: 70, keys: 333 }, () => ({ window: 13, causal: true, queryOffset: 2 })),
  ],
  ["no keys", attends({ queries: 3, keys: 0 })],
  ["no queries", attends({ queries: 0, keys: 3 })],
  [
    "softcap, scale, alibi, sinks, keyLengths, lse",
    attends({ batch: 2, heads: 4, kvHeads: 2, queries: 31, keys: 211 }, (a, { batch, heads, queries }) => ({
      softcap: 4,
      scale: 0.3,
      alibi: a(draw(heads, 14)),
      sinks: a(draw(heads, 15)),
      keyLengths: a(Uint32Array.of(211, 99)),
      lse: a(new Float32Array(batch * heads * queries)),
    })),
  ],
  [
    "bias and mask of every row, weights, out",
    attends(
      { batch: 2, heads: 4, kvHeads: 2, queries: 27, keys: 205 },
      (a, { batch, heads, queries, keys, valueDim }) => ({
        bias: a(draw(batch * heads * queries * keys, 16)),
        biasShape: [batch, heads, queries, keys],
        mask: a(flags(heads * keys, 17)),
        maskShape: [1, heads, 1, keys],
        weights: a(new Float32Array(batch * heads * queries * keys)),
        out: a(new Float32Array(batch * heads * queries * valueDim)),
      }),
    ),
  ],
  [
    "bias and mask of all heads, causal",
    attends({ batch: 2, heads: 2, kvHeads: 2, queries: 27, keys: 205 }, (a, { batch, queries, keys }) => ({
      causal: true,
      bias: a(draw(queries * keys, 18)),
      mask: a(flags(batch * queries * keys, 19)),
      maskShape: [batch, 1, queries, keys],
      lse: a(new Float32Array(2 * 2 * 27)),
    })),
  ],
  [
    "16 bits",
    (a) => [
      a(halves(2 * 40 * 6, 20)),
      a(halves(2 * 50 * 6, 21)),
      a(halves(2 * 50 * 6, 22)),
      { heads: 2, headDim: 6, dtype: "float16", out: a(new Uint16Array(2 * 40 * 6)) },
    ],
  ],
  [
    "in place",
    (a) => {
      const q = a(draw(3 * 40 * 6, 23));
      return [q, a(draw(3 * 50 * 6, 24)), a(draw(3 * 50 * 6, 25)), { heads: 3, headDim: 6, out: q }];
    },
  ],
];

const [ROWS, V] = [9, 300];
const shape = [3, 3, V];
const BIAS = { tokens: [1, 5, 9, 250], values: [2, -1, -Infinity, 0.5] };
const PENALTIES = { tokens: [3, 4, 3, 9], promptLength: 1, repetition: 1.2, frequency: 0.3, presence: 0.1 };
const bits = (n: number, seed: number): Uint32Array => {
  const next = random(seed);
  return Uint32Array.from({ length: Math.ceil(n / 32) }, () => next() * 2 ** 32);
};
const lists = (a: Parameters<Arguments>[0]) => ({
  mask: Array.from({ length: ROWS }, (_, r) => (r % 3 === 0 ? undefined : a(r % 3 === 1 ? bits(V, r) : flags(V, r)))),
  bias: Array.from({ length: ROWS }, (_, r) => (r % 4 === 1 ? BIAS : undefined)),
  penalties: Array.from({ length: ROWS }, (_, r) => (r % 2 === 1 ? PENALTIES : undefined)),
});
const one = (a: Parameters<Arguments>[0]) => ({
  mask: a(bits(V, 31)),
  bias: BIAS,
  penalties: PENALTIES,
  temperature: 0.8,
});
const logits = (a: Parameters<Arguments>[0]): Float32Array => a(draw(ROWS * V, 32, 6));
const tokens = Array.from({ length: 2 * ROWS }, (_, i) => (i === 3 ? -100 : (i * 37) % V));
/** A source of numbers that begins anew with each call. */
const source = (): { random: () => number } => ({ random: random(33) });

export const CALLS: readonly (readonly [fn: Name, label: string, args: Arguments])[] = [
  ...ALONG.flatMap((fn) => along(fn).map(([label, args]) => [fn, label, args] as const)),
  ...ATTENTION.map(([label, args]) => ["attention", label, args] as const),
  ["topK", "rows", (a) => [logits(a), 5, { shape, ...one(a) }]],
  ["topK", "rows, lists", (a) => [logits(a), 7, { shape, ...lists(a) }]],
  ["topK", "more than there are", (a) => [logits(a).subarray(0, 2 * V), 400, { shape: [2, V], mask: a(flags(V, 34)) }]],
  ["topK", "one row", (a) => [a(draw(V, 35)), 400, { bias: BIAS, temperature: 2 }]],
  ["topK", "16 bits", (a) => [a(halves(ROWS * V, 36)), 3, { shape, dtype: "float16" }]],
  ["sample", "rows", (a) => [logits(a), { shape, ...one(a), topK: 50, topP: 0.9, ...source() }]],
  ["sample", "rows, lists", (a) => [logits(a), { shape, ...lists(a), minP: 0.01, minKeep: 3, ...source() }]],
  [
    "sample",
    "temperatureLast",
    (a) => [logits(a), { shape, temperature: 3, temperatureLast: true, topP: 0.5, ...source() }],
  ],
  ["sample", "greedily", (a) => [logits(a), { shape, temperature: 0 }]],
  ["sample", "one row", (a) => [a(draw(V, 37)), { topK: 9, ...source() }]],
  ["sample", "no rows", (a) => [a(draw(0, 37)), { shape: [0, V] }]],
  ["logProbs", "rows", (a) => [logits(a), tokens, { shape, ignore: -100, ...one(a) }]],
  ["logProbs", "rows, lists", (a) => [logits(a), tokens, { shape, ignore: -100, ...lists(a) }]],
  ["logProbs", "out", (a) => [logits(a), tokens.slice(4, 4 + ROWS), { shape, out: a(new Float32Array(ROWS)) }]],
  [
    "logProbs",
    "out of 16 bits",
    (a) => [logits(a), tokens.slice(4, 4 + ROWS), { shape, dtype: "bfloat16", out: a(new Uint16Array(ROWS)) }],
  ],
  ["logProbs", "one row", (a) => [a(draw(V, 38)), [1, 2, 3], {}]],
];

/** Every array and number of a call that its plain function writes or gives, as words. */
export function writtenBy(args: readonly unknown[], result: unknown): unknown {
  const [options] = args.slice(-1) as [Record<string, unknown> | undefined];
  const named = ["out", "lse", "weights", "support"].map((name) => [name, options?.[name]]);
  return plainly({ result, ...Object.fromEntries(named) });
}

/** Bits instead of floats: a NaN is like another, and -0 is not like 0. */
function plainly(value: unknown): unknown {
  if (value instanceof Float32Array) return [...new Uint32Array(value.slice().buffer)];
  if (ArrayBuffer.isView(value)) return [...(value as Uint32Array)];
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plainly(field)]));
}

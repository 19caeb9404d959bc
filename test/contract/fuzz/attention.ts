/** attention and mergeAttention, fuzzed. */
import fc from "fast-check";
import type { AttentionOptions, Shape4 } from "../../../src/ops/attention/attention";
import { attentionFailure, attentionReference, type Call } from "../../judge/attentionReference";
import { LSE_BOUND, OUT_BOUND } from "../../judge/bounds.mjs";
import { worst } from "../../judge/reference";
import { softmax64 } from "../../judge/softmax64.mjs";
import { flags, input, output } from "./arrays";
import type { Args, CallSpec, Expectation, Fuzzed, Given } from "./calls";
import { halved } from "./halves";
import { isArray, isFloats, isInteger, meet, numbersOf, partly, returned, widened, wrongValues } from "./valid";

const dim = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 20 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 80 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }) },
);
const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  heads: fc.constantFrom<[number, number][]>([1, 1], [2, 2], [4, 2], [6, 1]),
  queries: fc.oneof({ weight: 6, arbitrary: fc.nat(5) }, { weight: 2, arbitrary: fc.nat(60) }),
  keys: fc.oneof(
    { weight: 6, arbitrary: fc.nat(12) },
    { weight: 2, arbitrary: fc.nat(220) },
    { weight: 1, arbitrary: fc.integer({ min: 500, max: 1100 }) },
  ),
  headDim: dim,
  valueDim: dim,
});

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** NaN is ordinary there; infinite scores are not: where +Infinity and NaN meet, lse is unspecified. */
const normal = (length: number, lists = true) =>
  input(length, { fills: ["normal"], specials: [Number.NaN, -0, 1e-40], lists });

const floatCalls: fc.Arbitrary<CallSpec> = sizes.chain(
  ({ batch, heads: [heads, kvHeads], headDim, valueDim, ...rest }) => {
    // the definition takes a while: no more than about a million products
    const work = batch * heads * (headDim + valueDim);
    const queries = Math.min(rest.queries, Math.ceil(1e6 / work));
    const keys = Math.min(rest.keys, Math.ceil(1e6 / (work * Math.max(1, queries))));
    const full = [batch, heads, queries, keys];
    const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
    const shapeOf = fc
      .tuple(fc.boolean(), fc.boolean(), fc.boolean())
      .map((kept) => full.map((n, i) => (i === 3 || kept[i] ? n : 1)));
    /** An array of a shape that is broadcast, and the shape; that may be left out where it is the default. */
    const spread = <T>(of: (length: number) => fc.Arbitrary<T>) =>
      maybe(shapeOf.chain((shape) => of(count(shape)).map((array) => ({ array, shape }))));
    const reads = ["q", "k", "v", "bias", "mask"];
    return fc
      .record({
        arrays: fc.record({
          q: normal(batch * heads * queries * headDim),
          k: normal(batch * kvHeads * keys * headDim),
          v: normal(batch * kvHeads * keys * valueDim),
          alibi: maybe(input(heads, { fills: ["±1"], specials: [0] })),
          sinks: maybe(input(heads, { fills: ["normal"], specials: [-Infinity] })),
          keyLengths: maybe(input(batch, { type: "u32", fills: ["zeros"], specials: [keys, keys >> 1, 1] })),
          out: output(batch * heads * queries * valueDim, "f32", reads),
          lse: output(batch * heads * queries, "f32", [...reads, "out"]),
          weights: output(batch * heads * queries * keys, "f32", [...reads, "out", "lse"]),
        }),
        bias: spread((length) => input(length, { fills: ["normal"], specials: [-Infinity, Number.NaN] })),
        mask: spread(flags),
        options: fc.record({
          layout: maybe(fc.constantFrom("bhsd", "bshd")),
          scale: maybe(fc.constantFrom(0.3, -1, 0, 1)),
          causal: maybe(fc.boolean()),
          window: maybe(fc.oneof(fc.nat(40), fc.tuple(fc.nat(9), fc.nat(9)), fc.constant([Infinity, 0] as const))),
          queryOffset: maybe(fc.integer({ min: -30, max: 230 })),
          softcap: maybe(fc.constantFrom(2, 30)),
        }),
      })
      .map(({ arrays, bias, mask, options }) => {
        const said: Record<string, unknown> = { headDim, ...options };
        if (valueDim !== headDim) said.valueDim = valueDim;
        if (heads > 1) said.heads = heads;
        if (kvHeads !== heads) said.kvHeads = kvHeads;
        if (batch > 1) said.batch = batch;
        const isDefault = (shape: readonly number[]) =>
          shape[0] === 1 && shape[1] === 1 && shape[2] === queries && shape[3] === keys;
        if (bias !== undefined && !isDefault(bias.shape)) said.biasShape = bias.shape;
        if (mask !== undefined && !isDefault(mask.shape)) said.maskShape = mask.shape;
        for (const [name, value] of Object.entries(said)) if (value === undefined) delete said[name];
        return { arrays: { ...arrays, bias: bias?.array, mask: mask?.array }, options: said };
      });
  },
);

/** Numbers of 16 bits all over their range would make scores of which float32 knows no digit. */
const calls = halved(["q", "k", "v", "bias", "out"], floatCalls, false);

const isShape = (value: unknown, full: Shape4): value is Shape4 =>
  Array.isArray(value) && value.length === 4 && full.every((n, i) => value[i] === n || (i < 3 && value[i] === 1));

/** An array that is broadcast, and its shape. */
function isSpread(name: "bias" | "mask", args: Args, full: Shape4, given: Given): boolean {
  const [values, shape] = [args[name], args[`${name}Shape`]];
  if (values === undefined) return shape === undefined;
  const sizes = shape === undefined ? ([1, 1, full[2], full[3]] as const) : shape;
  if (!isShape(sizes, full)) return false;
  const length = sizes.reduce((a, b) => a * b, 1);
  return name === "bias" ? isFloats(values, length, args.dtype, given) : isArray(values, "u8", [length], given);
}

const finite = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isReach = (n: unknown): boolean =>
  n === Infinity || isInteger(n, 0) || (finite(n) && Number.isInteger(n) && n >= 0);

function numbersAreRight({ scale, softcap, queryOffset, window, causal, layout }: Args): boolean {
  if (scale !== undefined && !finite(scale)) return false;
  if (softcap !== undefined && !(finite(softcap) && softcap > 0)) return false;
  if (queryOffset !== undefined && !isInteger(queryOffset, -Number.MAX_SAFE_INTEGER)) return false;
  if (causal !== undefined && typeof causal !== "boolean") return false;
  if (layout !== undefined && layout !== "bhsd" && layout !== "bshd") return false;
  return (
    window === undefined ||
    isReach(window) ||
    (Array.isArray(window) && window.length === 2 && Array.from(window).every(isReach)) // holes too
  );
}

/** Further than that the fuzzer's odd numbers take scores to where float32 has no digits left: such a call is not judged. */
const ordinary = ({ scale = 1, queryOffset = 0, alibi }: Args): boolean =>
  Math.abs(scale as number) <= 1 && (alibi === undefined || Math.abs(queryOffset as number) < 1000);

const most = (values: unknown): number =>
  values === undefined
    ? 0
    : (values as Float32Array).reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0);

/** The longest of the rows of a length. */
function longest(x: Float32Array, dim: number): number {
  let squares = 0;
  for (let at = 0; at < x.length; at += dim) {
    const square = x.subarray(at, at + dim).reduce((s, v) => s + v * v, 0);
    if (Number.isFinite(square)) squares = Math.max(squares, square);
  }
  return Math.sqrt(squares);
}

/** The contract's bound is that of scores up to 16: a float32 score s is itself off by up to |s|·2^-23. */
function factorOf({ q, k, options }: Call, args: Args, queries: number, keys: number): number {
  const dim = options.headDim;
  const { scale = 1 / Math.sqrt(dim), queryOffset = keys - queries } = args;
  const distance = queries + keys + Math.abs(queryOffset as number);
  const scores =
    Math.abs(scale as number) * longest(q, dim) * longest(k, dim) + most(options.bias) + most(args.alibi) * distance;
  return Math.max(1, scores / 16);
}

function expectAttention(args: Args, given: Given): Expectation {
  const { dtype } = args;
  const [q, k, v] = [args.q, args.k, args.v].map((value) => numbersOf(value, given, dtype));
  if (q === undefined || k === undefined || v === undefined) return undefined;
  const { headDim, valueDim = headDim, heads = 1, kvHeads = heads, batch = 1 } = args;
  for (const size of [headDim, valueDim, heads, kvHeads, batch]) if (!isInteger(size, 1)) return undefined;
  const [D, E, H, G, B] = [headDim, valueDim, heads, kvHeads, batch] as number[];
  const [queries, keys] = [q.length / (B * H * D), k.length / (B * G * D)];
  if (H % G !== 0 || !Number.isInteger(queries) || !Number.isInteger(keys)) return undefined;
  if (v.length !== B * G * keys * E || !numbersAreRight(args)) return undefined;
  const full: Shape4 = [B, H, queries, keys];
  if (!isSpread("bias", args, full, given) || !isSpread("mask", args, full, given)) return undefined;
  const { alibi, sinks, keyLengths, out, lse, weights, bias, mask } = args;
  if (alibi !== undefined && !isArray(alibi, "f32", [H], given)) return undefined;
  if (sinks !== undefined && !isArray(sinks, "f32", [H], given)) return undefined;
  if (keyLengths !== undefined) {
    if (!isArray(keyLengths, "u32", [B], given)) return undefined;
    if ((keyLengths as Uint32Array).some((n) => n > keys)) return undefined;
  }
  if (B * H * queries * E > 2 ** 33) return undefined; // no host has memory for it
  if (out !== undefined && !isFloats(out, B * H * queries * E, dtype, given)) return undefined;
  if (lse !== undefined && !isArray(lse, "f32", [B * H * queries], given)) return undefined;
  if (weights !== undefined && !isArray(weights, "f32", [B * H * queries * keys], given)) return undefined;
  const read = [args.k, args.v, bias, mask, alibi, sinks, keyLengths];
  if (partly(out, args.q) || read.some((view) => meet(out, view))) return undefined;
  if ([out, args.q, ...read].some((view) => meet(lse, view))) return undefined;
  if ([out, lse, args.q, ...read].some((view) => meet(weights, view))) return undefined;

  const added = bias === undefined ? undefined : widened(bias, dtype);
  const call = {
    q,
    k,
    v,
    options: { ...args, bias: added, heads: H, kvHeads: G, batch: B, valueDim: E } as AttentionOptions,
  };
  const isOrdinary = ordinary(args);
  const want = isOrdinary ? attentionReference(call) : undefined;
  // of a query that is NaN, masked keys may have weight 0 or NaN
  want?.lse.forEach((l, row) => {
    if (Number.isNaN(l)) want.weights.fill(Number.NaN, row * keys, (row + 1) * keys);
  });
  const factor = factorOf(call, args, queries, keys);
  return {
    outputs: [out, lse, weights].filter((view): view is ArrayBufferView => view !== undefined),
    mayRefuse: D + E > 90,
    failure: (result) => {
      const wrong = returned(result, out);
      if (wrong !== undefined || want === undefined) return wrong;
      const bound = factor * OUT_BOUND * Math.max(1e-30, most(v));
      const wrongOut = wrongValues(result, dtype, want.out, () => bound);
      if (wrongOut !== undefined) return `out: ${wrongOut}`;
      const got = { out: Float32Array.from(want.out), lse: lse as Float32Array, weights: weights as Float32Array };
      return attentionFailure(got, want, v, "attention", factor);
    },
  };
}

export const attention: Fuzzed = {
  name: "attention",
  positional: ["q", "k", "v"],
  options: [
    "headDim",
    "valueDim",
    "heads",
    "kvHeads",
    "batch",
    "layout",
    "scale",
    "causal",
    "window",
    "queryOffset",
    "softcap",
    "bias",
    "biasShape",
    "mask",
    "maskShape",
    "alibi",
    "sinks",
    "keyLengths",
    "out",
    "dtype",
    "lse",
    "weights",
  ],
  calls,
  expect: expectAttention,
};

const VIEWS = ["outA", "lseA", "outB", "lseB"];

const merges: fc.Arbitrary<CallSpec> = fc.tuple(fc.nat(40), dim, fc.boolean()).chain(([rows, valueDim, many]) => {
  const count = many ? 50 * rows : rows;
  const floats = (length: number, specials: readonly number[]) => input(length, { fills: ["normal"], specials });
  // an lse of +Infinity has no meaning
  const lse = input(count, { fills: ["normal", "holes"], specials: [-Infinity, Number.NaN] });
  return fc
    .record({
      outA: floats(count * valueDim, [Number.NaN]),
      lseA: lse,
      outB: floats(count * valueDim, [Number.NaN]),
      lseB: fc.oneof({ weight: 5, arbitrary: lse }, { weight: 1, arbitrary: output(count, "f32", ["outB", "lseA"]) }),
    })
    .map((arrays) => ({ arrays, options: { valueDim } }));
});

function expectMerge(args: Args, given: Given): Expectation {
  const { valueDim } = args;
  if (!isInteger(valueDim, 1)) return undefined;
  const [outA, lseA, outB, lseB] = VIEWS.map((name) => args[name] as Float32Array);
  const rows = isArray(lseA, "f32", undefined, given) ? lseA.length : -1;
  if (rows < 0 || !isArray(lseB, "f32", [rows], given)) return undefined;
  if (!isArray(outA, "f32", [rows * valueDim], given) || !isArray(outB, "f32", [rows * valueDim], given))
    return undefined;
  if ([lseA, outB, lseB].some((view) => meet(outA, view)) || [outB, lseB].some((view) => meet(lseA, view)))
    return undefined;

  const lse: number[] = [];
  const out: number[] = [];
  let largest = 1e-30;
  for (let r = 0; r < rows; r++) {
    const [a, b] = [lseA[r], lseB[r]];
    const { m, probs, logSumExp } = softmax64([a, b]);
    // a side that saw no key adds nothing, whatever stands there: the other is the result, as it is, unless it is NaN
    if (b === -Infinity || a !== a) lse.push(a);
    else lse.push(a === -Infinity || b !== b ? b : logSumExp);
    for (let d = r * valueDim; d < (r + 1) * valueDim; d++) {
      if (m !== m) out.push(m);
      else if (b === -Infinity) out.push(outA[d]);
      else out.push(a === -Infinity ? outB[d] : outA[d] * probs[0] + outB[d] * probs[1]);
      for (const y of [outA[d], outB[d]]) if (Number.isFinite(y)) largest = Math.max(largest, Math.abs(y));
    }
  }
  return {
    outputs: [outA, lseA],
    mayRefuse: valueDim > 90,
    failure: (result) => {
      const { out: gotOut, lse: gotLse } = result as { out: unknown; lse: unknown };
      if (gotOut !== outA || gotLse !== lseA) return "returns other arrays than outA and lseA";
      return (
        worst(outA, out, () => OUT_BOUND * largest, "out") ??
        worst(lseA, lse, (i) => LSE_BOUND * Math.max(1, Math.abs(lse[i])), "lse")
      );
    },
  };
}

export const mergeAttention: Fuzzed = {
  name: "mergeAttention",
  positional: VIEWS,
  options: ["valueDim"],
  calls: merges,
  expect: expectMerge,
};

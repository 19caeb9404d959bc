/** Attention whose keys do not fit the heap: grouped heads, blocks of every size, scores of every size. */
import fc from "fast-check";
import type { Shape4 } from "../../../src/ops/attention/attention";
import { normal, random } from "../../judge/random.mjs";
import type { ArraySpec } from "./arrays";
import { type AttentionCall, attentionDefinition, attentionFault } from "./attentionDefinition";
import type { Kind } from "./kind";
import { FULL, World } from "./world";

const HEAPS = [65536, 131072, 196608, 262144, 262144, 1048576];

const HEADS: [heads: number, kvHeads: number][] = [
  [1, 1],
  [2, 1],
  [2, 1],
  [2, 2],
  [3, 1],
  [4, 1],
  [4, 2],
  [6, 3],
  [8, 2],
];
const OFFSETS = [0, 1, -1, -40, 5000, 2 ** 29, -(2 ** 29), 2 ** 31, -(2 ** 31), 1e12, -1e12, Number.MAX_SAFE_INTEGER];
const MEMORIES = ["own", "own", "own", "heap", "shared"] as const;
type Memory = (typeof MEMORIES)[number];

/**
 * normal: as in a model. equal: q is 0 and v is 1, so that every key counts as much. huge: scores far beyond float32, and small
 * ones. infinite: as normal, but a few q, k and bias are infinite.
 */
const SCORES = ["normal", "equal", "huge", "infinite"] as const;
/** Which axes of [B, H, Q] a bias or mask has. */
type Axes = readonly [boolean, boolean, boolean];

interface Drawn {
  readonly heapBytes: number;
  readonly filled: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly scores: (typeof SCORES)[number];
  readonly seed: number;
  readonly memory: Readonly<Record<"q" | "k" | "v" | "out" | "rest", Memory>>;
  readonly offset: number;
  /** lse and weights are asked for. */
  readonly lse: boolean;
  readonly weights: boolean;
  readonly mask: Axes | undefined;
  readonly bias: Axes | undefined;
  readonly alibi: boolean;
  readonly sinks: boolean;
  readonly keyLengths: boolean;
  /** Masked keys and values are NaN. */
  readonly poison: boolean;
  readonly options: Readonly<Record<string, unknown>>;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const rarely = fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const axes = maybe(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()));
const dim = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: fc.nat(70) });
const memory = fc.constantFrom(...MEMORIES);

const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    heapBytes: fc.constantFrom(...HEAPS),
    filled: fc.constantFrom(0, 1000, FULL),
    grouped: fc.constantFrom(...HEADS),
    batch: fc.constantFrom(1, 1, 1, 2),
    queries: fc.oneof(
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 100 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 14 }) },
    ),
    /** Keys, in tenths of what would fill the heap. */
    tenths: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 0.01, 0.1) },
    ),
    headDim: dim,
    valueDim: dim,
    scores: fc.constantFrom(...SCORES),
    seed: fc.nat(9999),
    memory: fc.record({ q: memory, k: memory, v: memory, out: memory, rest: memory }),
    offset: fc.nat(3),
    lse: fc.boolean(),
    weights: rarely,
    mask: axes,
    bias: axes,
    alibi: rarely,
    sinks: rarely,
    keyLengths: rarely,
    poison: fc.boolean(),
    /** Nothing that every pair of query and key has: then blocks are as large as they get. */
    plain: fc.boolean(),
    options: fc.record({
      layout: maybe(fc.constantFrom("bhsd", "bshd")),
      scale: maybe(fc.constantFrom(1, 0.3, -1, 0, 2)),
      causal: maybe(fc.boolean()),
      window: maybe(fc.oneof(fc.nat(3000), fc.tuple(fc.nat(500), fc.nat(5)), fc.constant([Infinity, 3] as const))),
      queryOffset: maybe(fc.constantFrom(...OFFSETS)),
      softcap: maybe(fc.constantFrom(2, 30)),
    }),
  })
  .map(({ grouped: [heads, kvHeads], tenths, plain, ...rest }) => {
    const headDim = Math.max(1, rest.headDim);
    const valueDim = Math.max(1, rest.valueDim);
    const filling = rest.heapBytes / 4 / (headDim + Math.ceil(valueDim / 24) * 24);
    // what the definition and the slowest backend do in a few milliseconds
    const perKey = rest.batch * heads * rest.queries * (2 + headDim + valueDim);
    const most = Math.ceil((rest.weights && !plain ? 300_000 : 1_500_000) / perKey);
    const keys = Math.max(1, Math.min(Math.round((tenths / 10) * filling), most));
    const sizes = { heads, kvHeads, keys, headDim, valueDim };
    return plain ? { ...rest, ...sizes, mask: undefined, bias: undefined, weights: false } : { ...rest, ...sizes };
  });

const pick = <T>(from: readonly T[], next: () => number): T => from[Math.floor(next() * from.length)];
const HUGE = [0, 1, -1, 0.5, 1e20, -1e20, 3e38, -3e38];
const SMALL_BESIDE = [1e-30, 2, ...HUGE];
const BIASES = { normal: [0, 0.5, -2, -Infinity], huge: [0, 1, -Infinity, 3e38, -3e38] };

/** q, k or v, before anything is masked. */
function numbers(length: number, dim: number, what: "q" | "k" | "v", scores: Drawn["scores"], next: () => number) {
  const x = new Float32Array(length);
  if (scores === "equal") return x.fill(what === "v" ? 1 : what === "k" ? 2 : 0);
  // a product of two numbers is a score that float64 knows for certain, a sum of huge ones is not
  if (scores === "huge" && what === "q") for (let at = 0; at < length; at += dim) x[at] = pick(HUGE, next);
  else if (scores === "huge" && what === "k") for (let at = 0; at < length; at++) x[at] = pick(SMALL_BESIDE, next);
  else for (let at = 0; at < length; at++) x[at] = normal(next);
  if (scores === "infinite" && what !== "v") {
    for (let n = 0; n < 3; n++) x[Math.floor(next() * length)] = pick([Infinity, -Infinity, Number.NaN], next);
  }
  return x;
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Arrays and options of what was drawn, as ordinary ones. */
function callOf(d: Drawn) {
  const { batch, heads, kvHeads, queries, keys, headDim, valueDim } = d;
  const next = random(d.seed);
  const q = numbers(batch * heads * queries * headDim, headDim, "q", d.scores, next);
  const k = numbers(batch * kvHeads * keys * headDim, headDim, "k", d.scores, next);
  const v = numbers(batch * kvHeads * keys * valueDim, valueDim, "v", d.scores, next);
  const shapeOf = (of: Axes): Shape4 => [of[0] ? batch : 1, of[1] ? heads : 1, of[2] ? queries : 1, keys];
  const options: Record<string, unknown> = { headDim, valueDim, heads, kvHeads, batch };
  for (const [name, value] of Object.entries(d.options)) if (value !== undefined) options[name] = value;
  const arrays: Record<string, Float32Array | Uint8Array | Uint32Array> = {};
  const weights = batch * heads * queries * keys;
  if (d.mask !== undefined && product(shapeOf(d.mask)) <= 300_000) {
    options.maskShape = shapeOf(d.mask);
    const rare = next() < 0.3; // almost everything masked
    arrays.mask = Uint8Array.from({ length: product(shapeOf(d.mask)) }, () => (next() < (rare ? 0.001 : 0.7) ? 1 : 0));
  }
  if (d.bias !== undefined && product(shapeOf(d.bias)) <= 300_000) {
    options.biasShape = shapeOf(d.bias);
    const from = d.scores === "huge" ? BIASES.huge : BIASES.normal;
    arrays.bias = Float32Array.from({ length: product(shapeOf(d.bias)) }, () => pick(from, next));
    if (d.scores === "infinite" && next() < 0.5) arrays.bias[0] = Infinity;
  }
  if (d.alibi && d.scores !== "huge") arrays.alibi = Float32Array.from({ length: heads }, () => 0.01 * next());
  if (d.sinks) arrays.sinks = Float32Array.from({ length: heads }, () => pick([0, 1, -1, -Infinity], next));
  if (d.keyLengths) arrays.keyLengths = Uint32Array.from({ length: batch }, () => Math.floor(next() * (keys + 1)));
  if (arrays.alibi !== undefined && Math.abs((options.queryOffset as number) ?? 0) > 1e4) delete options.queryOffset;

  // what no query sees is not read
  const everyone = (shape: Shape4): boolean => product(shape) === keys;
  for (let j = 0; d.poison && j < keys; j++) {
    const masked = arrays.mask !== undefined && everyone(options.maskShape as Shape4) && arrays.mask[j] === 0;
    const banned = arrays.bias !== undefined && everyone(options.biasShape as Shape4) && arrays.bias[j] === -Infinity;
    const beyond = arrays.keyLengths?.every((n) => j >= n);
    if (!masked && !banned && !beyond) continue;
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < kvHeads; h++) {
        const at = options.layout === "bshd" ? (b * keys + j) * kvHeads + h : (b * kvHeads + h) * keys + j;
        k.fill(Number.NaN, at * headDim, (at + 1) * headDim);
        v.fill(Number.NaN, at * valueDim, (at + 1) * valueDim);
      }
    }
  }
  return { q, k, v, arrays, options, weights };
}

const UNWRITTEN = 777;

function judge(backend: Parameters<Kind["property"]>[0], d: Drawn): void {
  const { q, k, v, arrays, options, weights } = callOf(d);
  const world = new World(backend, d.heapBytes, d.filled);
  const put = (values: Float32Array | Uint8Array | Uint32Array, memory: Memory): unknown => {
    const type: ArraySpec["type"] =
      values instanceof Float32Array ? "f32" : values instanceof Uint8Array ? "u8" : "u32";
    const spec: ArraySpec = { type, length: values.length, memory, offset: d.offset, fill: "", seed: 0, specials: [] };
    return world.put(spec, values);
  };
  const blank = (length: number): Float32Array => new Float32Array(length).fill(UNWRITTEN);
  const given: Record<string, unknown> = { ...options };
  for (const [name, values] of Object.entries(arrays)) given[name] = put(values, d.memory.rest);
  const out = put(blank(d.batch * d.heads * d.queries * d.valueDim), d.memory.out) as Float32Array;
  given.out = out;
  if (d.lse) given.lse = put(blank(d.batch * d.heads * d.queries), d.memory.rest);
  if (d.weights) given.weights = put(blank(weights), d.memory.rest);
  const positional = [put(q, d.memory.q), put(k, d.memory.k), put(v, d.memory.v)];
  world.remember();

  const call = { q, k, v, options: { ...options, ...arrays } } as unknown as AttentionCall;
  const { attention } = world.runtime as unknown as { attention: (...args: unknown[]) => Float32Array };
  let error: unknown;
  try {
    if (attention(...positional, given) !== out) throw new Error("returned another array than out");
  } catch (thrown) {
    error = thrown;
    if (!(thrown instanceof RangeError && /^attention: .* left of the heap/.test(thrown.message))) throw thrown;
    if (d.headDim + d.valueDim <= 90) throw thrown;
  }
  const outputs = [out, given.lse, given.weights].filter((view): view is Float32Array => view !== undefined);
  const damage = world.damage(error === undefined ? outputs : []);
  if (damage !== undefined) throw new Error(damage);
  if (error !== undefined) return;
  const got = { out, lse: given.lse as Float32Array | undefined, weights: given.weights as Float32Array | undefined };
  const fault = attentionFault(got, attentionDefinition(call, d.weights), call);
  if (fault !== undefined) throw new Error(fault);
}

export const streamedAttention: Kind = {
  name: "attention beyond the heap",
  runs: 25,
  shares: 3,
  property: (backend) => fc.property(drawn, (d) => judge(backend, d)),
};

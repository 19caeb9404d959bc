/** Computes a piece with the plain function of a runtime: on a worker, and on the calling thread. */
import type { Bias, Penalties } from "../ops/vocabulary/edits";
import type { Parts } from "../parts";
import type { Runtime } from "../runtime";
import type { TypedArray } from "../typedArray";
import { type Arrays, gather, newArray, scatter, sizeOf } from "./arrays";
import { type AlongPlan, cutAlong } from "./plans/along";
import { type AttentionPlan, cutAttention } from "./plans/attention";
import { cutRows, type RowsPlan } from "./plans/rows";
import { cut, isOutput, type Kind, type Region, type Task } from "./task";

/** What computes: a runtime and the halves of its functions. */
export interface Computer {
  readonly runtime: Runtime;
  readonly parts: Parts;
}

/** A region of an array of the piece, side by side: where it lies, or a copy; undefined for `array`, that of the whole call. */
export type Lookup = (name: string, region: Region) => TypedArray | undefined;

const NOT_STAGED: Lookup = () => undefined;

/**
 * @param arrays  of the task, in memory that this thread may use
 * @param staged  gives the copies of those that lie elsewhere
 */
export function compute(computer: Computer, task: Task, piece: number, arrays: Arrays, staged = NOT_STAGED): void {
  const views: Arrays = {};
  const gathered: [TypedArray, TypedArray, Region][] = [];
  for (const [name, region] of Object.entries(cut(task, piece))) {
    const copy = staged(name, region);
    const array = arrays[name];
    if (copy !== undefined) views[name] = copy;
    else if (region.runs === 1) views[name] = array.subarray(region.from, region.from + region.length);
    else {
      views[name] = newArray(task.kinds[name].type, sizeOf(region));
      if (isOutput(name)) gathered.push([array, views[name], region]);
      else gather(views[name], array, region);
    }
  }
  const { plan } = task;
  if (plan.kind === "along") along(computer, plan, piece, views, task.kinds);
  else if (plan.kind === "attention") attention(computer, plan, piece, views, task.kinds);
  else rows(computer, plan, piece, views, task.kinds);
  for (const [array, view, region] of gathered) scatter(array, view, region);
}

type Kinds = Readonly<Record<string, Kind>>;
type Float16Constructor = new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray;

/** float16s as a Float16Array where the engine has it: then what is left for the option dtype is of one format. */
function asFloats(view: TypedArray | undefined, kind: Kind | undefined): TypedArray | undefined {
  const { Float16Array } = globalThis as unknown as { Float16Array?: Float16Constructor };
  if (view === undefined || kind?.half !== "float16" || Float16Array === undefined) return view;
  return new Float16Array(view.buffer, view.byteOffset, view.length);
}

function dtypeOf(kinds: Kinds): "float16" | "bfloat16" | undefined {
  const halves = Object.values(kinds).map(({ half }) => half);
  return halves.includes("bfloat16") ? "bfloat16" : halves.find((half) => half !== undefined);
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

function along({ runtime }: Computer, plan: AlongPlan, piece: number, views: Arrays, kinds: Kinds): void {
  const { fn, temperature, alpha } = plan;
  const options: Record<string, unknown> = { shape: cutAlong(plan, piece).shape, axis: 1, temperature };
  if (plan.mask) options.mask = views.mask;
  if (plan.support) options.support = views.support;
  if (alpha !== undefined) options.alpha = alpha;
  const dtype = dtypeOf(kinds);
  if (dtype !== undefined) options.dtype = dtype;
  options.out = asFloats(views.out, kinds.out);
  (runtime[fn] as AnyFunction)(asFloats(views.x, kinds.x), options);
}

function attention({ parts }: Computer, plan: AttentionPlan, piece: number, views: Arrays, kinds: Kinds): void {
  const { heads, valid, offset, part, biasShape, maskShape } = cutAttention(plan, piece);
  const { headDim, valueDim, scale, softcap, left, right } = plan;
  const floats = (name: string): Float32Array => asFloats(views[name], kinds[name]) as Float32Array;
  const call = parts.checkAttention(floats("q"), floats("k"), floats("v"), {
    headDim,
    valueDim,
    heads,
    kvHeads: 1,
    layout: plan.sequenceFirst ? "bshd" : "bhsd",
    scale,
    window: [left, right],
    queryOffset: offset,
    softcap: softcap === 0 ? undefined : softcap,
    keyLengths: Uint32Array.of(valid),
    bias: plan.bias && floats("bias"),
    biasShape: biasShape as never,
    mask: views.mask as Uint8Array | undefined,
    maskShape: maskShape as never,
    alibi: views.alibi as Float32Array | undefined,
    sinks: views.sinks as Float32Array | undefined,
    lse: views.lse as Float32Array | undefined,
    weights: views.weights as Float32Array | undefined,
    out: floats("out"),
    dtype: dtypeOf(kinds),
  });
  parts.attend(call, part);
}

/** One for all rows, or those of rows first … first + count. */
function some<T, As>(each: T | undefined | readonly (T | undefined)[], first: number, count: number, as: (t: T) => As) {
  const one = (value: T | undefined): As | undefined => (value === undefined ? undefined : as(value));
  return Array.isArray(each) ? each.slice(first, first + count).map(one) : one(each as T | undefined);
}

/** The options of a piece of rows that all three functions have. */
function tokenOptions(plan: RowsPlan, piece: number, views: Arrays, kinds: Kinds): Record<string, unknown> {
  const { first, count } = cutRows(plan, piece);
  const options: Record<string, unknown> = {
    temperature: plan.temperature,
    bias: some(plan.biases, first, count, ({ biased, values }): Bias => ({ tokens: Uint32Array.from(biased), values })),
    penalties: some(plan.penalties, first, count, ({ seen, promptLength, amounts }): Penalties => {
      return { tokens: Uint32Array.from(seen), promptLength, ...amounts };
    }),
    dtype: dtypeOf(kinds),
  };
  if (plan.shaped) options.shape = [count, plan.length];
  if (typeof plan.mask === "number") options.mask = views.mask;
  else if (plan.mask !== undefined) options.mask = Array.from({ length: count }, (_, r) => views[`mask${first + r}`]);
  return options;
}

interface TopKRows {
  readonly indices: Uint32Array;
  readonly logProbs: Float32Array;
  readonly logSumExp: Float32Array | number;
}
type SampleRows = Readonly<Record<"index" | "prob" | "logProb", TypedArray | number>>;

function rows({ parts }: Computer, plan: RowsPlan, piece: number, views: Arrays, kinds: Kinds): void {
  const { first } = cutRows(plan, piece);
  const logits = asFloats(views.logits, kinds.logits);
  const options = tokenOptions(plan, piece, views, kinds);
  const write = (name: string, values: TypedArray | number): void => {
    if (typeof values === "number") views[name][0] = values;
    else views[name].set(values);
  };
  if (plan.fn === "topK") {
    const { indices, logProbs, logSumExp } = parts.topK(logits, plan.k, options, first) as TopKRows;
    write("indices", indices);
    write("logProbs", logProbs);
    write("logSumExp", logSumExp);
    write("count", indices.length);
  } else if (plan.fn === "sample") {
    const { truncation, truncatedAt, temperature } = plan.law as NonNullable<RowsPlan["law"]>;
    const { topK, topP, minP, minKeep } = truncation;
    const temperatureLast = truncatedAt !== temperature;
    let row = 0;
    const random = (): number => views.us[row++];
    const law = { topK: topK === Infinity ? undefined : topK, topP, minP, minKeep, temperatureLast, random };
    const drawn = parts.sample(logits, { ...options, ...law }, first) as SampleRows;
    for (const name of ["index", "prob", "logProb"] as const) write(name, drawn[name]);
  } else {
    const { ignore } = plan;
    write("logProbs", parts.logProbs(logits, Array.from(views.ids), { ...options, ignore }, first) as Float32Array);
  }
}

/**
 * The halves of a runtime's functions, for the pool (src/pool.ts): the checks alone, and the work on a part of a call whose arguments
 * were checked as a whole. A runtime of softmax-wasm has them under a symbol, so that the pool needs no second copy of them.
 */
import { checkAlpha, checkTemperature, type FloatInput, type FloatView } from "./check";
import type { Engines } from "./engines";
import type { Sources } from "./kernels";
import type { AttentionParts } from "./ops/attention";
import type { AttentionOptions } from "./ops/attention/attention";
import { type AttentionCall, checkAttention } from "./ops/attention/check";
import { type AxisCall, type AxisOptions, checkCall, NO_OPTIONS, readAxis } from "./ops/axis";
import { type EntmaxOptions, readEntmax } from "./ops/sparse/entmax";
import { checkSparse, readSparse, type SparseOptions } from "./ops/sparse/sparse";
import { checkLogProbs } from "./ops/vocabulary/logProbs";
import { checkSample } from "./ops/vocabulary/sample";
import { checkTopK } from "./ops/vocabulary/topK";
import { checkObject, ownOptions } from "./options";
import { familiesOn, type Runtime, runtimeOn } from "./runtime";

/** The functions along an axis. */
export type Along =
  | "softmax"
  | "logSoftmax"
  | "logSumExp"
  | "entropy"
  | "hardmax"
  | "sparsemax"
  | "entmax15"
  | "entmax";

/** A call along an axis whose arguments are in order. */
export interface AlongCall {
  readonly call: AxisCall;
  readonly temperature: number;
  readonly alpha: number | undefined;
  readonly support: Uint32Array | undefined;
  /** The result is a number. */
  readonly scalar: boolean;
}

type AlongOptions = AxisOptions<FloatView> | SparseOptions<FloatView> | EntmaxOptions<FloatView>;

/** As each of the functions checks its arguments: the same checks in the same order. */
function checkAlong(fn: Along, x: FloatInput, options: AlongOptions | undefined): AlongCall {
  const reduces = fn === "logSumExp" || fn === "entropy";
  if (fn === "sparsemax" || fn === "entmax15" || fn === "entmax") {
    const given =
      fn === "entmax" ? readEntmax(options as EntmaxOptions<FloatView>) : readSparse(fn, options ?? NO_OPTIONS);
    const alpha = fn === "entmax" ? (given as EntmaxOptions<FloatView>).alpha : undefined;
    if (fn === "entmax") checkAlpha(fn, alpha as number);
    return { ...checkSparse(fn, x, given), alpha, scalar: false };
  }
  const given = options === undefined ? NO_OPTIONS : readAxis(fn, options as AxisOptions<FloatView>);
  const temperature = checkTemperature(fn, given.temperature);
  const call = checkCall(fn, x, given, given.mask, reduces);
  return { call, temperature, alpha: undefined, support: undefined, scalar: reduces && options === undefined };
}

/** A function whose last argument says which part of a larger call the call is. */
type OfPart = (...args: readonly unknown[]) => unknown;

export interface Parts {
  /** How options are read. */
  readonly checkObject: typeof checkObject;
  readonly ownOptions: typeof ownOptions;
  readonly checkAlong: typeof checkAlong;
  readonly checkAttention: (
    q: FloatInput,
    k: FloatInput,
    v: FloatInput,
    options: AttentionOptions<FloatView>,
  ) => AttentionCall;
  readonly checkTopK: typeof checkTopK;
  readonly checkSample: typeof checkSample;
  readonly checkLogProbs: typeof checkLogProbs;
  /** attention after its checks. */
  readonly attend: AttentionParts["attend"];
  readonly blockRows: AttentionParts["blockRows"];
  /** The functions, with an argument more: the number of the first row. */
  readonly topK: OfPart;
  readonly sample: OfPart;
  readonly logProbs: OfPart;
}

const PARTS = Symbol.for("softmax-wasm.parts");

/** A runtime with its parts, which are no part of its type. */
export function withParts(engines: Engines, sources: Sources): Runtime {
  const families = familiesOn(engines, sources);
  const parts: Parts = {
    checkObject,
    ownOptions,
    checkAlong,
    checkAttention,
    checkTopK,
    checkSample,
    checkLogProbs,
    attend: (call, part) => families.attention().attend(call, part),
    blockRows: (call) => families.attention().blockRows(call),
    topK: (...args) => (families.vocabulary().topK as OfPart)(...args),
    sample: (...args) => (families.vocabulary().sample as OfPart)(...args),
    logProbs: (...args) => (families.vocabulary().logProbs as OfPart)(...args),
  };
  return Object.defineProperty(runtimeOn(engines, sources, families), PARTS, { value: parts });
}

export const partsOf = (runtime: Runtime): Parts => (runtime as unknown as Record<symbol, Parts>)[PARTS];

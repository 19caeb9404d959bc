/** The functions of a pool: those of a runtime that work on rows, with an argument more. */
import type { FloatInput, FloatView, TokenList } from "../check";
import type { AttentionOptions } from "../ops/attention/attention";
import type { AxisOptions, NewFloats, Written } from "../ops/axis";
import type { EntmaxOptions } from "../ops/sparse/entmax";
import type { SparseOptions } from "../ops/sparse/sparse";
import type { LogProbsOptions } from "../ops/vocabulary/logProbs";
import type { RowsOf } from "../ops/vocabulary/rows";
import type { SampleOptions, SampleResult, SampleRows } from "../ops/vocabulary/sample";
import type { TopKOptions, TopKResult, TopKRows } from "../ops/vocabulary/topK";
import type { Along } from "../parts";
import type { Budget } from "./budget";
import { alongCall, attentionCall, type Call } from "./call";
import type { Computer } from "./compute";
import type { PoolControl } from "./job";
import { logProbsCall, sampleCall, topKCall } from "./tokenCalls";

/** A result, or a promise of it. */
export type Eventual<How extends "promise" | "value", Result> = How extends "promise" ? Promise<Result> : Result;

/**
 * Each takes the arguments of the plain function of its name, and a {@link PoolControl} after the options. Arguments are checked at once;
 * arrays are not to be written until the promise settles, and an `out` that is not shared is written when it does.
 */
export interface PoolFunctions<How extends "promise" | "value"> {
  /** Softmax along an axis. */
  softmax: AlongAxis<How>;
  /** Logarithm of softmax along an axis. */
  logSoftmax: AlongAxis<How>;
  /** Log-sum-exp of an array or along an axis. */
  logSumExp: Reducing<How>;
  /** Entropy of softmax, of an array or along an axis. */
  entropy: Reducing<How>;
  /** 1 at the first maximum along an axis, 0 elsewhere. */
  hardmax: AlongAxis<How>;
  /** Sparsemax along an axis. */
  sparsemax: SparseAxis<How>;
  /** 1.5-entmax along an axis. */
  entmax15: SparseAxis<How>;
  /** Entmax with any alpha >= 1 along an axis. */
  entmax<Out extends FloatView = NewFloats>(
    x: FloatInput,
    options: EntmaxOptions<Out>,
    control?: PoolControl,
  ): Eventual<How, Written<Out>>;
  /** Scaled dot-product attention. */
  attention<Out extends FloatView = NewFloats>(
    q: FloatInput,
    k: FloatInput,
    v: FloatInput,
    options: AttentionOptions<Out>,
    control?: PoolControl,
  ): Eventual<How, Written<Out>>;
  /** The k most probable tokens of rows. */
  topK(logits: FloatInput, k: number, options: RowsOf<TopKOptions>, control?: PoolControl): Eventual<How, TopKRows>;
  /** The same of one row. */
  topK(logits: FloatInput, k: number, options?: TopKOptions, control?: PoolControl): Eventual<How, TopKResult>;
  /** Draws a token from each row. `random` is asked on the calling thread, once a row, in order. */
  sample(logits: FloatInput, options: RowsOf<SampleOptions>, control?: PoolControl): Eventual<How, SampleRows>;
  /** The same of one row. */
  sample(logits: FloatInput, options?: SampleOptions, control?: PoolControl): Eventual<How, SampleResult>;
  /** The log-probabilities of given tokens. */
  logProbs<Out extends FloatView = NewFloats>(
    logits: FloatInput,
    tokens: TokenList,
    options?: LogProbsOptions<Out> | RowsOf<LogProbsOptions<Out>>,
    control?: PoolControl,
  ): Eventual<How, Written<Out>>;
}

/** A function along an axis, in a pool. */
export type AlongAxis<How extends "promise" | "value"> = <Out extends FloatView = NewFloats>(
  x: FloatInput,
  options?: AxisOptions<Out>,
  control?: PoolControl,
) => Eventual<How, Written<Out>>;

/** A function with exact zeros, in a pool. */
export type SparseAxis<How extends "promise" | "value"> = <Out extends FloatView = NewFloats>(
  x: FloatInput,
  options?: SparseOptions<Out>,
  control?: PoolControl,
) => Eventual<How, Written<Out>>;

/** A function whose result has no axis, in a pool. */
export interface Reducing<How extends "promise" | "value"> {
  /** Of an array: a number. */
  (x: FloatInput, options?: undefined, control?: PoolControl): Eventual<How, number>;
  /** Along an axis: one for each row. */
  <Out extends FloatView = NewFloats>(
    x: FloatInput,
    options: AxisOptions<Out>,
    control?: PoolControl,
  ): Eventual<How, Written<Out>>;
}

/** What becomes of a call: `make` checks and cuts it. */
export type Invoke<Result> = (
  fn: string,
  make: (computer: Computer, budget: Budget) => Call,
  control: PoolControl | undefined,
) => Result;

export function functionsOn<How extends "promise" | "value">(invoke: Invoke<unknown>): PoolFunctions<How> {
  const along =
    (fn: Along) =>
    (x: FloatInput, options?: unknown, control?: PoolControl): unknown =>
      invoke(fn, (computer, budget) => alongCall(computer, budget, fn, x, options as never), control);
  const functions: Record<string, unknown> = {
    attention: (q: FloatInput, k: FloatInput, v: FloatInput, options: never, control?: PoolControl) =>
      invoke("attention", (computer, budget) => attentionCall(computer, budget, q, k, v, options), control),
    topK: (logits: FloatInput, k: number, options: never, control?: PoolControl) =>
      invoke("topK", (computer, budget) => topKCall(computer, budget, logits, k, options), control),
    sample: (logits: FloatInput, options: never, control?: PoolControl) =>
      invoke("sample", (computer, budget) => sampleCall(computer, budget, logits, options), control),
    logProbs: (logits: FloatInput, tokens: TokenList, options: never, control?: PoolControl) =>
      invoke("logProbs", (computer, budget) => logProbsCall(computer, budget, logits, tokens, options), control),
  };
  for (const fn of ALONG) functions[fn] = along(fn);
  return functions as unknown as PoolFunctions<How>;
}

const ALONG: readonly Along[] = [
  "softmax",
  "logSoftmax",
  "logSumExp",
  "entropy",
  "hardmax",
  "sparsemax",
  "entmax15",
  "entmax",
];

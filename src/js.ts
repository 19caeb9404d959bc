/**
 * softmax-wasm/js: the same functions in JavaScript alone. No WebAssembly bytes, no WebAssembly at all.
 *
 * @packageDocumentation
 */
import { kind } from "./check";
import { jsEngine } from "./js/index";
import type { Attention } from "./ops/attention";
import type { AxisOptions } from "./ops/axis";
import type { Entmax } from "./ops/entmax";
import type { Entmax15 } from "./ops/entmax15";
import type { Hardmax } from "./ops/hardmax";
import type { LogSoftmax } from "./ops/logSoftmax";
import type { LogSumExp } from "./ops/logSumExp";
import type { MergeAttention } from "./ops/mergeAttention";
import type { Sample } from "./ops/sample";
import type { Softmax } from "./ops/softmax";
import type { Sparsemax } from "./ops/sparsemax";
import type { TopK } from "./ops/topK";
import { checkObject, ownOptions } from "./options";
import { checkHeapBytes, type Runtime, startRuntime } from "./runtime";

export type { FloatInput, TokenMask } from "./check";
export type { Backend } from "./kernels";
export type { Attention, AttentionOptions, Shape4 } from "./ops/attention";
export type { AxisOptions, NewFloats, Written } from "./ops/axis";
export type { Entmax, EntmaxOptions } from "./ops/entmax";
export type { Entmax15 } from "./ops/entmax15";
export type { Hardmax } from "./ops/hardmax";
export type { LogSoftmax } from "./ops/logSoftmax";
export type { LogSumExp } from "./ops/logSumExp";
export type { MergeAttention, MergeAttentionOptions } from "./ops/mergeAttention";
export type { Sample, SampleOptions, SampleResult } from "./ops/sample";
export type { Softmax, SoftmaxOptions } from "./ops/softmax";
export type { SparseOptions } from "./ops/sparse";
export type { Sparsemax } from "./ops/sparsemax";
export type { TopK, TopKOptions, TopKResult } from "./ops/topK";
export type { Runtime } from "./runtime";

export interface RuntimeOptions {
  backend?: "auto" | "js" | undefined;
  /** Size of the heap, rounded up to 64 KiB; it never grows; default 8 MiB, at most 1 GiB. */
  heapBytes?: number | undefined;
}

const CREATE = "createRuntime";

/**
 * A runtime of its own, in JavaScript; see createRuntime of softmax-wasm.
 *
 * @throws {TypeError}  an option is not of the type it must be
 * @throws {RangeError} heapBytes is out of range, or another backend is asked for
 */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  checkObject(CREATE, "options", options, "heapBytes");
  const { backend = "auto", heapBytes } = ownOptions(CREATE, options, {
    backend: options.backend,
    heapBytes: options.heapBytes,
  });
  if (typeof backend !== "string") {
    throw new TypeError(`${CREATE}: "backend" expected "auto" or "js" of softmax-wasm/js, got ${kind(backend)}`);
  }
  if (backend !== "auto" && backend !== "js") {
    throw new RangeError(
      `${CREATE}: "backend" expected "auto" or "js" of softmax-wasm/js, got ${JSON.stringify(backend)}`,
    );
  }
  return startRuntime([{ backend: "js", start: jsEngine }], checkHeapBytes(CREATE, heapBytes));
}

let shared: Runtime | undefined;
const runtime = (): Runtime => {
  shared ??= createRuntime();
  return shared;
};

export const softmax: Softmax = (x, options) => runtime().softmax(x, options);

export const logSoftmax: LogSoftmax = (x, options) => runtime().logSoftmax(x, options);

export const logSumExp = ((x: Parameters<LogSumExp>[0], options: AxisOptions) =>
  runtime().logSumExp(x, options)) as LogSumExp;

export const hardmax: Hardmax = (x, options) => runtime().hardmax(x, options);

export const sparsemax: Sparsemax = (x, options) => runtime().sparsemax(x, options);

export const entmax15: Entmax15 = (x, options) => runtime().entmax15(x, options);

export const entmax: Entmax = (x, options) => runtime().entmax(x, options);

export const attention: Attention = (q, k, v, options) => runtime().attention(q, k, v, options);

export const mergeAttention: MergeAttention = (outA, lseA, outB, lseB, options) =>
  runtime().mergeAttention(outA, lseA, outB, lseB, options);

export const topK: TopK = (logits, k, options) => runtime().topK(logits, k, options);

export const sample: Sample = (logits, options) => runtime().sample(logits, options);

/** Always "js". */
export function backend(): "js" {
  return "js";
}

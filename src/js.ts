/**
 * softmax-wasm/js: the same functions in JavaScript alone. No WebAssembly bytes, no WebAssembly at all.
 *
 * @packageDocumentation
 */
import { checkBackend, checkHeapBytes } from "./check";
import { startEngines } from "./engines";
import { attentionTwin, jsEngine, rowsTwin, sparseTwin, vocabularyTwin } from "./js/index";
import type { Backend, Sources } from "./kernels";
import type { Attention } from "./ops/attention/attention";
import type { MergeAttention } from "./ops/attention/mergeAttention";
import type { AxisOptions } from "./ops/axis";
import type { Hardmax } from "./ops/rows/hardmax";
import type { LogSoftmax } from "./ops/rows/logSoftmax";
import type { LogSumExp } from "./ops/rows/logSumExp";
import type { Softmax } from "./ops/rows/softmax";
import type { Entmax } from "./ops/sparse/entmax";
import type { Entmax15 } from "./ops/sparse/entmax15";
import type { Sparsemax } from "./ops/sparse/sparsemax";
import type { Sample } from "./ops/vocabulary/sample";
import type { TopK } from "./ops/vocabulary/topK";
import { checkObject, ownOptions } from "./options";
import { checkRuntime, type Runtime, runtimeOn } from "./runtime";

export { bitMask } from "./bitMask";
export { seeded } from "./seeded";
export type * from "./types";

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
  checkBackend(backend, ["auto", "js"], '"auto" or "js" of softmax-wasm/js');
  const engines = startEngines([{ backend: "js", start: jsEngine }], checkHeapBytes(heapBytes));
  return runtimeOn(engines, SOURCES);
}

const SOURCES: Sources = {
  rows: { twin: rowsTwin },
  sparse: { twin: sparseTwin },
  attention: { twin: attentionTwin },
  vocabulary: { twin: vocabularyTwin },
};

/** What the plain functions run on: the default runtime, made on first use, or that of useRuntime. */
let inUse: Runtime | undefined;
const runtime = (): Runtime => {
  inUse ??= createRuntime();
  return inUse;
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

/**
 * The functions of this module run on this runtime from now on; see useRuntime of softmax-wasm.
 *
 * @throws {TypeError} it is no runtime
 */
export function useRuntime(runtime: Runtime): void {
  checkRuntime(runtime);
  inUse = runtime;
}

/** The backend of the runtime that the functions of this module run on: "js", unless useRuntime was given one of another door. */
export function backend(): Backend {
  return runtime().backend;
}

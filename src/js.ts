/**
 * softmax-wasm/js: the same functions in JavaScript alone. It contains no WebAssembly and uses none.
 *
 * @packageDocumentation
 */
import { checkBackend, checkHeapBytes, type TokenList } from "./check";
import { startEngines } from "./engines";
import { attentionTwin, jsEngine, rowsTwin, sparseTwin, vocabularyTwin } from "./js/index";
import type { Backend, Sources } from "./kernels";
import type { Attention } from "./ops/attention/attention";
import type { MergeAttention } from "./ops/attention/mergeAttention";
import type { AxisOptions } from "./ops/axis";
import type { Entropy } from "./ops/rows/entropy";
import type { Hardmax } from "./ops/rows/hardmax";
import type { LogSoftmax } from "./ops/rows/logSoftmax";
import type { LogSumExp } from "./ops/rows/logSumExp";
import type { Pack16 } from "./ops/rows/pack16";
import type { Softmax } from "./ops/rows/softmax";
import type { Unpack16 } from "./ops/rows/unpack16";
import type { Entmax } from "./ops/sparse/entmax";
import type { Entmax15 } from "./ops/sparse/entmax15";
import type { Sparsemax } from "./ops/sparse/sparsemax";
import type { LogProbs, LogProbsOptions } from "./ops/vocabulary/logProbs";
import type { Sample, SampleOptions } from "./ops/vocabulary/sample";
import type { TopK, TopKOptions } from "./ops/vocabulary/topK";
import type { Truncate } from "./ops/vocabulary/truncate";
import type { TruncationOptions } from "./ops/vocabulary/truncation";
import type { VerifyDraft } from "./ops/vocabulary/verifyDraft";
import { checkObject, ownOptions } from "./options";
import { checkRuntime, type Runtime, runtimeOn } from "./runtime";

export { bitMask } from "./bitMask";
export { seeded } from "./seeded";
export type * from "./types";

/** Options of createRuntime. */
export interface RuntimeOptions {
  /** "js", or "auto" (the default), which is the same here. */
  backend?: "auto" | "js" | undefined;
  /** Size of the heap, rounded up to 64 KiB; it never grows; default 8 MiB, at most 1 GiB. */
  heapBytes?: number | undefined;
}

const CREATE = "createRuntime";

/**
 * Makes a runtime in JavaScript, with a memory of its own; see createRuntime of softmax-wasm.
 *
 * @param options  backend, heapBytes
 * @returns        the runtime; its heap is allocated now
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

/** Softmax along an axis, on the default runtime: {@link Softmax}. */
export const softmax: Softmax = (x, options) => runtime().softmax(x, options);

/** Logarithm of softmax along an axis, on the default runtime: {@link LogSoftmax}. */
export const logSoftmax: LogSoftmax = (x, options) => runtime().logSoftmax(x, options);

/** Log-sum-exp of an array or along an axis, on the default runtime: {@link LogSumExp}. */
export const logSumExp = ((x: Parameters<LogSumExp>[0], options: AxisOptions) =>
  runtime().logSumExp(x, options)) as LogSumExp;

/** 1 at the first maximum along an axis, 0 elsewhere, on the default runtime: {@link Hardmax}. */
export const hardmax: Hardmax = (x, options) => runtime().hardmax(x, options);

/** Entropy of softmax, of an array or along an axis, on the default runtime: {@link Entropy}. */
export const entropy = ((x: Parameters<Entropy>[0], options: AxisOptions) => runtime().entropy(x, options)) as Entropy;

/** Floats rounded to 16 bits, on the default runtime: {@link Pack16}. */
export const pack16: Pack16 = (x, options) => runtime().pack16(x, options);

/** Floats of 16 bits widened to float32, on the default runtime: {@link Unpack16}. */
export const unpack16: Unpack16 = (x, options) => runtime().unpack16(x, options);

/** Sparsemax along an axis, on the default runtime: {@link Sparsemax}. */
export const sparsemax: Sparsemax = (x, options) => runtime().sparsemax(x, options);

/** 1.5-entmax along an axis, on the default runtime: {@link Entmax15}. */
export const entmax15: Entmax15 = (x, options) => runtime().entmax15(x, options);

/** Entmax with any alpha >= 1 along an axis, on the default runtime: {@link Entmax}. */
export const entmax: Entmax = (x, options) => runtime().entmax(x, options);

/** Scaled dot-product attention, on the default runtime: {@link Attention}. */
export const attention: Attention = (q, k, v, options) => runtime().attention(q, k, v, options);

/** Attention over two sets of keys from attention over each, on the default runtime: {@link MergeAttention}. */
export const mergeAttention: MergeAttention = (outA, lseA, outB, lseB, options) =>
  runtime().mergeAttention(outA, lseA, outB, lseB, options);

/** The k most probable tokens, on the default runtime: {@link TopK}. */
export const topK = ((logits: Parameters<TopK>[0], k: number, options: TopKOptions) =>
  runtime().topK(logits, k, options)) as TopK;

/** Draws a token from logits, on the default runtime: {@link Sample}. */
export const sample = ((logits: Parameters<Sample>[0], options: SampleOptions) =>
  runtime().sample(logits, options)) as Sample;

/** The tokens that sample draws from, on the default runtime: {@link Truncate}. */
export const truncate = ((logits: Parameters<Truncate>[0], options: TruncationOptions) =>
  runtime().truncate(logits, options)) as Truncate;

/** The log-probabilities of given tokens, on the default runtime: {@link LogProbs}. */
export const logProbs = ((logits: Parameters<LogProbs>[0], tokens: TokenList, options: LogProbsOptions) =>
  runtime().logProbs(logits, tokens, options)) as LogProbs;

/** Verifies drafted tokens, and draws the next, on the default runtime: {@link VerifyDraft}. */
export const verifyDraft: VerifyDraft = (target, tokens, options) => runtime().verifyDraft(target, tokens, options);

/**
 * The functions of this module run on this runtime from now on; see useRuntime of softmax-wasm.
 *
 * @throws {TypeError} it is no runtime
 */
export function useRuntime(runtime: Runtime): void {
  checkRuntime(runtime);
  inUse = runtime;
}

/** @returns the backend of the runtime that the functions of this module run on: "js", unless useRuntime was given one of another door */
export function backend(): Backend {
  return runtime().backend;
}

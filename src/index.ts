/**
 * softmax-wasm: the softmax family on Float32Arrays. WebAssembly SIMD behind one import and no await.
 *
 * A bundle that imports a function contains that function's family and no other. createRuntime brings in all families.
 *
 * @packageDocumentation
 */
import { checkBackend, checkHeapBytes, DEFAULT_HEAP_BYTES, type TokenList } from "./check";
import { type Candidate, Engines, startEngines } from "./engines";
import { attentionTwin, jsEngine, rowsTwin, sparseTwin, vocabularyTwin } from "./js/index";
import type { Backend, Source } from "./kernels";
import { ATTENTION, type AttentionFunctions } from "./ops/attention";
import type { Attention } from "./ops/attention/attention";
import type { MergeAttention } from "./ops/attention/mergeAttention";
import type { AxisOptions } from "./ops/axis";
import { ROWS, type Rows } from "./ops/rows";
import type { Entropy } from "./ops/rows/entropy";
import type { Hardmax } from "./ops/rows/hardmax";
import type { LogSoftmax } from "./ops/rows/logSoftmax";
import type { LogSumExp } from "./ops/rows/logSumExp";
import type { Pack16 } from "./ops/rows/pack16";
import type { Softmax } from "./ops/rows/softmax";
import type { Unpack16 } from "./ops/rows/unpack16";
import { SPARSE, type Sparse } from "./ops/sparse";
import type { Entmax } from "./ops/sparse/entmax";
import type { Entmax15 } from "./ops/sparse/entmax15";
import type { Sparsemax } from "./ops/sparse/sparsemax";
import { VOCABULARY, type VocabularyFunctions } from "./ops/vocabulary";
import type { LogProbs, LogProbsOptions } from "./ops/vocabulary/logProbs";
import type { Sample, SampleOptions } from "./ops/vocabulary/sample";
import type { TopK, TopKOptions } from "./ops/vocabulary/topK";
import type { Truncate } from "./ops/vocabulary/truncate";
import type { TruncationOptions } from "./ops/vocabulary/truncation";
import type { VerifyDraft } from "./ops/vocabulary/verifyDraft";
import { checkObject, ownOptions } from "./options";
import { withParts } from "./parts";
import { checkRuntime, type Runtime } from "./runtime";
import type { WasmModule } from "./types";
import { wasmEngine } from "./wasm";
import { ATTENTION_BINARY } from "./wasm/binaries/attention";
import { ROWS_BINARY } from "./wasm/binaries/rows";
import { SPARSE_BINARY } from "./wasm/binaries/sparse";
import { VOCABULARY_BINARY } from "./wasm/binaries/vocabulary";
import { moduleEngine } from "./wasm/modules";

export { bitMask } from "./bitMask";
export { seeded } from "./seeded";
export type * from "./types";

/** Options of createRuntime. */
export interface RuntimeOptions {
  /** A backend by name, or the best that this host has; default "auto". */
  backend?: "auto" | Backend | undefined;
  /** Size of the heap, rounded up to 64 KiB; it never grows; default 8 MiB, at most 1 GiB. */
  heapBytes?: number | undefined;
  /**
   * For hosts that forbid compiling from bytes: this package's rows.wasm, sparse.wasm, attention.wasm, vocabulary.wasm, one or several
   * of them, or one or several of the same with -relaxed. Functions whose family is not among them throw an Error.
   */
  module?: WasmModule | readonly WasmModule[] | undefined;
}

const CANDIDATES: readonly Candidate[] = [
  { backend: "wasm-relaxed", start: (bytes, beside) => wasmEngine("wasm-relaxed", bytes, beside) },
  { backend: "wasm", start: (bytes, beside) => wasmEngine("wasm", bytes, beside) },
  { backend: "js", start: jsEngine },
];

const ROWS_SOURCE: Source<"rows"> = { binary: ROWS_BINARY, twin: rowsTwin };
const SPARSE_SOURCE: Source<"sparse"> = { binary: SPARSE_BINARY, twin: sparseTwin };
const ATTENTION_SOURCE: Source<"attention"> = { binary: ATTENTION_BINARY, twin: attentionTwin };
const VOCABULARY_SOURCE: Source<"vocabulary"> = { binary: VOCABULARY_BINARY, twin: vocabularyTwin };

const CREATE = "createRuntime";

function readRuntime(options: RuntimeOptions): RuntimeOptions {
  checkObject(CREATE, "options", options, "heapBytes");
  return ownOptions(CREATE, options, {
    backend: options.backend,
    heapBytes: options.heapBytes,
    module: options.module,
  });
}

/**
 * Makes a runtime with a memory and a backend of its own, and every function of this package.
 *
 * "auto" takes relaxed SIMD where the engine has it, then SIMD, then JavaScript. The functions of a family (rows, sparse, attention,
 * vocabulary) are compiled and tested at the first call of one: where they fail, that family runs on the next backend. A backend asked
 * for by name, or by module, is that one or an error.
 *
 * @param options  backend, heapBytes, module
 * @returns        the runtime; its heap is allocated now
 * @throws {TypeError}  an option is not of the type it must be
 * @throws {RangeError} backend is not a backend's name, heapBytes is out of range, module is not this package's or not the
 *                      backend's
 * @throws {Error}      the backend asked for, or the module, does not run on this host
 * @example
 * import { createRuntime } from "softmax-wasm";
 * const runtime = createRuntime({ backend: "wasm", heapBytes: 1 << 20 });
 * const x = runtime.alloc(1000); // written to and read in place
 * runtime.softmax(x, { out: x });
 */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  const { backend = "auto", heapBytes: wanted, module } = readRuntime(options);
  const heapBytes = checkHeapBytes(wanted);
  checkBackend(backend, ["auto", ...CANDIDATES.map((one) => one.backend)], '"auto", "wasm-relaxed", "wasm" or "js"');
  const engines =
    module === undefined
      ? startEngines(
          CANDIDATES.filter((one) => backend === "auto" || backend === one.backend),
          heapBytes,
        )
      : new Engines(moduleEngine(module, backend, heapBytes), [], [], "module");
  return withParts(engines, {
    rows: ROWS_SOURCE,
    sparse: SPARSE_SOURCE,
    attention: ATTENTION_SOURCE,
    vocabulary: VOCABULARY_SOURCE,
  });
}

/**
 * What the plain functions run on. Of the default runtime, its engines and those of its families that were called; or, from
 * useRuntime on, one runtime for everything.
 */
interface InUse {
  engines?: Engines;
  runtime?: Runtime;
  rows?: Rows;
  sparse?: Sparse;
  attention?: AttentionFunctions;
  vocabulary?: VocabularyFunctions;
}
let inUse: InUse = {};

const engines = (): Engines => {
  inUse.engines ??= startEngines(CANDIDATES, DEFAULT_HEAP_BYTES);
  return inUse.engines;
};
const rows = (): Rows => {
  inUse.rows ??= engines().start(ROWS, ROWS_SOURCE);
  return inUse.rows;
};
const sparse = (): Sparse => {
  inUse.sparse ??= engines().start(SPARSE, SPARSE_SOURCE);
  return inUse.sparse;
};
const attending = (): AttentionFunctions => {
  inUse.attention ??= engines().start(ATTENTION, ATTENTION_SOURCE);
  return inUse.attention;
};
const vocabulary = (): VocabularyFunctions => {
  inUse.vocabulary ??= engines().start(VOCABULARY, VOCABULARY_SOURCE);
  return inUse.vocabulary;
};

/** Softmax along an axis, on the default runtime: {@link Softmax}. */
export const softmax: Softmax = (x, options) => rows().softmax(x, options);

/** Logarithm of softmax along an axis, on the default runtime: {@link LogSoftmax}. */
export const logSoftmax: LogSoftmax = (x, options) => rows().logSoftmax(x, options);

/** Log-sum-exp of an array or along an axis, on the default runtime: {@link LogSumExp}. */
export const logSumExp = ((x: Parameters<LogSumExp>[0], options: AxisOptions) =>
  rows().logSumExp(x, options)) as LogSumExp;

/** 1 at the first maximum along an axis, 0 elsewhere, on the default runtime: {@link Hardmax}. */
export const hardmax: Hardmax = (x, options) => rows().hardmax(x, options);

/** Entropy of softmax, of an array or along an axis, on the default runtime: {@link Entropy}. */
export const entropy = ((x: Parameters<Entropy>[0], options: AxisOptions) => rows().entropy(x, options)) as Entropy;

/** Floats rounded to 16 bits, on the default runtime: {@link Pack16}. */
export const pack16: Pack16 = (x, options) => rows().pack16(x, options);

/** Floats of 16 bits widened to float32, on the default runtime: {@link Unpack16}. */
export const unpack16: Unpack16 = (x, options) => rows().unpack16(x, options);

/** Sparsemax along an axis, on the default runtime: {@link Sparsemax}. */
export const sparsemax: Sparsemax = (x, options) => sparse().sparsemax(x, options);

/** 1.5-entmax along an axis, on the default runtime: {@link Entmax15}. */
export const entmax15: Entmax15 = (x, options) => sparse().entmax15(x, options);

/** Entmax with any alpha >= 1 along an axis, on the default runtime: {@link Entmax}. */
export const entmax: Entmax = (x, options) => sparse().entmax(x, options);

/** Scaled dot-product attention, on the default runtime: {@link Attention}. */
export const attention: Attention = (q, k, v, options) => attending().attention(q, k, v, options);

/** Attention over two sets of keys from attention over each, on the default runtime: {@link MergeAttention}. */
export const mergeAttention: MergeAttention = (outA, lseA, outB, lseB, options) =>
  attending().mergeAttention(outA, lseA, outB, lseB, options);

/** The k most probable tokens, on the default runtime: {@link TopK}. */
export const topK = ((logits: Parameters<TopK>[0], k: number, options: TopKOptions) =>
  vocabulary().topK(logits, k, options)) as TopK;

/** Draws a token from logits, on the default runtime: {@link Sample}. */
export const sample = ((logits: Parameters<Sample>[0], options: SampleOptions) =>
  vocabulary().sample(logits, options)) as Sample;

/** The tokens that sample draws from, on the default runtime: {@link Truncate}. */
export const truncate = ((logits: Parameters<Truncate>[0], options: TruncationOptions) =>
  vocabulary().truncate(logits, options)) as Truncate;

/** The log-probabilities of given tokens, on the default runtime: {@link LogProbs}. */
export const logProbs = ((logits: Parameters<LogProbs>[0], tokens: TokenList, options: LogProbsOptions) =>
  vocabulary().logProbs(logits, tokens, options)) as LogProbs;

/** Verifies drafted tokens, and draws the next, on the default runtime: {@link VerifyDraft}. */
export const verifyDraft: VerifyDraft = (target, tokens, options) => vocabulary().verifyDraft(target, tokens, options);

/**
 * The functions of this module, and those of softmax-wasm/transformers, run on this runtime from now on: one with a larger heap, or
 * with modules that the host compiled. The default runtime, if one was started, is dropped. Every thread has its own.
 *
 * @param runtime  what createRuntime gave, of this module, of softmax-wasm/js or of softmax-wasm/modules
 * @throws {TypeError} it is no runtime
 * @example
 * import { createRuntime, softmax, useRuntime } from "softmax-wasm";
 * const runtime = createRuntime({ heapBytes: 64 << 20 });
 * useRuntime(runtime);
 * const x = runtime.alloc(1000);
 * softmax(x, { out: x }); // in place: nothing is copied
 */
export function useRuntime(runtime: Runtime): void {
  checkRuntime(runtime);
  inUse = { runtime, rows: runtime, sparse: runtime, attention: runtime, vocabulary: runtime };
}

/** @returns the backend of the runtime that the functions of this module run on: "wasm-relaxed", "wasm" or "js" */
export function backend(): Backend {
  return (inUse.runtime ?? engines()).backend;
}

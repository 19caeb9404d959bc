/** The types that every entry of the package exports. */
export type { Float16Like, FloatInput, FloatView, TokenList, TokenMask } from "./check";
export type { Rejected } from "./engines";
export type { Dtype } from "./half";
export type { Backend } from "./kernels";
export type { Attention, AttentionOptions, Shape4 } from "./ops/attention/attention";
export type { MergeAttention, MergeAttentionOptions } from "./ops/attention/mergeAttention";
export type { AxisOptions, NewFloats, NewHalves, Written } from "./ops/axis";
export type { Entropy } from "./ops/rows/entropy";
export type { Hardmax } from "./ops/rows/hardmax";
export type { LogSoftmax } from "./ops/rows/logSoftmax";
export type { LogSumExp } from "./ops/rows/logSumExp";
export type { Pack16, Pack16Options } from "./ops/rows/pack16";
export type { Softmax, SoftmaxOptions } from "./ops/rows/softmax";
export type { Unpack16, Unpack16Options } from "./ops/rows/unpack16";
export type { Entmax, EntmaxOptions } from "./ops/sparse/entmax";
export type { Entmax15 } from "./ops/sparse/entmax15";
export type { SparseOptions } from "./ops/sparse/sparse";
export type { Sparsemax } from "./ops/sparse/sparsemax";
export type { Bias, Penalties } from "./ops/vocabulary/edits";
export type { LogProbs, LogProbsOptions } from "./ops/vocabulary/logProbs";
export type { PerRow, RowsOf, TokenOptions } from "./ops/vocabulary/rows";
export type { Sample, SampleOptions, SampleResult, SampleRows } from "./ops/vocabulary/sample";
export type { TopK, TopKOptions, TopKResult, TopKRows } from "./ops/vocabulary/topK";
export type { Truncate, TruncateResult } from "./ops/vocabulary/truncate";
export type { TruncationOptions } from "./ops/vocabulary/truncation";
export type { DraftOptions, VerifyDraft, VerifyDraftOptions, VerifyDraftResult } from "./ops/vocabulary/verifyDraft";
export type { Runtime } from "./runtime";

/** The Module of WebAssembly where types of the DOM or of the host declare it, else any object: this package's types need neither. */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;

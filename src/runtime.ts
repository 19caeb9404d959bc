/** A runtime: a heap of its own, and every function on it. */
import { Arena } from "./arena";
import { checkCount, checkDtype, type Float16Like, isRevoked, kind, refuseType, type TokenList } from "./check";
import { type Engines, once, type Rejected } from "./engines";
import type { Dtype } from "./half";
import type { Backend, Sources } from "./kernels";
import { ATTENTION, type AttentionFunctions, type AttentionParts } from "./ops/attention";
import type { AxisOptions, NewFloats, NewHalves } from "./ops/axis";
import { ROWS, type Rows } from "./ops/rows";
import type { Entropy } from "./ops/rows/entropy";
import type { LogSumExp } from "./ops/rows/logSumExp";
import { SPARSE, type Sparse } from "./ops/sparse";
import { VOCABULARY, type VocabularyFunctions } from "./ops/vocabulary";
import type { LogProbs, LogProbsOptions } from "./ops/vocabulary/logProbs";
import type { Sample, SampleOptions } from "./ops/vocabulary/sample";
import type { TopK, TopKOptions } from "./ops/vocabulary/topK";
import type { Truncate } from "./ops/vocabulary/truncate";
import type { TruncationOptions } from "./ops/vocabulary/truncation";
import { type TypedArray, typeOf } from "./typedArray";

/** A runtime: a heap, a backend, and every function on them. */
export interface Runtime extends Rows, Sparse, AttentionFunctions, VocabularyFunctions {
  /** The backend that computes: WebAssembly with fused multiply-add, WebAssembly SIMD, or JavaScript. */
  readonly backend: Backend;
  /**
   * Backends that were tried before it, with the reason why each was not taken. Functions are tested at the first call of one of
   * their family: one that fails runs on the next backend from then on, and is listed with the family's name.
   */
  readonly rejected: readonly Rejected[];
  /**
   * A Float32Array in the runtime's own memory, zeroed, at a 16-byte boundary. Functions of this runtime use it in place:
   * nothing is copied in or out, but for rows of up to 16 floats, where copies are faster. The memory never grows, so the view never detaches.
   *
   * Its buffer is the whole heap: postMessage(view) and structuredClone(view) copy all of that, and view.slice() what is in the view.
   *
   * @param length  floats
   * @param dtype   none for float32; "float16" or "bfloat16" for a Uint16Array, on every engine, whose elements are the bits of such
   *                floats. Functions take it with the same dtype in their options, and a Float16Array on its memory without
   * @throws {TypeError}  length is not a number, dtype is not a string
   * @throws {RangeError} dtype is the name of no format; length is not an integer >= 0, or more than the largest piece of the heap that is free
   * @example
   * import { createRuntime } from "softmax-wasm";
   * const view = createRuntime().alloc(1000);
   * structuredClone(view.slice()).buffer.byteLength; // 4000
   * structuredClone(view).buffer.byteLength; // 8388608
   */
  alloc(length: number, dtype?: undefined): NewFloats;
  /** The same for floats of 16 bits: a Uint16Array of their bits. */
  alloc(length: number, dtype: Dtype): NewHalves;
  /** The same where dtype may be either. */
  alloc(length: number, dtype: Dtype | undefined): NewFloats | NewHalves;
  /** Takes back every view that alloc gave out. They must not be used any more: their memory is given out again. */
  free(): void;
  /**
   * Takes back one view that alloc gave out; it must not be used any more. Others stay as they are, and later views get its room.
   *
   * @param view  the view, or another array of floats on exactly its memory; undefined is refused, not taken for free()
   * @throws {TypeError}  view is not a Float32Array, a Uint16Array or a Float16Array
   * @throws {RangeError} view is only a part of one that alloc gave out, was given back already, or is of other memory
   */
  free(view: Float32Array | Uint16Array | Float16Like): void;
}

/** What a runtime is known by. */
const FIELDS: Readonly<Record<Exclude<keyof Runtime, "rejected">, "string" | "function">> = {
  backend: "string",
  alloc: "function",
  free: "function",
  softmax: "function",
  logSoftmax: "function",
  logSumExp: "function",
  entropy: "function",
  pack16: "function",
  unpack16: "function",
  hardmax: "function",
  sparsemax: "function",
  entmax15: "function",
  entmax: "function",
  attention: "function",
  mergeAttention: "function",
  topK: "function",
  sample: "function",
  truncate: "function",
  logProbs: "function",
  verifyDraft: "function",
};

/** A runtime of this door, of another one or of another copy of this package: whatever has the functions of one. */
export function checkRuntime(value: unknown): asserts value is Runtime {
  const expected = "a runtime of createRuntime";
  if (typeof value !== "object" || value === null || isRevoked(value)) {
    refuseType("useRuntime", "runtime", expected, kind(value));
  }
  for (const [name, type] of Object.entries(FIELDS)) {
    const field = (value as Record<string, unknown>)[name];
    if (typeof field !== type)
      refuseType("useRuntime", "runtime", expected, `${kind(value)} whose ${name} is ${kind(field)}`);
  }
}

const GIVEN = ["Float32Array", "Uint16Array", "Float16Array"];
const isFloats = (view: unknown): view is TypedArray => GIVEN.includes(typeOf(view) ?? "");

/** The families of a runtime, each started when it is first asked for. */
interface Families {
  readonly rows: () => Rows;
  readonly sparse: () => Sparse;
  readonly attention: () => AttentionParts;
  readonly vocabulary: () => VocabularyFunctions;
}

export const familiesOn = (engines: Engines, sources: Sources): Families => ({
  rows: once(() => engines.start(ROWS, sources.rows)),
  sparse: once(() => engines.start(SPARSE, sources.sparse)),
  attention: once(() => engines.start(ATTENTION, sources.attention)),
  vocabulary: once(() => engines.start(VOCABULARY, sources.vocabulary)),
});

/** Every function. */
export function runtimeOn(engines: Engines, sources: Sources, families = familiesOn(engines, sources)): Runtime {
  const { rows, sparse, attention, vocabulary } = families;
  const arena = new Arena(engines.heap);
  return {
    backend: engines.backend,
    rejected: engines.rejected,
    alloc: ((length: number, dtype?: Dtype) => {
      checkCount("alloc", "length", length, 0);
      checkDtype("alloc", dtype);
      const at = arena.alloc(length, dtype === undefined ? 4 : 2);
      const { buffer } = engines.heap;
      return dtype === undefined ? new Float32Array(buffer, at, length) : new Uint16Array(buffer, at, length);
    }) as Runtime["alloc"],
    free(...views: [view?: Float32Array | Uint16Array | Float16Like]) {
      if (views.length === 0) return arena.clear();
      const [view] = views;
      if (!isFloats(view)) refuseType("free", "view", "a Float32Array", `${kind(view)} (free() takes back all views)`);
      arena.free(view);
    },
    softmax: (x, options) => rows().softmax(x, options),
    logSoftmax: (x, options) => rows().logSoftmax(x, options),
    logSumExp: ((x: Parameters<LogSumExp>[0], options: AxisOptions) => rows().logSumExp(x, options)) as LogSumExp,
    hardmax: (x, options) => rows().hardmax(x, options),
    entropy: ((x: Parameters<Entropy>[0], options: AxisOptions) => rows().entropy(x, options)) as Entropy,
    pack16: (x, options) => rows().pack16(x, options),
    unpack16: (x, options) => rows().unpack16(x, options),
    sparsemax: (x, options) => sparse().sparsemax(x, options),
    entmax15: (x, options) => sparse().entmax15(x, options),
    entmax: (x, options) => sparse().entmax(x, options),
    attention: (q, k, v, options) => attention().attention(q, k, v, options),
    mergeAttention: (outA, lseA, outB, lseB, options) => attention().mergeAttention(outA, lseA, outB, lseB, options),
    topK: ((logits: Parameters<TopK>[0], k: number, options: TopKOptions) =>
      vocabulary().topK(logits, k, options)) as TopK,
    sample: ((logits: Parameters<Sample>[0], options: SampleOptions) => vocabulary().sample(logits, options)) as Sample,
    truncate: ((logits: Parameters<Truncate>[0], options: TruncationOptions) =>
      vocabulary().truncate(logits, options)) as Truncate,
    logProbs: ((logits: Parameters<LogProbs>[0], tokens: TokenList, options: LogProbsOptions) =>
      vocabulary().logProbs(logits, tokens, options)) as LogProbs,
    verifyDraft: (target, tokens, options) => vocabulary().verifyDraft(target, tokens, options),
  };
}

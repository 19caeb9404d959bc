/** Runtimes: which backend, how large a heap, and every function on it. */
import { checkCount, kind } from "./check";
import { type Core, Heap } from "./heap";
import type { Backend, Engine, Kernels } from "./kernels";
import { type Attention, attentionOn } from "./ops/attention/attention";
import { type MergeAttention, mergeAttentionOn } from "./ops/attention/mergeAttention";
import type { NewFloats } from "./ops/axis";
import { type Hardmax, hardmaxOn } from "./ops/rows/hardmax";
import { type LogSoftmax, logSoftmaxOn } from "./ops/rows/logSoftmax";
import { type LogSumExp, logSumExpOn } from "./ops/rows/logSumExp";
import { type Softmax, softmaxOn } from "./ops/rows/softmax";
import { type Entmax, entmaxOn } from "./ops/sparse/entmax";
import { type Entmax15, entmax15On } from "./ops/sparse/entmax15";
import { type Sparsemax, sparsemaxOn } from "./ops/sparse/sparsemax";
import { type Sample, sampleOn } from "./ops/vocabulary/sample";
import { type TopK, topKOn } from "./ops/vocabulary/topK";
import { selfTest } from "./selfTest";

const PAGE = 65536;
const DEFAULT_HEAP_BYTES = 128 * PAGE;
const MOST_HEAP_BYTES = 16384 * PAGE;

export interface Runtime {
  /** What computes: WebAssembly with fused multiply-add, WebAssembly SIMD, or JavaScript. */
  readonly backend: Backend;
  /** Backends that were tried before it, with the reason why each was not taken. */
  readonly rejected: readonly { readonly backend: Backend; readonly reason: string }[];
  /**
   * A Float32Array in the runtime's own memory, zeroed, at a 16-byte boundary. Functions of this runtime use it in place:
   * nothing is copied in or out. The memory never grows, so the view never detaches.
   *
   * @throws {TypeError}  length is not a number
   * @throws {RangeError} length is not an integer >= 0, or the heap is full
   */
  alloc(length: number): NewFloats;
  /** Takes back every view that alloc gave out; they must not be used any more. */
  free(): void;
  readonly softmax: Softmax;
  readonly logSoftmax: LogSoftmax;
  readonly logSumExp: LogSumExp;
  readonly hardmax: Hardmax;
  readonly sparsemax: Sparsemax;
  readonly entmax15: Entmax15;
  readonly entmax: Entmax;
  readonly attention: Attention;
  readonly mergeAttention: MergeAttention;
  readonly topK: TopK;
  readonly sample: Sample;
}

/** A way to a backend, tried in order; it throws where this host has no way there. */
export interface Candidate {
  readonly backend: Backend;
  readonly start: (heapBytes: number) => Engine;
}

/** Heap bytes as asked for: whole pages of 64 KiB, at most 1 GiB; default 8 MiB. */
export function checkHeapBytes(fn: string, value: number | undefined): number {
  if (value === undefined) return DEFAULT_HEAP_BYTES;
  if (typeof value !== "number") throw new TypeError(`${fn}: "heapBytes" expected a number, got ${kind(value)}`);
  if (!(value > 0 && value <= MOST_HEAP_BYTES)) {
    throw new RangeError(`${fn}: "heapBytes" expected more than 0 and at most ${MOST_HEAP_BYTES}, got ${value}`);
  }
  return Math.max(1, Math.ceil(value / PAGE)) * PAGE; // of a value below 2^-1058 the quotient is 0
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The first candidate that starts and passes the self-test. @throws {Error} with every reason, when none does */
export function startRuntime(candidates: readonly Candidate[], heapBytes: number): Runtime {
  const rejected: { backend: Backend; reason: string }[] = [];
  for (const { backend, start } of candidates) {
    try {
      return runtimeOn(start(heapBytes), rejected);
    } catch (error) {
      rejected.push({ backend, reason: reasonOf(error) });
    }
  }
  const tried = rejected.map(({ backend, reason }) => `"${backend}" (${reason})`).join(", ");
  const hint = candidates.some(({ backend }) => backend === "js")
    ? ""
    : '; "auto" takes the best one that does, "js" runs everywhere';
  throw new Error(
    `createRuntime: "backend" expected one that runs here, got ${rejected.length > 1 ? "none: " : ""}${tried}${hint}`,
  );
}

/** @throws {Error} the engine fails the self-test */
export function runtimeOn(engine: Engine, rejected: Runtime["rejected"]): Runtime {
  const heap = new Heap(engine);
  const core: Core<Kernels> = { heap, kernels: engine.kernels };
  selfTest(core);
  return {
    backend: engine.backend,
    rejected,
    alloc(length) {
      checkCount("alloc", "length", length, 0);
      return heap.alloc(length);
    },
    free: () => heap.free(),
    softmax: softmaxOn(core),
    logSoftmax: logSoftmaxOn(core),
    logSumExp: logSumExpOn(core),
    hardmax: hardmaxOn(core),
    sparsemax: sparsemaxOn(core),
    entmax15: entmax15On(core),
    entmax: entmaxOn(core),
    attention: attentionOn(core),
    mergeAttention: mergeAttentionOn(core),
    topK: topKOn(core),
    sample: sampleOn(core),
  };
}

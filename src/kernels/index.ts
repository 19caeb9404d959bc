/**
 * The wall between JavaScript values and arithmetic: byte offsets, counts and scalars, nothing else. WebAssembly and the
 * JavaScript twin stand behind it and are called in the same way; the kernels' own files say what they compute.
 *
 * The functions are four families, each with a folder in assembly/, an interface here, a twin in js/, a self-test, a folder of
 * ops/, and a binary. Those of a runtime share its memory.
 */
import type { AttentionKernels } from "./attention";
import type { RowsKernels } from "./rows";
import type { SparseKernels } from "./sparse";
import type { VocabularyKernels } from "./vocabulary";

/**
 * A function along the middle of three axes, f32[outer, axis, inner], row-major.
 *
 * @param y       where the result goes; may be x
 * @param x       logits
 * @param mask    u8, 0 leaves a position out; 0 for no mask
 * @param shared  1: the mask is u8[axis]; 0: it is shaped as x
 * @param pitch   floats between positions of the axis: `inner`, more where a strip of columns is worked on in place
 * @param scalar  the temperature, > 0; for hardmax its `off` value
 * @param state   STATE_BYTES, 16-byte aligned
 * @param phases  which of INIT, MAX, SUM, FINISH
 */
export type AxisKernel = (
  y: number,
  x: number,
  mask: number,
  shared: number,
  outer: number,
  axis: number,
  inner: number,
  pitch: number,
  scalar: number,
  state: number,
  phases: number,
) => void;

export interface Kernels extends RowsKernels, SparseKernels, AttentionKernels, VocabularyKernels {}

export type Backend = "wasm-relaxed" | "wasm" | "js";

/** A backend on its memory. */
export interface Engine {
  readonly backend: Backend;
  readonly kernels: Kernels;
  readonly buffer: ArrayBuffer;
  /** First byte that the backend does not need for itself. */
  readonly heapBase: number;
}

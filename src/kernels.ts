/**
 * The wall between JavaScript values and arithmetic: byte offsets, counts and scalars, nothing else. WebAssembly and the
 * JavaScript twin stand behind it and are called in the same way; the kernels' own files say what they compute.
 */

/** Phases of a kernel, as in assembly/phases.ts: one call with ALL, or one each, tile by tile. */
export const INIT = 1;
export const MAX = 2;
export const SUM = 4;
export const FINISH = 8;
export const ALL = INIT | MAX | SUM | FINISH;

/** The end of a pass of SUM, for kernels with exact zeros: they may need another one. */
export const SETTLE = 16;
export const ALL_SPARSE = ALL | SETTLE;

/** Columns worked on together; tiles narrower than the axis are no wider. */
export const STRIP = 256;

/** Bytes of the state that a kernel keeps between phases. */
export const STATE_BYTES = 52 * STRIP;

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

/**
 * A function with exact zeros along the middle of three axes, f32[outer, axis, inner], row-major.
 *
 * @param y        where the result goes; may be x
 * @param support  u32[outer, inner], how many of each row's results are not 0; 0 for nowhere
 * @param x        scores
 * @param alpha    of entmax, > 1; sparsemax and entmax15 have theirs
 * @param state    STATE_BYTES, 16-byte aligned
 * @param phases   ALL_SPARSE; or, for one row in tiles, INIT with the first and MAX with every tile, then SUM with every tile
 *                 and SETTLE once with none until that returns 0, then FINISH with every tile
 * @returns        of SETTLE: not 0 when another pass of SUM is needed
 */
export type SparseKernel = (
  y: number,
  support: number,
  x: number,
  outer: number,
  axis: number,
  inner: number,
  alpha: number,
  state: number,
  phases: number,
) => number;

export interface Kernels {
  readonly softmax: AxisKernel;
  /** softmax of one row of n floats, temperature 1, no mask: the short way for small calls. */
  readonly softmaxRow: (y: number, x: number, n: number) => void;
  readonly logSoftmax: AxisKernel;
  readonly logSumExp: AxisKernel;
  readonly hardmax: AxisKernel;
  readonly sparsemax: SparseKernel;
  readonly entmax15: SparseKernel;
  readonly entmax: SparseKernel;
}

export type Backend = "wasm-relaxed" | "wasm" | "js";

/** A backend on its memory. */
export interface Engine {
  readonly backend: Backend;
  readonly kernels: Kernels;
  readonly buffer: ArrayBuffer;
  /** First byte that the backend does not need for itself. */
  readonly heapBase: number;
}

/**
 * The wall between JavaScript values and arithmetic: only byte offsets, counts and scalars pass it. WebAssembly and the JavaScript
 * twin stand behind it and are called in the same way. The files of the kernels say what they compute.
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

/** The families and their kernels. */
export interface KernelsOf {
  readonly rows: RowsKernels;
  readonly sparse: SparseKernels;
  readonly attention: AttentionKernels;
  readonly vocabulary: VocabularyKernels;
}
export type FamilyName = keyof KernelsOf;

/** All of them. */
export type Kernels = RowsKernels & SparseKernels & AttentionKernels & VocabularyKernels;

/** WebAssembly with relaxed SIMD (fused multiply-add), WebAssembly with SIMD, or JavaScript. */
export type Backend = "wasm-relaxed" | "wasm" | "js";

/** The two binaries of a family, embedded: one as text, the relaxed one as a delta of it (scripts/build-wasm.mjs). */
export interface Binary {
  readonly length: number;
  readonly relaxedLength: number;
  readonly deltaLength: number;
  readonly text: string;
  readonly delta: string;
}

/** The code of a family that an entry of the package brings along: a binary, a JavaScript twin, or both. */
export interface Source<Name extends FamilyName> {
  readonly binary?: Binary;
  readonly twin?: (buffer: ArrayBuffer) => KernelsOf[Name];
}
export type Sources = { readonly [Name in FamilyName]: Source<Name> };

/** A backend, running on one memory. */
export interface Engine {
  readonly backend: Backend;
  readonly buffer: ArrayBuffer;
  /** The WebAssembly memory whose bytes `buffer` is, where there is one. */
  readonly memory?: object | undefined;
  /** A family's kernels on that memory. @throws {Error} saying why this backend does not have them here */
  kernels<Name extends FamilyName>(name: Name, source: Source<Name>): KernelsOf[Name];
}

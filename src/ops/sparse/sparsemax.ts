import type { FloatInput, FloatView } from "../../check";
import type { Core } from "../../heap";
import type { SparseKernels } from "../../kernels/sparse";
import { type NewFloats, NO_OPTIONS, type Written } from "../axis";
import { checkSparse, readSparse, runSparse, type SparseOptions } from "./sparse";

/** The type of sparsemax. */
export interface Sparsemax {
  /**
   * Sparsemax along an axis: non-negative, sums to 1, keeps the order, and is exactly 0 for scores far enough below the maximum.
   *
   *     sparsemax(x)_j = max(0, x_j / T - τ)      with the τ for which they sum to 1
   *
   * The nearest point to x / T among all distributions. The maximum alone has a share when it leads by T or more, and at
   * temperature 0 the first maximum. -Infinity and masked positions have exactly 0; a row with NaN or +Infinity, or with
   * nothing but -Infinity, is NaN (and none of it 0); a fully masked row is 0.
   *
   * Absolute error at most 1e-6; rows sum to 1 within 1e-6 (test/functions/sparsemax.test.ts).
   * Source: Martins & Astudillo 2016, arXiv:1602.02068.
   *
   * @param x        scores, row-major
   * @param options  shape, axis, temperature, mask, out, support
   * @returns        options.out, or a new Float32Array of x's length
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} sizes do not match, temperature is negative or not finite, out overlaps an input partly,
   *                      support overlaps an input or out
   * @example
   * import { sparsemax } from "softmax-wasm";
   * sparsemax(new Float32Array([1, 1.5, 0])); // [0.25, 0.75, 0]
   */
  <Out extends FloatView = NewFloats>(x: FloatInput, options?: SparseOptions<Out>): Written<Out>;
}

const SPARSEMAX = "sparsemax";

export function sparsemaxOn(core: Core<SparseKernels>): Sparsemax {
  const { sparsemax } = core.kernels;
  return ((x: FloatInput, options: SparseOptions<FloatView> = NO_OPTIONS): FloatView => {
    const checked = checkSparse(SPARSEMAX, x, readSparse(SPARSEMAX, options));
    runSparse(core, sparsemax, checked, 2);
    return checked.call.result;
  }) as Sparsemax;
}

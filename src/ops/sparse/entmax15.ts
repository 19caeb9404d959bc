import type { FloatInput, FloatView } from "../../check";
import type { Core } from "../../heap";
import type { SparseKernels } from "../../kernels/sparse";
import { type NewFloats, NO_OPTIONS, type Written } from "../axis";
import { checkSparse, readSparse, runSparse, type SparseOptions } from "./sparse";

/** The type of entmax15. */
export interface Entmax15 {
  /**
   * 1.5-entmax along an axis: between softmax and sparsemax, with exact zeros and a smooth way there.
   *
   *     entmax15(x)_j = max(0, x_j / 2T - τ)²      with the τ for which they sum to 1
   *
   * The maximum alone has a share when it leads by 2T or more. Special values as in sparsemax.
   *
   * Absolute error at most 1e-6; rows sum to 1 within 1e-6 (test/functions/entmax15.test.ts).
   * Source: Peters, Niculae & Martins 2019, arXiv:1905.05702.
   *
   * @param x        scores, row-major
   * @param options  shape, axis, temperature, mask, out, support
   * @returns        options.out, or a new Float32Array of x's length
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} sizes do not match, temperature is negative or not finite, out overlaps an input partly,
   *                      support overlaps an input or out
   * @example
   * import { entmax15 } from "softmax-wasm";
   * entmax15(new Float32Array([1, 2, 0])); // [0.1693, 0.8307, 0]
   */
  <Out extends FloatView = NewFloats>(x: FloatInput, options?: SparseOptions<Out>): Written<Out>;
}

const ENTMAX15 = "entmax15";

export function entmax15On(core: Core<SparseKernels>): Entmax15 {
  const { entmax15 } = core.kernels;
  return ((x: FloatInput, options: SparseOptions<FloatView> = NO_OPTIONS): FloatView => {
    const checked = checkSparse(ENTMAX15, x, readSparse(ENTMAX15, options));
    runSparse(core, entmax15, checked, 1.5);
    return checked.call.result;
  }) as Entmax15;
}

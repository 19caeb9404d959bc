import { checkAlpha, type FloatInput, type FloatView } from "../../check";
import type { Core } from "../../heap";
import type { SparseKernels } from "../../kernels/sparse";
import { checkObject, isGiven, ownOptions } from "../../options";
import { type NewFloats, runAlongAxis, type Written } from "../axis";
import { SOFTMAX_FLOW } from "../rows/softmax";
import { checkSparse, countShares, roundLast, runSparse, type SparseOptions } from "./sparse";

export interface EntmaxOptions<Out extends FloatView = Float32Array> extends SparseOptions<Out> {
  /** Finite and >= 1: 1 is softmax, 1.5 entmax15, 2 sparsemax; the higher, the fewer have a share. */
  alpha: number;
}

/** The type of entmax. */
export interface Entmax {
  /**
   * Entmax along an axis: the family that softmax and sparsemax belong to.
   *
   *     entmax(x)_j = max(0, (α - 1)·x_j / T - τ)^(1 / (α - 1))      with the τ for which they sum to 1
   *
   * Continuous in alpha. For alpha > 1 the maximum alone has a share when it leads by T / (α - 1) or more. Special values as
   * in sparsemax.
   *
   * Absolute error at most 1e-6; rows sum to 1 within 1e-6 (test/functions/entmax.test.ts).
   * Source: Peters, Niculae & Martins 2019, arXiv:1905.05702.
   *
   * @param x        scores, row-major
   * @param options  alpha, shape, axis, temperature, mask, out, support
   * @returns        options.out, or a new Float32Array of x's length
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} alpha is below 1 or not finite, sizes do not match, temperature is negative or not finite, out
   *                      overlaps an input partly, support overlaps an input or out
   * @example
   * import { entmax } from "softmax-wasm";
   * entmax(new Float32Array([1, 2, 3]), { alpha: 1.25 }); // [0.0345, 0.2148, 0.7507]
   */
  <Out extends FloatView = NewFloats>(x: FloatInput, options: EntmaxOptions<Out>): Written<Out>;
}

const ENTMAX = "entmax";

export function readEntmax(options: EntmaxOptions<FloatView>): EntmaxOptions<FloatView> {
  checkObject(ENTMAX, "options", options, "alpha");
  const { alpha, shape, axis, temperature, mask, out, dtype, support } = options;
  const count =
    isGiven(alpha) +
    isGiven(shape) +
    isGiven(axis) +
    isGiven(temperature) +
    isGiven(mask) +
    isGiven(out) +
    isGiven(dtype) +
    isGiven(support);
  return ownOptions(ENTMAX, options, { alpha, shape, axis, temperature, mask, out, dtype, support }, count);
}

export function entmaxOn(core: Core<SparseKernels>): Entmax {
  const { heap } = core;
  const { entmax, softmax } = core.kernels;
  return ((x: FloatInput, options: EntmaxOptions<FloatView>): FloatView => {
    const given = readEntmax(options);
    const { alpha } = given;
    checkAlpha(ENTMAX, alpha);
    const checked = checkSparse(ENTMAX, x, given);
    const { call, temperature, support } = checked;
    if (alpha !== 1 || temperature === 0) {
      runSparse(core, entmax, checked, alpha);
    } else if (support === undefined) {
      runAlongAxis(heap, softmax, SOFTMAX_FLOW, call, temperature);
    } else {
      // softmax has zeros too: shares that are too small for a float32
      roundLast(heap, ENTMAX, call, (shares) => {
        runAlongAxis(heap, softmax, SOFTMAX_FLOW, shares, temperature);
        countShares(support, shares);
      });
    }
    return call.result;
  }) as Entmax;
}

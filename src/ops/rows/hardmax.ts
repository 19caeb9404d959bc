import { checkTemperature, type FloatInput, type FloatView } from "../../check";
import type { Core } from "../../heap";
import type { RowsKernels } from "../../kernels/rows";
import {
  type AxisOptions,
  checkCall,
  type Flow,
  type NewFloats,
  NO_OPTIONS,
  readAxis,
  runAlongAxis,
  type Written,
} from "../axis";

/** The type of hardmax. */
export interface Hardmax {
  /**
   * Hardmax along an axis: 1 at the first maximum, 0 elsewhere; softmax at temperature 0.
   *
   *     hardmax(x)_j = 1 if j is the first k with x_k = max x, else 0
   *
   * +Infinity is a maximum like any other, and so is -Infinity where there is nothing else; a row with NaN is NaN; a fully
   * masked row is 0. No temperature changes which is the maximum. Exact.
   *
   * @param x        scores, row-major
   * @param options  shape, axis, temperature, mask, out
   * @returns        options.out, or a new Float32Array of x's length
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} sizes do not match, temperature is negative or not finite, out overlaps an input partly
   * @example
   * import { hardmax } from "softmax-wasm";
   * hardmax(new Float32Array([1, 3, 3])); // [0, 1, 0]
   */
  <Out extends FloatView = NewFloats>(x: FloatInput, options?: AxisOptions<Out>): Written<Out>;
}

export const HARDMAX_FLOW: Flow = { reduces: false, writesTerms: false, sums: false };

const HARDMAX = "hardmax";

export function hardmaxOn(core: Core<RowsKernels>): Hardmax {
  const { heap } = core;
  const { hardmax } = core.kernels;
  return ((x: FloatInput, options: AxisOptions<FloatView> = NO_OPTIONS): FloatView => {
    const given = readAxis(HARDMAX, options);
    checkTemperature(HARDMAX, given.temperature);
    const call = checkCall(HARDMAX, x, given, given.mask, false);
    runAlongAxis(heap, hardmax, HARDMAX_FLOW, call, 0);
    return call.result;
  }) as Hardmax;
}

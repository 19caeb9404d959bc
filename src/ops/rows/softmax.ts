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
import { HARDMAX_FLOW } from "./hardmax";

/** @deprecated the same as AxisOptions */
export type SoftmaxOptions<Out extends FloatView = Float32Array> = AxisOptions<Out>;

/** The type of softmax. */
export interface Softmax {
  /**
   * Softmax along an axis: non-negative, sums to 1, keeps the order.
   *
   *     softmax(x)_j = exp(x_j / T) / Σ_k exp(x_k / T)
   *
   * Computed from exp((x - max x) / T), so it cannot overflow. -Infinity and masked positions weigh exactly 0; a row with
   * NaN or +Infinity, or with nothing but -Infinity, is NaN; a fully masked row is 0.
   *
   * Relative error at most 2^-24 · (8 + 3·|x - max x|/T) where the result is normal (test/functions/softmax.test.ts).
   * Source: Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038.
   *
   * @param x        logits, row-major
   * @param options  shape, axis, temperature, mask, out
   * @returns        options.out, or a new Float32Array of x's length
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} sizes do not match, temperature is negative or not finite, out overlaps an input partly
   * @example
   * import { softmax } from "softmax-wasm";
   * softmax(new Float32Array([1, 2, 3])); // [0.0900, 0.2447, 0.6652]
   */
  <Out extends FloatView = NewFloats>(x: FloatInput, options?: AxisOptions<Out>): Written<Out>;
}

export const SOFTMAX_FLOW: Flow = { reduces: false, writesTerms: true, sums: true };
/** Up to this many floats a row goes straight to its own kernel. That saves 60 ns, which is nothing beside a longer row. */
const SHORT = 4096;

const SOFTMAX = "softmax";

export function softmaxOn(core: Core<RowsKernels>): Softmax {
  const { heap } = core;
  const { softmax, softmaxRow, hardmax } = core.kernels;
  return ((x: FloatInput, options: AxisOptions<FloatView> = NO_OPTIONS): FloatView => {
    const given = readAxis(SOFTMAX, options);
    const temperature = checkTemperature(SOFTMAX, given.temperature);
    const call = checkCall(SOFTMAX, x, given, given.mask, false);
    const { x: logits, out, outer, axis, inner } = call;
    if (outer * inner === 1 && axis <= SHORT && temperature === 1 && call.mask === undefined) {
      const xHome = heap.locate(logits, call.xOffset);
      const yHome = heap.locate(out, call.outOffset);
      const yAt = yHome !== 0 ? yHome : heap.workspace;
      if (xHome === 0) heap.write(yAt, logits, 0, axis);
      softmaxRow(yAt, xHome !== 0 ? xHome : yAt, axis);
      if (yHome === 0) heap.read(out, 0, yAt, axis);
      return call.result;
    }
    if (temperature === 0) runAlongAxis(heap, hardmax, HARDMAX_FLOW, call, 0);
    else runAlongAxis(heap, softmax, SOFTMAX_FLOW, call, temperature);
    return call.result;
  }) as Softmax;
}

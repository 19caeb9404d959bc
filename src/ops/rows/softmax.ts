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
import { ShortWay, shortRow } from "./short";

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

const SOFTMAX = "softmax";

export function softmaxOn(core: Core<RowsKernels>): Softmax {
  const { heap } = core;
  const row = new ShortWay(heap);
  const { softmax, softmaxRow, hardmax } = core.kernels;

  function longWay(x: FloatInput, given: AxisOptions<FloatView>): FloatView {
    const temperature = checkTemperature(SOFTMAX, given.temperature);
    const call = checkCall(SOFTMAX, x, given, given.mask, false);
    if (temperature === 0) runAlongAxis(heap, hardmax, HARDMAX_FLOW, call, 0);
    else runAlongAxis(heap, softmax, SOFTMAX_FLOW, call, temperature);
    return call.result;
  }

  return ((x: FloatInput, options: AxisOptions<FloatView> = NO_OPTIONS): FloatView => {
    const given = readAxis(SOFTMAX, options);
    const n = shortRow(x, given, false);
    if (n === 0) return longWay(x, given);
    const logits = x as Float32Array;
    const out = given.out === undefined ? new Float32Array(n) : (given.out as Float32Array);
    const xHome = row.locate(logits, n);
    const yHome = row.locate(out, n);
    const yAt = yHome !== 0 ? yHome : heap.workspace;
    if (xHome === 0) row.write(yAt, logits, n);
    softmaxRow(yAt, xHome !== 0 ? xHome : yAt, n);
    if (yHome === 0) row.read(out, yAt, n);
    return out;
  }) as Softmax;
}

import { checkTemperature, type FloatInput } from "../../check";
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

/** The type of logSumExp. */
export interface LogSumExp {
  /**
   * Log-sum-exp: the smooth maximum, and the normaliser of softmax.
   *
   *     logSumExp(x) = log Σ_k exp(x_k / T) = max x / T + log Σ_k exp((x_k - max x) / T)
   *
   * -Infinity and masked positions are ignored; with nothing left the result is -Infinity. +Infinity gives +Infinity, NaN
   * gives NaN. At temperature 0 it is the limit: ±Infinity by the sign of the maximum, and the
   * logarithm of how often it occurs where the maximum is 0, however close the other logits are.
   *
   * Absolute error at most 2^-24 · (6 + |y|) (test/functions/logSumExp.test.ts).
   * Source: Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038.
   *
   * @param x  logits
   * @returns  a float32, as a number
   * @throws {TypeError} x is not an array of numbers, or its buffer is detached
   * @example
   * import { logSumExp } from "softmax-wasm";
   * logSumExp(new Float32Array([1000, 1000])); // 1000.6931
   */
  (x: FloatInput): number;
  /**
   * Log-sum-exp along an axis, one result for each of x's rows.
   *
   * @param x        logits, row-major
   * @param options  shape, axis, temperature, mask, out; out has the shape without the axis and may not overlap x
   * @returns        options.out, or a new Float32Array: x's shape without the axis
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} sizes do not match, temperature is negative or not finite, out overlaps an input
   * @example
   * import { logSumExp } from "softmax-wasm";
   * logSumExp([1, 2, 3, 4], { shape: [2, 2] }); // [2.3133, 4.3133]
   */
  <Out extends Float32Array = NewFloats>(x: FloatInput, options: AxisOptions<Out>): Written<Out>;
}

const FLOW: Flow = { reduces: true, writesTerms: false, sums: true };

const LOG_SUM_EXP = "logSumExp";

export function logSumExpOn(core: Core<RowsKernels>): LogSumExp {
  const { heap } = core;
  const { logSumExp } = core.kernels;
  const single = new Float32Array(1);
  const scalar: AxisOptions = { ...NO_OPTIONS, out: single };

  function run(x: FloatInput): number;
  function run(x: FloatInput, options: AxisOptions): Float32Array;
  function run(x: FloatInput, options: AxisOptions = scalar): number | Float32Array {
    const given = options === scalar ? scalar : readAxis(LOG_SUM_EXP, options);
    const temperature = checkTemperature(LOG_SUM_EXP, given.temperature);
    const call = checkCall(LOG_SUM_EXP, x, given, given.mask, true);
    runAlongAxis(heap, logSumExp, FLOW, call, temperature);
    return options === scalar ? single[0] : call.out;
  }
  return run as LogSumExp;
}

import { checkAxis, checkFloats, checkMask, checkOptions, checkOut, checkOverlap, checkTemperature, type FloatInput } from "../check";
import { type Core, type Flow, runAlongAxis } from "./axis";
import type { SoftmaxOptions } from "./softmax";

export interface LogSumExp {
  /**
   * Log-sum-exp: the smooth maximum, and the normaliser of softmax.
   *
   *     logSumExp(x) = log Σ_k exp(x_k / T) = max x / T + log Σ_k exp((x_k - max x) / T)
   *
   * -Infinity and masked positions are ignored; with nothing left the result is -Infinity. +Infinity gives +Infinity, NaN
   * gives NaN. At temperature 0 it is the limit max x / T: ±Infinity by the sign of the maximum, 0 for a maximum of 0.
   *
   * Absolute error at most 2^-24 · (6 + |y|) (test/logSumExp.test.ts).
   * Source: Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038.
   *
   * @param x  logits
   * @returns  a float32, as a number
   * @throws {TypeError} x is not what it must be, or its buffer is detached
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
   * logSumExp([1, 2, 3, 4], { shape: [2, 2] }); // [2.3133, 4.3133]
   */
  (x: FloatInput, options: SoftmaxOptions): Float32Array;
}

const FLOW: Flow = { reduces: true, writesTerms: false, sums: true };

export function logSumExpOn(core: Core): LogSumExp {
  const { logSumExp } = core.kernels;
  const single = new Float32Array(1);

  function run(x: FloatInput): number;
  function run(x: FloatInput, options: SoftmaxOptions): Float32Array;
  function run(x: FloatInput, options?: SoftmaxOptions): number | Float32Array {
    const logits = checkFloats("x", x);
    if (options === undefined) {
      const geometry = { outer: 1, axis: logits.length, inner: 1 };
      runAlongAxis(core, logSumExp, FLOW, { x: logits, out: single, mask: undefined, geometry }, 1);
      return single[0];
    }
    checkOptions(options);
    const geometry = checkAxis(logits.length, options.shape, options.axis);
    const temperature = checkTemperature(options.temperature);
    const mask = checkMask(options.mask, logits.length, geometry.axis);
    const out = checkOut(options.out, geometry.outer * geometry.inner, options.shape);
    checkOverlap(out, "x", logits);
    if (mask !== undefined) checkOverlap(out, "mask", mask);
    runAlongAxis(core, logSumExp, FLOW, { x: logits, out, mask, geometry }, temperature);
    return out;
  }
  return run;
}

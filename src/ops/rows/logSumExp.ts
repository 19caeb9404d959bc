import type { FloatInput, FloatView } from "../../check";
import type { Core } from "../../heap";
import type { RowsKernels } from "../../kernels/rows";
import { type AxisOptions, type NewFloats, readAxis, type Written } from "../axis";
import { reductionOn, single } from "./reduce";
import { FEW, ShortWay, shortLength, shortRow } from "./short";

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
  <Out extends FloatView = NewFloats>(x: FloatInput, options: AxisOptions<Out>): Written<Out>;
}

const LOG_SUM_EXP = "logSumExp";

export function logSumExpOn({ heap, kernels }: Core<RowsKernels>): LogSumExp {
  const { scalar, longWay } = reductionOn(heap, kernels.logSumExp, LOG_SUM_EXP);
  const row = new ShortWay(heap);
  const { logSumExpRow } = kernels;

  return ((x: FloatInput, options: AxisOptions<FloatView> = scalar): number | FloatView => {
    const given = options === scalar ? scalar : readAxis(LOG_SUM_EXP, options);
    const n = given === scalar ? shortLength(x) : shortRow(x, given, true);
    if (n === 0) return longWay(x, given);
    const y = logSumExpRow(
      n > FEW ? row.source(x as Float32Array, n, heap.workspace) : row.put(x as Float32Array, n),
      n,
      given.temperature ?? 1,
    );
    return given === scalar ? y : single(y, given.out);
  }) as LogSumExp;
}

import { ALL } from "../../../assembly/layout";
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

/** The type of logSoftmax. */
export interface LogSoftmax {
  /**
   * Logarithm of softmax along an axis: log-probabilities that keep their digits where the probability is tiny.
   *
   *     logSoftmax(x)_j = (x_j - max x) / T - log Σ_k exp((x_k - max x) / T)
   *
   * -Infinity and masked positions are -Infinity; a row with NaN or +Infinity, or with nothing but -Infinity, is NaN; a fully
   * masked row is -Infinity.
   *
   * Absolute error at most 2^-24 · (6 + 2·|y|) (test/functions/logSoftmax.test.ts).
   * Source: Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038.
   *
   * @param x        logits, row-major
   * @param options  shape, axis, temperature, mask, out
   * @returns        options.out, or a new Float32Array of x's length; natural logarithms
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} sizes do not match, temperature is negative or not finite, out overlaps an input partly
   * @example
   * import { logSoftmax } from "softmax-wasm";
   * logSoftmax(new Float32Array([1, 2, 3])); // [-2.4076, -1.4076, -0.4076]
   */
  <Out extends FloatView = NewFloats>(x: FloatInput, options?: AxisOptions<Out>): Written<Out>;
}

const FLOW: Flow = { reduces: false, writesTerms: false, sums: true };

const LOG_SOFTMAX = "logSoftmax";

export function logSoftmaxOn(core: Core<RowsKernels>): LogSoftmax {
  const { heap } = core;
  const row = new ShortWay(heap);
  const { logSoftmax, hardmax } = core.kernels;

  function longWay(x: FloatInput, given: AxisOptions<FloatView>): FloatView {
    const temperature = checkTemperature(LOG_SOFTMAX, given.temperature);
    const call = checkCall(LOG_SOFTMAX, x, given, given.mask, false);
    if (temperature === 0) runAlongAxis(heap, hardmax, HARDMAX_FLOW, call, -Infinity);
    else runAlongAxis(heap, logSoftmax, FLOW, call, temperature);
    return call.result;
  }

  return ((x: FloatInput, options: AxisOptions<FloatView> = NO_OPTIONS): FloatView => {
    const given = readAxis(LOG_SOFTMAX, options);
    const n = shortRow(x, given, false);
    if (n === 0) return longWay(x, given);
    const logits = x as Float32Array;
    const out = given.out === undefined ? new Float32Array(n) : (given.out as Float32Array);
    const xHome = row.locate(logits, n);
    const yHome = row.locate(out, n);
    const yAt = yHome !== 0 ? yHome : heap.workspace;
    if (xHome === 0) row.write(yAt, logits, n);
    logSoftmax(yAt, xHome !== 0 ? xHome : yAt, 0, 0, 1, n, 1, 1, 1, heap.state, ALL);
    if (yHome === 0) row.read(out, yAt, n);
    return out;
  }) as LogSoftmax;
}

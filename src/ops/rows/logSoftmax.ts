import type { FloatInput, FloatView } from "../../check";
import type { Core } from "../../heap";
import type { RowsKernels } from "../../kernels/rows";
import { type AxisOptions, type Flow, type NewFloats, NO_OPTIONS, readAxis, type Written } from "../axis";
import { longWayOn } from "./longWay";
import { FEW, ShortWay, shortRow } from "./short";

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
  const row = new ShortWay(core.heap);
  const { logSoftmax, logSoftmaxRow } = core.kernels;
  const longWay = longWayOn(core, LOG_SOFTMAX, logSoftmax, FLOW, -Infinity);

  function throughHeap(out: Float32Array, x: Float32Array, n: number, temperature: number): Float32Array {
    const at = row.target(out, n);
    logSoftmaxRow(at, row.source(x, n, at), n, temperature);
    row.fetch(out, at, n);
    return out;
  }

  return ((x: FloatInput, options: AxisOptions<FloatView> = NO_OPTIONS): FloatView => {
    const given = readAxis(LOG_SOFTMAX, options);
    const n = shortRow(x, given, false);
    if (n === 0) return longWay(x, given);
    const out = given.out === undefined ? new Float32Array(n) : (given.out as Float32Array);
    if (n > FEW) return throughHeap(out, x as Float32Array, n, given.temperature ?? 1);
    const at = row.put(x as Float32Array, n);
    logSoftmaxRow(at, at, n, given.temperature ?? 1);
    row.take(out, n);
    return out;
  }) as LogSoftmax;
}

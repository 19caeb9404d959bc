import type { FloatInput, FloatView } from "../../check";
import type { Core } from "../../heap";
import type { RowsKernels } from "../../kernels/rows";
import { type AxisOptions, type Flow, type NewFloats, NO_OPTIONS, readAxis, type Written } from "../axis";
import { longWayOn } from "./longWay";
import { FEW, ShortWay, shortRow } from "./short";

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
  const row = new ShortWay(core.heap);
  const { softmax, softmaxRow } = core.kernels;
  const longWay = longWayOn(core, SOFTMAX, softmax, SOFTMAX_FLOW, 0);

  function throughHeap(out: Float32Array, x: Float32Array, n: number, temperature: number): Float32Array {
    const at = row.target(out, n);
    softmaxRow(at, row.source(x, n, at), n, temperature);
    row.fetch(out, at, n);
    return out;
  }

  return ((x: FloatInput, options: AxisOptions<FloatView> = NO_OPTIONS): FloatView => {
    const given = readAxis(SOFTMAX, options);
    const n = shortRow(x, given, false);
    if (n === 0) return longWay(x, given);
    const out = given.out === undefined ? new Float32Array(n) : (given.out as Float32Array);
    if (n > FEW) return throughHeap(out, x as Float32Array, n, given.temperature ?? 1);
    const at = row.put(x as Float32Array, n);
    softmaxRow(at, at, n, given.temperature ?? 1);
    row.take(out, n);
    return out;
  }) as Softmax;
}

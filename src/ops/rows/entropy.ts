import { ALL } from "../../../assembly/layout";
import type { FloatInput, FloatView } from "../../check";
import type { Core } from "../../heap";
import type { RowsKernels } from "../../kernels/rows";
import { type AxisOptions, type NewFloats, readAxis, type Written } from "../axis";
import { reductionOn, single } from "./reduce";
import { ShortWay, shortLength, shortRow } from "./short";

/** The type of entropy. */
export interface Entropy {
  /**
   * Entropy of softmax: how undecided it is, in nats. 0 where one logit has all the weight, log n where n logits are equal.
   *
   *     entropy(x) = -Σ_k p_k · log p_k        p = softmax(x / T)
   *
   * Computed as log Σ_k exp((x_k - max x) / T) + Σ_k p_k · (max x - x_k) / T: nothing in it is negative, so the result never is.
   * exp of it is the perplexity; divided by log 2 it is in bits.
   *
   * -Infinity and masked positions are ignored. NaN, +Infinity, and nothing but -Infinity give NaN. No position at all, or every one
   * masked, gives 0. At temperature 0 the first maximum has all the weight: the result is 0, or NaN where there is a NaN.
   *
   * Absolute error at most 2^-24 · (8 + log(n)² / 2) over n logits (test/functions/entropy.test.ts).
   * Source: Shannon 1948, doi:10.1002/j.1538-7305.1948.tb01338.x.
   *
   * @param x  logits
   * @returns  a float32, as a number
   * @throws {TypeError} x is not what it must be, or its buffer is detached
   * @example
   * import { entropy } from "softmax-wasm";
   * entropy(new Float32Array([1, 2, 3])); // 0.8324
   */
  (x: FloatInput): number;
  /**
   * Entropy along an axis, one result for each of x's rows.
   *
   * @param x        logits, row-major
   * @param options  shape, axis, temperature, mask, out; out has the shape without the axis and may not overlap x
   * @returns        options.out, or a new Float32Array: x's shape without the axis; in nats
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} sizes do not match, temperature is negative or not finite, out overlaps an input
   * @example
   * import { entropy } from "softmax-wasm";
   * entropy([0, 0, 0, 9], { shape: [2, 2] }); // [0.6931, 0.0012]
   */
  <Out extends FloatView = NewFloats>(x: FloatInput, options: AxisOptions<Out>): Written<Out>;
}

const ENTROPY = "entropy";

export function entropyOn({ heap, kernels }: Core<RowsKernels>): Entropy {
  const { scalar, longWay } = reductionOn(heap, kernels.entropy, ENTROPY);
  const row = new ShortWay(heap);
  const { entropy } = kernels;

  return ((x: FloatInput, options: AxisOptions<FloatView> = scalar): number | FloatView => {
    const given = options === scalar ? scalar : readAxis(ENTROPY, options);
    const n = given === scalar ? shortLength(x) : shortRow(x, given, true);
    if (n === 0) return longWay(x, given);
    const at = heap.workspace;
    entropy(at, row.source(x as Float32Array, n, at), 0, 0, 1, n, 1, 1, given.temperature ?? 1, heap.state, ALL);
    const y = heap.float32(at);
    return given === scalar ? y : single(y, given.out);
  }) as Entropy;
}

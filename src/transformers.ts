/**
 * softmax-wasm/transformers: `softmax` and `log_softmax` with transformers.js's signatures, and its multinomial sampling step.
 *
 * On the runtime of softmax-wasm, the default one or that of its useRuntime: where both are imported, there is one.
 *
 * @packageDocumentation
 */
import {
  checkAttached,
  checkElement,
  type Float16Like,
  isFloat32Array,
  isList,
  kind,
  refuseType,
  refuseValue,
} from "./check";
import { logSoftmax as logSoftmax32, softmax as softmax32 } from "./index";
import { type Float64s, logSoftmax64, softmax64 } from "./transformers/float64";
import { lengthOf, typeOf } from "./typedArray";

export type { SampleResult, TokenList, TokenMask } from "./index";
export type { GenerationConfig } from "./transformers/generationConfig";
export type { LogitsTensor } from "./transformers/logits";
export { type MultinomialSampler, multinomialSampler, type SamplerOptions } from "./transformers/multinomialSampler";

/** The types that softmax and log_softmax take and return. Integer arrays are refused: they would round probabilities to zeros. */
export type NumberArray = number[] | Float32Array | Float64Array | Float16Like;

const isFloat16Array = (x: unknown): x is Float16Like => typeOf(x) === "Float16Array";

/** arr itself if it is a Float32Array or a Float16Array, else a copy, for which each element is read once. */
function checkNumbers(fn: string, arr: NumberArray): Float32Array | Float16Like | Float64s {
  const isArray = isList(arr);
  const isWide = isFloat32Array(arr) || typeOf(arr) === "Float64Array";
  if (!isArray && !isWide && !isFloat16Array(arr)) {
    refuseType(fn, "arr", "a Float32Array, a Float64Array, a Float16Array or an array of numbers", kind(arr));
  }
  const length = isArray ? arr.length : lengthOf(arr as Float32Array);
  if (length === 0) {
    if (!isArray) checkAttached(fn, "arr", arr as Float32Array);
    refuseValue(fn, "arr", "at least one number", "length 0");
  }
  if (isFloat32Array(arr) || isFloat16Array(arr)) return arr;
  const numbers: Float64s = isArray ? [] : new Float64Array(length);
  for (let k = 0; k < length; k++) {
    const number = arr[k];
    checkElement(fn, "arr", number, k);
    numbers[k] = number;
  }
  return numbers;
}

/** A new one as long as x. The host has that class: x is of it. */
function newFloat16(x: Float16Like): Float16Like {
  const { Float16Array } = globalThis as unknown as { Float16Array: new (length: number) => Float16Like };
  return new Float16Array(lengthOf(x as ArrayLike<number> as Float32Array));
}

/**
 * Softmax of one row, in a new array of the type that came in: a Float32Array and a Float16Array through softmax-wasm's kernels, a
 * Float64Array and an array of numbers in float64.
 *
 * @param arr  logits
 * @returns    probabilities: relative error at most 2^-24 · (8 + 3·|x - max x|) from a Float32Array (test/functions/softmax.test.ts), and
 *             2^-53 · (8 + |x - max x| + μ) from the others, μ being the mean of |x - max x| under them (src/transformers/float64.ts)
 * @throws {TypeError}  arr is of another type, or has anything but numbers in it
 * @throws {RangeError} arr is empty
 * @example
 * import { softmax } from "softmax-wasm/transformers";
 * softmax([1, 2, 3]); // [0.09003057317038046, 0.24472847105479764, 0.6652409557748218]
 */
export function softmax<T extends NumberArray>(arr: T): T {
  const x = checkNumbers("softmax", arr);
  if (isFloat16Array(x)) return softmax32(x, { out: newFloat16(x) }) as ArrayLike<number> as T;
  return (isFloat32Array(x) ? softmax32(x) : softmax64(x)) as T;
}

/**
 * Logarithm of the softmax of one row; types and errors thrown as by softmax.
 *
 * @param arr  logits
 * @returns    log-probabilities: absolute error at most 2^-24 · (6 + 2·|y|) from a Float32Array (test/functions/logSoftmax.test.ts),
 *             relative 2^-53 · (8 + μ') from the others (src/transformers/float64.ts)
 * @example
 * import { log_softmax } from "softmax-wasm/transformers";
 * log_softmax([0, -50]); // [-1.9287498479639178e-22, -50]
 */
export function log_softmax<T extends NumberArray>(arr: T): T {
  const x = checkNumbers("log_softmax", arr);
  if (isFloat16Array(x)) return logSoftmax32(x, { out: newFloat16(x) }) as ArrayLike<number> as T;
  return (isFloat32Array(x) ? logSoftmax32(x) : logSoftmax64(x)) as T;
}

import {
  checkDtype,
  checkFloats,
  checkHalves,
  checkLength,
  checkLive,
  checkOverlap,
  type Float16Like,
  type FloatInput,
  newHalves,
  refuseType,
} from "../../check";
import type { Dtype } from "../../half";
import type { Core } from "../../heap";
import type { RowsKernels } from "../../kernels/rows";
import { checkObject, ownOptions } from "../../options";
import { bytesOf, offsetOf, typeOf } from "../../typedArray";
import type { NewHalves, Written } from "../axis";

/** Options of pack16. */
export interface Pack16Options<Out extends Uint16Array | Float16Like = Uint16Array> {
  /** The format; it may be left out where out is a Float16Array. */
  dtype?: Dtype | undefined;
  /** Where to write the bits, as long as x; a part of a larger cache, say; default a new Uint16Array. */
  out?: Out | undefined;
}

/** The type of pack16. */
export interface Pack16 {
  /**
   * Rounds floats to 16 bits: to the nearest, ties to even; half a step or more above the largest (65504, or 3.39e38) to Infinity.
   *
   * For keys and values that are written to a cache a row at a time, and for what leaves the program.
   *
   * NaN becomes a NaN without sign or payload. Denormals and -0 are kept.
   *
   * Source: IEEE 754-2019, 4.3.1 (test/functions/pack16.test.ts).
   *
   * @param x        floats
   * @param options  dtype, out
   * @returns        options.out, or a new Uint16Array of x's length
   * @throws {TypeError}  an argument is not of the type it must be, its buffer is detached, or dtype is missing
   * @throws {RangeError} dtype is the name of no format, out is not as long as x or overlaps it
   * @example
   * import { pack16 } from "softmax-wasm";
   * pack16([1, -2, 65520], { dtype: "float16" }); // [15360, 49152, 31744]
   */
  <Out extends Uint16Array | Float16Like = NewHalves>(x: FloatInput, options: Pack16Options<Out>): Written<Out>;
}

const PACK16 = "pack16";

/** A new array of bits, of which `dtype` must say what they are. */
function bitsFor(length: number, dtype: Dtype | undefined): Uint16Array {
  if (dtype === undefined) refuseType(PACK16, "dtype", '"float16" or "bfloat16"', "undefined");
  return newHalves(PACK16, "x", length);
}

export function pack16On({ heap }: Core<RowsKernels>): Pack16 {
  return ((x: FloatInput, options: Pack16Options<Uint16Array | Float16Like> = {}) => {
    checkObject(PACK16, "options", options);
    const { dtype, out } = ownOptions(PACK16, options, { dtype: options.dtype, out: options.out });
    checkDtype(PACK16, dtype);
    if (typeOf(x) === "Uint16Array") refuseType(PACK16, "x", "numbers", "Uint16Array (unpack16 takes bits)");
    const floats = checkFloats(PACK16, "x", x);
    const length = checkLive(PACK16, "x", floats);
    const result = out === undefined ? bitsFor(length, dtype) : out;
    const half = checkHalves(PACK16, "out", result, dtype);
    checkLength(PACK16, "out", checkLive(PACK16, "out", half), length, "as x");
    checkOverlap(PACK16, half, offsetOf(half), bytesOf(half), "x", floats, offsetOf(floats), bytesOf(floats), false);
    heap.move(half, floats);
    return result;
  }) as Pack16;
}

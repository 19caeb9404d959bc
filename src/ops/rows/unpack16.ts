import {
  checkDtype,
  checkHalves,
  checkLength,
  checkLive,
  checkOverlap,
  checkView,
  type Float16Like,
  isFloat32Array,
  kind,
  newFloats,
  refuseType,
} from "../../check";
import type { Dtype } from "../../half";
import type { Core } from "../../heap";
import type { RowsKernels } from "../../kernels/rows";
import { checkObject, ownOptions } from "../../options";
import { bytesOf, offsetOf } from "../../typedArray";
import type { NewFloats, Written } from "../axis";

/** Options of unpack16. */
export interface Unpack16Options<Out extends Float32Array = Float32Array> {
  /** The format; it may be left out where x is a Float16Array. */
  dtype?: Dtype | undefined;
  /** Where to write, as long as x; default a new Float32Array. */
  out?: Out | undefined;
}

/** The type of unpack16. */
export interface Unpack16 {
  /**
   * Widens 16-bit floats to float32: exact, also for denormals and infinities.
   *
   * No function of this package needs it: they take 16-bit floats as they are. It is for code that does not.
   *
   * Source: IEEE 754-2019, 3.4 (test/functions/pack16.test.ts).
   *
   * @param x        a Uint16Array of bits, or a Float16Array
   * @param options  dtype, out
   * @returns        options.out, or a new Float32Array of x's length
   * @throws {TypeError}  an argument is not of the type it must be, its buffer is detached, or dtype is missing
   * @throws {RangeError} dtype is the name of no format, out is not as long as x or overlaps it
   * @example
   * import { unpack16 } from "softmax-wasm";
   * unpack16(Uint16Array.of(0x3c00, 0xc000), { dtype: "float16" }); // [1, -2]
   */
  <Out extends Float32Array = NewFloats>(x: Uint16Array | Float16Like, options?: Unpack16Options<Out>): Written<Out>;
}

const UNPACK16 = "unpack16";

export function unpack16On({ heap }: Core<RowsKernels>): Unpack16 {
  return ((x: Uint16Array | Float16Like, options: Unpack16Options = {}) => {
    checkObject(UNPACK16, "options", options);
    const { dtype, out } = ownOptions(UNPACK16, options, { dtype: options.dtype, out: options.out });
    checkDtype(UNPACK16, dtype);
    const half = checkHalves(UNPACK16, "x", x, dtype);
    const length = checkLive(UNPACK16, "x", half);
    const floats = out === undefined ? newFloats(UNPACK16, "x", length) : checkView(UNPACK16, "out", out, dtype);
    if (!isFloat32Array(floats)) refuseType(UNPACK16, "out", "a Float32Array", kind(out));
    checkLength(UNPACK16, "out", checkLive(UNPACK16, "out", floats), length, "as x");
    checkOverlap(UNPACK16, floats, offsetOf(floats), bytesOf(floats), "x", half, offsetOf(half), bytesOf(half), false);
    heap.move(floats, half);
    return floats;
  }) as Unpack16;
}

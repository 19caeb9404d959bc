/**
 * Numbers of 16 bits, in the two formats that models use:
 *
 *   float16    [ sign 1 | exponent 5 | fraction 10 ]    IEEE 754 binary16: 3 to 4 digits, up to 65504, steps of 2^-24 below 2^-14
 *   bfloat16   [ sign 1 | exponent 8 | fraction 7 ]     the upper half of a float32: 2 to 3 digits, a float32's range
 *
 * Kernels of every family widen them to float32, which is exact, and round float32s to them: assembly/unpack16.ts and pack16.ts.
 */
import { bufferOf, lengthOf, offsetOf, type TypedArray } from "./typedArray";

/** What the bits of a Uint16Array are. */
export type Dtype = "float16" | "bfloat16";

/** The number with these bits, of which the lowest `digits` are its fraction: 10 of a float16, 7 of a bfloat16. */
function numberOf(bits: number, digits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const bias = (1 << (14 - digits)) - 1;
  const exponent = (bits & 0x7fff) >> digits;
  const fraction = (bits & ((1 << digits) - 1)) / (1 << digits);
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias);
  if (exponent === 2 * bias + 1) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** A caller's 16-bit floats, as a view of ours on their bits. */
export class Half extends Uint16Array {
  /** 1 for bfloat16, 0 for float16. */
  bfloat = 0;

  /** The number at an index. */
  value(i: number): number {
    return numberOf(this[i], this.bfloat === 1 ? 7 : 10);
  }
}

/** An array of floats as operations take it. */
export type Floats = Float32Array | Half;

/** @param x  a live Uint16Array or Float16Array, or what `alloc` gave */
export function halfOf(x: TypedArray, dtype: Dtype): Half {
  const half = new Half(bufferOf(x) as ArrayBuffer, offsetOf(x), lengthOf(x));
  if (dtype === "bfloat16") half.bfloat = 1;
  return half;
}

/** x[i], whatever its format. */
export const floatAt = (x: Floats, i: number): number => (x instanceof Half ? x.value(i) : x[i]);

/** Bytes of an element. */
export const elementBytes = (x: Floats): 2 | 4 => (x instanceof Half ? 2 : 4);

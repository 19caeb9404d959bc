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

/** The float16 whose bits are `h`. */
function fromFloat16(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bfloat16 whose bits are `b`. */
function fromBfloat16(b: number): number {
  const sign = b & 0x8000 ? -1 : 1;
  const exponent = (b >> 7) & 255;
  const fraction = b & 127;
  if (exponent === 0) return sign * fraction * 2 ** -133;
  if (exponent === 255) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 128) * 2 ** (exponent - 127);
}

/** A caller's 16-bit floats, as a view of ours on their bits. */
export class Half extends Uint16Array {
  /** 1 for bfloat16, 0 for float16. */
  bfloat = 0;

  /** The number at an index. */
  value(i: number): number {
    return this.bfloat === 1 ? fromBfloat16(this[i]) : fromFloat16(this[i]);
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

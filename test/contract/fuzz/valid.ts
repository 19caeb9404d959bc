/** The rules for valid arguments, written a second time and independently of src/check.ts. */
import { types } from "node:util";
import type { Dtype } from "../../../src/index";
import { isRounded, numberOf } from "../../judge/half16";
import { worst } from "../../judge/reference";
import type { Given } from "./calls";

export const isInteger = (value: unknown, least: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least;

const typeOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array).prototype, Symbol.toStringTag)
  ?.get as (this: unknown) => string | undefined;

const isHalf = (value: unknown): value is Uint16Array =>
  ["Uint16Array", "Float16Array"].includes(typeOf.call(value) ?? "");

/** The format of an array's floats where they have 16 bits. @param dtype  of the call's options */
export function formatOf(value: unknown, dtype: unknown): Dtype | undefined {
  if (!isHalf(value)) return undefined;
  return typeOf.call(value) === "Float16Array" ? "float16" : (dtype as Dtype | undefined);
}

export const isDtype = (dtype: unknown): boolean => dtype === undefined || dtype === "float16" || dtype === "bfloat16";

const bitsIn = ({ buffer, byteOffset, length }: Uint16Array): Uint16Array =>
  new Uint16Array(buffer, byteOffset, length);

/** The numbers in an array of floats of either size, by its bits. */
export function widened(value: unknown, dtype: unknown): Float32Array {
  const format = formatOf(value, dtype);
  if (format === undefined) return value as Float32Array;
  return Float32Array.from(bitsIn(value as Uint16Array), (bits) => numberOf(bits, format));
}

/** x, q, k or v as numbers; undefined where the value must be refused, as it must with a dtype that is none. */
export function numbersOf(value: unknown, { alive }: Given, dtype?: unknown): Float32Array | undefined {
  if (typeof value !== "object" || value === null || !isDtype(dtype)) return undefined;
  if (types.isTypedArray(value) ? !alive(value) : value instanceof Object.getPrototypeOf(Uint8Array)) return undefined;
  if (isHalf(value)) return formatOf(value, dtype) === undefined ? undefined : widened(value, dtype);
  const { length } = value as ArrayLike<unknown>;
  if (!isInteger(length, 0)) return undefined;
  for (let i = 0; i < length; i++) if (typeof (value as ArrayLike<unknown>)[i] !== "number") return undefined;
  return Float32Array.from(value as ArrayLike<number>);
}

const OF = { f32: types.isFloat32Array, u8: types.isUint8Array, u32: types.isUint32Array, i32: types.isInt32Array };

/** An array of the type and of one of the lengths, if they matter, alive. */
export const isArray = (
  value: unknown,
  type: keyof typeof OF,
  lengths: readonly number[] | undefined,
  { alive }: Given,
) => OF[type](value) && alive(value) && (lengths === undefined || lengths.includes(value.length));

/** An array of floats of either size that results can be written to. */
export const isFloats = (value: unknown, length: number, dtype: unknown, given: Given): boolean =>
  isHalf(value)
    ? formatOf(value, dtype) !== undefined && isDtype(dtype) && given.alive(value) && value.length === length
    : isArray(value, "f32", [length], given);

/** Whether two arrays share memory. */
export function meet(a: unknown, b: unknown): boolean {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.buffer !== b.buffer) return false;
  if (a.byteLength === 0 || b.byteLength === 0) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** Whether two arrays share memory and are not exactly the same floats. */
export const partly = (a: unknown, b: unknown): boolean => {
  const [x, y] = [a as ArrayBufferView, b as ArrayBufferView];
  return meet(a, b) && (x.byteOffset !== y.byteOffset || x.byteLength !== y.byteLength || isHalf(a) !== isHalf(b));
};

/** Judges a result but for its values: it must be `out` itself where that was given. @returns the fault in words, or undefined */
export function returned(result: unknown, out: unknown): string | undefined {
  if (out !== undefined) return result === out ? undefined : "returns another array than out";
  return types.isFloat32Array(result) ? undefined : `returns ${String(result)}`;
}

/**
 * Judges the values of a result, rounded to 16 bits if those are what it has. A NaN that was rounded is always the same.
 *
 * @returns the first fault in words, or undefined
 */
export function wrongValues(
  result: unknown,
  dtype: unknown,
  want: readonly number[],
  tolerance: (i: number) => number,
): string | undefined {
  const format = formatOf(result, dtype);
  if (format === undefined) return worst(result as Float32Array, want, tolerance, "result");
  const nan = format === "float16" ? 0x7e00 : 0x7fc0;
  for (const [i, bits] of bitsIn(result as Uint16Array).entries()) {
    const got = numberOf(bits, format);
    if (isRounded(got, want[i], tolerance(i), format) && (!Number.isNaN(got) || bits === nan)) continue;
    return `result: index ${i} expected ${want[i]} as ${format}, got ${got}, the bits 0x${bits.toString(16)}`;
  }
  return undefined;
}

/** Below a temperature of log2(e) / FLT_MAX = 4.24e-39 logits closer than 3e-37 count as equal: what comes of such ones is not judged. */
export function tooClose(x: Float32Array, temperature: number): boolean {
  if (!(temperature > 0 && temperature < 4.24e-39)) return false;
  const values = x.filter(Number.isFinite).sort();
  return values.some((v, i) => i > 0 && v !== values[i - 1] && v - values[i - 1] < 3e-37);
}

/** Typed arrays that are used where they lie, and lists of numbers that are copied. */
import { type Dtype, type Floats, type Half, halfOf } from "../half";
import { bufferOf, lengthOf, type TypedArray, typeOf, validate } from "../typedArray";
import { isFloat32Array, isList, isRevoked, kind, refuseType, refuseValue } from "./refuse";

/**
 * Types of an array of numbers. A Float32Array is used as it is, and so is a Float16Array; a Uint16Array with `dtype`, which says what
 * its bits are. Anything else is copied into a Float32Array first.
 */
export type FloatInput = Float32Array | ArrayLike<number>;

/** A Float16Array, for which TypeScript has a type only where it knows that class. */
export interface Float16Like extends ArrayLike<number> {
  /** By this it is told from other arrays. */
  readonly [Symbol.toStringTag]: "Float16Array";
}

/** Types of an array of floats that is read or written where it lies. A Uint16Array takes `dtype`; results for 16 bits are rounded. */
export type FloatView = Float32Array | Uint16Array | Float16Like;

/**
 * Refuses an array that is detached, or that its resizable buffer no longer reaches. Both have length 0, as an empty array has.
 * On every engine a new view of the buffer tells the first, and a method that reads elements the second; nothing else does.
 */
export function checkAttached(fn: string, name: string, view: TypedArray): void {
  try {
    new Uint8Array(bufferOf(view));
  } catch {
    refuseType(fn, name, "a live array", "one whose buffer is detached");
  }
  try {
    validate(view);
  } catch {
    refuseType(fn, name, "a live array", "one that reaches beyond its resized buffer");
  }
}

/** Refuses anything but a live array of one type. @returns its length */
export function checkArray(
  fn: string,
  name: string,
  value: TypedArray,
  type: "Float32Array" | "Uint32Array" | "Uint8Array",
): number {
  if (typeOf(value) !== type) refuseType(fn, name, `a ${type}`, kind(value));
  const length = lengthOf(value);
  if (length === 0) checkAttached(fn, name, value);
  return length;
}

/** @param of  why it must be `length` */
export function checkLength(fn: string, name: string, given: number, length: number, of: string): void {
  if (given !== length) refuseValue(fn, name, `length ${length} (${of})`, given);
}

/** A new Float32Array of zeros. @param name  the argument that gave the length, for the error */
export function newFloats(fn: string, name: string, length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch {
    return refuseValue(fn, name, "a length that this host has memory for", length);
  }
}

/** The same in float64. */
export function newDoubles(fn: string, name: string, length: number): Float64Array {
  try {
    return new Float64Array(length);
  } catch {
    return refuseValue(fn, name, "a length that this host has memory for", length);
  }
}

/** The same with 16 bits an element. */
export function newHalves(fn: string, name: string, length: number): Uint16Array {
  try {
    return new Uint16Array(length);
  } catch {
    return refuseValue(fn, name, "a length that this host has memory for", length);
  }
}

/** The same with a word for each 32 of `bits`. */
export function newWords(fn: string, name: string, bits: number): Uint32Array {
  try {
    return new Uint32Array(Math.ceil(bits / 32));
  } catch {
    return refuseValue(fn, name, "a number that this host has memory for", bits);
  }
}

/** Refuses an element that is no number. @param hint  words for an element that is itself an array */
export function checkElement(fn: string, name: string, value: unknown, index: number, hint = ""): void {
  if (typeof value === "number") return;
  refuseType(fn, name, "numbers", `${kind(value)} at index ${index}${isList(value) ? hint : ""}`);
}

/** Whether an object inherits from a typed array and is none, as a Proxy of one: its `length` throws an error of the engine. */
const pretends = (value: object): boolean =>
  value instanceof Object.getPrototypeOf(Uint8Array) && typeOf(value) === undefined;

const refuseNumbers = (fn: string, name: string, value: unknown, hint = ""): never =>
  refuseType(fn, name, "a Float32Array or an array of numbers", `${kind(value)}${hint}`);

/** Words for the error: only x has a `shape` option. */
const sizesOf = (name: string): string => (name === "x" ? ', and its sizes as "shape"' : "");

/** Words for a Uint16Array, which numbers mostly are no integers in. */
const HALF_BITS = ' (bits of floats? say which: dtype "float16" or "bfloat16")';

/** The array as 16-bit floats; undefined for any other. */
function checkHalf(fn: string, name: string, value: unknown, dtype: Dtype | undefined): Half | undefined {
  const type = typeOf(value);
  const is = type === "Float16Array" ? "float16" : type === "Uint16Array" ? dtype : undefined;
  if (is === undefined) return undefined;
  const view = value as Uint16Array;
  if (lengthOf(view) === 0) checkAttached(fn, name, view);
  return halfOf(view, is);
}

function convert(fn: string, name: string, value: unknown): Float32Array {
  if (typeof value !== "object" || value === null || isRevoked(value) || pretends(value)) {
    return refuseNumbers(fn, name, value);
  }
  const type = typeOf(value);
  if (type === "Uint16Array") refuseNumbers(fn, name, value, HALF_BITS);
  const length = type === undefined ? (value as ArrayLike<unknown>).length : lengthOf(value as Float32Array);
  if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) {
    return refuseNumbers(fn, name, value, "data" in value ? ` (a tensor? pass its "data"${sizesOf(name)})` : "");
  }
  if (length === 0 && type !== undefined) checkAttached(fn, name, value as Float32Array);
  const numbers = value as ArrayLike<number>;
  const floats = newFloats(fn, name, length);
  for (let i = 0; i < length; i++) {
    const number = numbers[i]; // once: it may be a getter
    if (typeof number !== "number") {
      checkElement(fn, name, number, i, ` (nested arrays? pass ${name}.flat()${sizesOf(name)})`);
    }
    floats[i] = number;
  }
  return floats;
}

/**
 * The value as floats: itself, a view of 16-bit floats, or a copy. One of length 0 may be detached: the caller checks (checkAttached).
 *
 * @param dtype  what the bits of a Uint16Array are; without it one is refused
 */
export function checkFloats(fn: string, name: string, value: FloatInput, dtype?: Dtype): Floats {
  return isFloat32Array(value) ? value : (checkHalf(fn, name, value, dtype) ?? convert(fn, name, value));
}

const refuseView = (fn: string, name: string, expected: string, value: unknown): never =>
  refuseType(fn, name, expected, `${kind(value)}${typeOf(value) === "Uint16Array" ? HALF_BITS : ""}`);

/** An array of floats that is used where it lies: nothing is copied. One of length 0 may be detached, as of checkFloats. */
export const checkView = (fn: string, name: string, value: unknown, dtype: Dtype | undefined): Floats =>
  isFloat32Array(value) ? value : (checkHalf(fn, name, value, dtype) ?? refuseView(fn, name, "a Float32Array", value));

/** The same of 16 bits and no other. */
export const checkHalves = (fn: string, name: string, value: unknown, dtype: Dtype | undefined): Half =>
  checkHalf(fn, name, value, dtype) ?? refuseView(fn, name, "a Uint16Array or a Float16Array", value);

/** The length of an array that is alive. */
export function checkLive(fn: string, name: string, x: TypedArray): number {
  const length = lengthOf(x);
  if (length === 0) checkAttached(fn, name, x);
  return length;
}

/** Refuses a `dtype` that is no name of a format. */
export function checkDtype(fn: string, value: unknown): void {
  if (value === undefined || value === "float16" || value === "bfloat16") return;
  const expected = '"float16" or "bfloat16"';
  if (typeof value !== "string") refuseType(fn, "dtype", expected, kind(value));
  refuseValue(fn, "dtype", expected, JSON.stringify(value));
}

/**
 * The length of an Array. A Proxy of one may say that it is anything, and would be walked for minutes.
 *
 * @param most  the longest that the list can be
 */
export function listLength(
  fn: string,
  name: string,
  value: readonly unknown[],
  expected: string,
  most = Infinity,
): number {
  const { length } = value;
  if (!(Number.isSafeInteger(length) && length >= 0)) {
    refuseType(fn, name, expected, `one whose length is ${kind(length)}`);
  }
  if (length > most) refuseValue(fn, name, `a list of at most ${most}`, `a list of ${length}`);
  return length;
}

/** More than any list of sizes has. */
const MOST_SIZES = 32;

/** A copy of a short list of numbers. Each is read once, because an element may be a getter. */
export function checkList(fn: string, name: string, value: readonly number[], expected: string): number[] {
  if (!isList(value)) refuseType(fn, name, expected, kind(value));
  const numbers: number[] = [];
  const length = listLength(fn, name, value, expected, MOST_SIZES);
  for (let i = 0; i < length; i++) {
    const number = value[i];
    checkElement(fn, name, number, i);
    numbers.push(number);
  }
  return numbers;
}

/** Typed arrays that are used where they lie, and lists of numbers that are copied. */
import { bufferOf, iterate, lengthOf, type TypedArray, typeOf } from "../typedArray";
import { isFloat32Array, isList, isRevoked, kind, refuseType, refuseValue } from "./refuse";

/** What numbers come in: Float32Array is used as it is, everything else is converted first. */
export type FloatInput = Float32Array | ArrayLike<number>;

/**
 * A detached array has length 0, like an empty one, and so has one that its resizable buffer no longer reaches. Only a new
 * view of the buffer tells the first on every engine, only an iterator the second.
 */
export function checkAttached(fn: string, name: string, view: TypedArray): void {
  try {
    new Uint8Array(bufferOf(view));
  } catch {
    refuseType(fn, name, "a live array", "one whose buffer is detached");
  }
  try {
    iterate(view);
  } catch {
    refuseType(fn, name, "a live array", "one that reaches beyond its resized buffer");
  }
}

/** An array of one type, and alive. @returns its length */
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

/** New and zeroed; `name` is whose length it is. */
export function newFloats(fn: string, name: string, length: number): Float32Array {
  try {
    return new Float32Array(length);
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

/** One of several numbers. @param hint  what it may be, where it is an array itself */
export function checkElement(fn: string, name: string, value: unknown, index: number, hint = ""): void {
  if (typeof value === "number") return;
  refuseType(fn, name, "numbers", `${kind(value)} at index ${index}${isList(value) ? hint : ""}`);
}

/** Inherits from a typed array and is none (a Proxy of one, say): asked for its length it throws an error of the engine. */
const pretends = (value: object): boolean =>
  value instanceof Object.getPrototypeOf(Uint8Array) && typeOf(value) === undefined;

const refuseNumbers = (fn: string, name: string, value: unknown, hint = ""): never =>
  refuseType(fn, name, "a Float32Array or an array of numbers", `${kind(value)}${hint}`);

/** Only x has a shape of its own beside it. */
const sizesOf = (name: string): string => (name === "x" ? ', and its sizes as "shape"' : "");

function convert(fn: string, name: string, value: unknown): Float32Array {
  if (typeof value !== "object" || value === null || isRevoked(value) || pretends(value)) {
    return refuseNumbers(fn, name, value);
  }
  const type = typeOf(value);
  if (type === "Uint16Array") refuseNumbers(fn, name, value, " (float16 bits? widen them to float32 first)");
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

/** x as a Float32Array: itself, or converted. Of length 0 it may be a dead one (checkAttached). */
export function checkFloats(fn: string, name: string, value: FloatInput): Float32Array {
  return isFloat32Array(value) ? value : convert(fn, name, value);
}

/** A copy of a list, each of its numbers asked for once: what stands there may be a getter. */
export function checkList(fn: string, name: string, value: readonly number[], expected: string): number[] {
  if (!isList(value)) refuseType(fn, name, expected, kind(value));
  const numbers: number[] = [];
  const { length } = value;
  for (let i = 0; i < length; i++) {
    const number = value[i];
    checkElement(fn, name, number, i);
    numbers.push(number);
  }
  return numbers;
}

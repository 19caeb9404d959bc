/**
 * Arguments are judged here and only here, before anything is written. A message names the argument, what was expected
 * and what came; it is put together on failure alone.
 */

import { bufferOf, iterate, lengthOf, offsetOf, type TypedArray, typeOf } from "./typedArray";

/** What numbers come in: Float32Array is used as it is, everything else is converted first. */
export type FloatInput = Float32Array | ArrayLike<number>;

/** f32[outer, axis, inner], row-major: any shape, seen from one of its axes. */
interface Geometry {
  readonly outer: number;
  readonly axis: number;
  readonly inner: number;
  /** Which axis of the shape that is, and the shape, if one was given. */
  readonly at: number;
  readonly shape: readonly number[] | undefined;
}

/** "Float32Array", "number 3", "string", "null": what came, for messages. */
export function kind(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return `${typeof value} ${value}`;
  if (isRevoked(value)) return "a revoked Proxy";
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return typeOf(value) ?? Object.prototype.toString.call(value).slice(8, -1);
}

/** A Proxy that was taken back: whatever else it is asked for throws an error of the engine. */
export function isRevoked(value: unknown): boolean {
  try {
    Array.isArray(value);
    return false;
  } catch {
    return true;
  }
}

/** An array, of any realm; asked without a care, a Proxy that was taken back throws. */
export const isList = (value: unknown): value is readonly number[] => !isRevoked(value) && Array.isArray(value);

export const isFloat32Array = (value: unknown): value is Float32Array => typeOf(value) === "Float32Array";
export const isUint32Array = (value: unknown): value is Uint32Array => typeOf(value) === "Uint32Array";
export const isUint8Array = (value: unknown): value is Uint8Array => typeOf(value) === "Uint8Array";

/**
 * A detached array has length 0, like an empty one, and so has one that its resizable buffer no longer reaches. Only a new
 * view of the buffer tells the first on every engine, only an iterator the second.
 */
export function checkAttached(fn: string, name: string, view: TypedArray): void {
  try {
    new Uint8Array(bufferOf(view));
  } catch {
    throw new TypeError(`${fn}: "${name}" expected a live array, got one whose buffer is detached`);
  }
  try {
    iterate(view);
  } catch {
    throw new TypeError(`${fn}: "${name}" expected a live array, got one that reaches beyond its resized buffer`);
  }
}

/** New and zeroed; `name` is whose length it is. */
export function newFloats(fn: string, name: string, length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch {
    throw new RangeError(`${fn}: "${name}" expected a length that this host has memory for, got ${length}`);
  }
}

/** Inherits from a typed array and is none (a Proxy of one, say): asked for its length it throws an error of the engine. */
const pretends = (value: object): boolean =>
  value instanceof Object.getPrototypeOf(Uint8Array) && typeOf(value) === undefined;

const notNumbers = (fn: string, name: string, value: unknown, hint?: string): TypeError =>
  new TypeError(
    `${fn}: "${name}" expected a Float32Array or an array of numbers, got ${kind(value)}${hint === undefined ? "" : ` (${hint})`}`,
  );

/** Only x has a shape of its own beside it. */
const sizesOf = (name: string): string => (name === "x" ? ', and its sizes as "shape"' : "");

function convert(fn: string, name: string, value: unknown): Float32Array {
  if (typeof value !== "object" || value === null || isRevoked(value) || pretends(value))
    throw notNumbers(fn, name, value);
  if (typeOf(value) === "Uint16Array") throw notNumbers(fn, name, value, "float16 bits? widen them to float32 first");
  const length = typeOf(value) === undefined ? (value as ArrayLike<unknown>).length : lengthOf(value as Float32Array);
  if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) {
    const tensor = "data" in value ? `a tensor? pass its "data"${sizesOf(name)}` : undefined;
    throw notNumbers(fn, name, value, tensor);
  }
  if (length === 0 && typeOf(value) !== undefined) checkAttached(fn, name, value as Float32Array);
  const numbers = value as ArrayLike<unknown>;
  const floats = newFloats(fn, name, length);
  for (let i = 0; i < length; i++) {
    const number = numbers[i]; // once: it may be a getter
    if (typeof number !== "number") {
      const nested = Array.isArray(number) ? ` (nested arrays? pass ${name}.flat()${sizesOf(name)})` : "";
      throw new TypeError(`${fn}: "${name}" expected numbers, got ${kind(number)} at index ${i}${nested}`);
    }
    floats[i] = number;
  }
  return floats;
}

/** x as a Float32Array: itself, or converted. Of length 0 it may be a dead one (checkAttached). */
export function checkFloats(fn: string, name: string, value: FloatInput): Float32Array {
  return isFloat32Array(value) ? value : convert(fn, name, value);
}

/** A copy, each size asked for once: what stands there may be a getter. */
function checkSizes(fn: string, value: readonly number[]): number[] {
  if (!isList(value)) throw new TypeError(`${fn}: "shape" expected an array of sizes, got ${kind(value)}`);
  const sizes: number[] = [];
  const rank = value.length;
  for (let i = 0; i < rank; i++) {
    const size = value[i];
    if (typeof size !== "number")
      throw new TypeError(`${fn}: "shape" expected numbers, got ${kind(size)} at index ${i}`);
    sizes.push(size);
  }
  if (rank === 0) throw new RangeError(`${fn}: "shape" expected at least one size, got []`);
  return sizes;
}

/** shape and axis as one Geometry; their product is x.length, which is read when no getter can change it any more. */
export function checkAxis(
  fn: string,
  x: Float32Array,
  shape: readonly number[] | undefined,
  axis: number | undefined,
): Geometry {
  if (shape === undefined && axis === undefined) {
    const length = lengthOf(x);
    if (length === 0) checkAttached(fn, "x", x);
    return { outer: 1, axis: length, inner: 1, at: 0, shape };
  }
  const sizes = shape === undefined ? [lengthOf(x)] : checkSizes(fn, shape);
  const rank = sizes.length;
  const along = axis === undefined ? -1 : axis;
  if (typeof along !== "number") throw new TypeError(`${fn}: "axis" expected an integer, got ${kind(along)}`);
  if (!Number.isInteger(along) || along < -rank || along >= rank) {
    throw new RangeError(
      `${fn}: "axis" expected an integer from ${-rank} to ${rank - 1} (shape [${sizes.join(", ")}]), got ${along}`,
    );
  }
  const at = along < 0 ? along + rank : along;
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < rank; i++) {
    const size = sizes[i];
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new RangeError(`${fn}: "shape" expected sizes that are integers >= 0, got [${sizes.join(", ")}]`);
    }
    if (i < at) outer *= size;
    else if (i > at) inner *= size;
  }
  const length = lengthOf(x);
  if (length === 0) checkAttached(fn, "x", x);
  if (outer * sizes[at] * inner !== length) {
    throw new RangeError(
      `${fn}: "shape" expected sizes whose product is x.length = ${length}, got [${sizes.join(", ")}] = ${outer * sizes[at] * inner}`,
    );
  }
  return { outer, axis: sizes[at], inner, at, shape: shape === undefined ? undefined : sizes };
}

/** Finite and >= 0; default 1. */
export function checkTemperature(fn: string, value: number | undefined): number {
  if (value === undefined) return 1;
  if (typeof value !== "number") throw new TypeError(`${fn}: "temperature" expected a number, got ${kind(value)}`);
  if (!(value >= 0 && value < Infinity)) {
    throw new RangeError(`${fn}: "temperature" expected a finite number >= 0, got ${value}`);
  }
  return value + 0; // -0 is 0
}

/** Shaped as x, or as its axis and shared by all rows. @returns its length */
export function checkMask(fn: string, value: Uint8Array, length: number, axis: number, at: number): number {
  if (!isUint8Array(value)) throw new TypeError(`${fn}: "mask" expected a Uint8Array, got ${kind(value)}`);
  const given = lengthOf(value);
  if (given === 0) checkAttached(fn, "mask", value);
  if (given !== length && given !== axis) {
    const shared = axis === length ? "" : ` or ${axis} (as its axis ${at})`;
    throw new RangeError(`${fn}: "mask" expected length ${length} (as x)${shared}, got ${given}`);
  }
  return given;
}

/**
 * Throws where `out` would write over an input that is still to be read; exactly the input's own floats are fine.
 *
 * Offsets and lengths are the views', which the caller knows; the buffer is dearest and is asked last.
 */
export function checkOverlap(
  fn: string,
  out: Float32Array,
  outOffset: number,
  outLength: number,
  name: string,
  input: Float32Array | Uint8Array,
  inputOffset: number,
  length: number,
  bytes: 1 | 4,
): void {
  const outEnd = outOffset + 4 * outLength;
  const end = inputOffset + bytes * length;
  if (outOffset >= end || inputOffset >= outEnd || outOffset === outEnd || inputOffset === end) return;
  if (outOffset === inputOffset && outEnd === end && bytes === 4) return;
  if (bufferOf(out) !== bufferOf(input)) return;
  throw new RangeError(
    `${fn}: "out" expected memory apart from ${name}'s${bytes === 4 ? ` (or exactly ${name}'s)` : ""}, ` +
      `got bytes ${outOffset} to ${outEnd} of the buffer where ${name} has ${inputOffset} to ${end}`,
  );
}

/**
 * @param shape    what the length is explained by
 * @param without  the axis of it that the result does not have; -1 for none
 */
export function checkOut(
  fn: string,
  value: Float32Array,
  length: number,
  shape: readonly number[] | undefined,
  without: number,
): void {
  if (!isFloat32Array(value)) throw new TypeError(`${fn}: "out" expected a Float32Array, got ${kind(value)}`);
  const given = lengthOf(value);
  if (given === 0) checkAttached(fn, "out", value);
  if (given !== length) {
    const whole = shape === undefined ? "x" : `shape [${shape.join(", ")}]`;
    const of = without >= 0 ? ` (${whole} without axis ${without})` : shape === undefined ? "" : ` (${whole})`;
    throw new RangeError(`${fn}: "out" expected length ${length}${of}, got ${given}`);
  }
}

/** Which tokens are allowed: a bit a token, bit i & 31 of word i >> 5, or a byte a token. */
export type TokenMask = Uint32Array | Int32Array | Uint8Array;

function checkTokenMask(fn: string, value: TokenMask): void {
  const type = typeOf(value);
  if (type !== "Uint32Array" && type !== "Int32Array" && type !== "Uint8Array") {
    throw new TypeError(`${fn}: "mask" expected a Uint32Array, an Int32Array or a Uint8Array, got ${kind(value)}`);
  }
  if (lengthOf(value) === 0) checkAttached(fn, "mask", value);
}

/** The logits of a vocabulary, how many there are, and which of its tokens are allowed. */
export interface Tokens {
  readonly x: Float32Array;
  readonly length: number;
  readonly mask: TokenMask | undefined;
}

export function checkTokens(fn: string, logits: FloatInput, mask: TokenMask | undefined): Tokens {
  const x = checkFloats(fn, "logits", logits);
  const length = lengthOf(x);
  if (length === 0) {
    if (isFloat32Array(logits)) checkAttached(fn, "logits", logits);
    throw new RangeError(`${fn}: "logits" expected at least one, got length 0`);
  }
  if (mask !== undefined) checkTokenMask(fn, mask);
  return { x, length, mask };
}

/** A token must be left to choose: `largest` is the largest allowed logit, NaN if one is, `first` the first that is NaN. */
export function checkChoice(fn: string, largest: number, first: () => number, masked: boolean): void {
  if (largest > -Infinity) return;
  if (largest !== largest) {
    throw new RangeError(
      `${fn}: "logits" expected numbers${masked ? " where the mask allows" : ""}, got NaN at index ${first()}`,
    );
  }
  throw new RangeError(
    masked
      ? `${fn}: "mask" expected to allow a token whose logit is above -Infinity, got none`
      : `${fn}: "logits" expected one above -Infinity, got none`,
  );
}

/** A number in (0, 1], or in [0, 1]. @param off  how it is switched off */
export function checkShare(fn: string, name: string, value: number, zero: boolean, off: string): void {
  if (typeof value !== "number") throw new TypeError(`${fn}: "${name}" expected a number, got ${kind(value)}`);
  if (!((value > 0 || (zero && value === 0)) && value <= 1)) {
    throw new RangeError(`${fn}: "${name}" expected a number in ${zero ? "[" : "("}0, 1] (${off}), got ${value}`);
  }
}

/** What a source of random numbers gives when it is asked. */
export function checkRandom(fn: string, random: () => number): number {
  if (typeof random !== "function") throw new TypeError(`${fn}: "random" expected a function, got ${kind(random)}`);
  const value = random();
  if (typeof value !== "number") throw new TypeError(`${fn}: "random" expected to return a number, got ${kind(value)}`);
  if (!(value >= 0 && value < 1))
    throw new RangeError(`${fn}: "random" expected to return a number in [0, 1), got ${value}`);
  return value;
}

/** How many tokens are taken: an integer >= `least`. @param off  how it is switched off */
export function checkCount(fn: string, name: string, value: number, least = 1, off?: string): void {
  if (typeof value !== "number") throw new TypeError(`${fn}: "${name}" expected a number, got ${kind(value)}`);
  if (!(Number.isInteger(value) && value >= least)) {
    throw new RangeError(
      `${fn}: "${name}" expected an integer >= ${least}${off === undefined ? "" : ` (${off})`}, got ${value}`,
    );
  }
}

/** entmax's exponent: finite and >= 1. */
export function checkAlpha(fn: string, value: number): void {
  if (typeof value !== "number") throw new TypeError(`${fn}: "alpha" expected a number, got ${kind(value)}`);
  if (!(value >= 1 && value < Infinity))
    throw new RangeError(`${fn}: "alpha" expected a finite number >= 1, got ${value}`);
}

/** An array that a call reads or writes, and the bytes of its elements. */
export type Used = readonly [name: string, view: Float32Array | Uint8Array | Uint32Array | undefined, bytes: 1 | 4];

/** Throws where what is written meets anything else that the call reads or writes. Buffers are dearest, and asked last. */
export function checkApart(
  fn: string,
  name: string,
  written: Float32Array | Uint32Array,
  others: readonly Used[],
): void {
  const from = offsetOf(written);
  const to = from + 4 * lengthOf(written);
  for (const [other, view, bytes] of others) {
    if (view === undefined) continue;
    const start = offsetOf(view);
    const end = start + bytes * lengthOf(view);
    if (from >= end || start >= to || from === to || start === end) continue;
    if (bufferOf(view) === bufferOf(written)) {
      throw new RangeError(
        `${fn}: "${name}" expected memory apart from ${other}'s, got bytes ${from} to ${to} of the buffer where ${other} has ${start} to ${end}`,
      );
    }
  }
}

/** One entry a row, in memory that neither x nor out nor the mask lies in. */
export function checkSupport(
  fn: string,
  value: Uint32Array,
  rows: number,
  x: Float32Array,
  out: Float32Array,
  mask: Uint8Array | undefined,
): void {
  if (!isUint32Array(value)) throw new TypeError(`${fn}: "support" expected a Uint32Array, got ${kind(value)}`);
  const given = lengthOf(value);
  if (given === 0) checkAttached(fn, "support", value);
  if (given !== rows) {
    throw new RangeError(`${fn}: "support" expected length ${rows} (one entry a row), got ${given}`);
  }
  checkApart(fn, "support", value, [
    ["x", x, 4],
    ["out", out, 4],
    ["mask", mask, 1],
  ]);
}

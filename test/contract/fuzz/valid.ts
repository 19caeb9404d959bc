/** The rules for valid arguments, written a second time and independently of src/check.ts. */
import { types } from "node:util";
import type { Given } from "./calls";

export const isInteger = (value: unknown, least: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least;

/** x, q, k or v as numbers; undefined where the value must be refused. */
export function numbersOf(value: unknown, { alive }: Given): Float32Array | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (types.isTypedArray(value) ? !alive(value) : value instanceof Object.getPrototypeOf(Uint8Array)) return undefined;
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

/** Whether two arrays share memory. */
export function meet(a: unknown, b: unknown): boolean {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.buffer !== b.buffer) return false;
  if (a.byteLength === 0 || b.byteLength === 0) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** Whether two arrays share memory and are not exactly the same floats. */
export const partly = (a: unknown, b: unknown): boolean => {
  const [x, y] = [a as ArrayBufferView, b as ArrayBufferView];
  return meet(a, b) && (x.byteOffset !== y.byteOffset || x.byteLength !== y.byteLength);
};

/** Judges a result but for its values: it must be `out` itself where that was given. @returns the fault in words, or undefined */
export function returned(result: unknown, out: unknown): string | undefined {
  if (out !== undefined) return result === out ? undefined : "returns another array than out";
  return types.isFloat32Array(result) ? undefined : `returns ${String(result)}`;
}

/** Below a temperature of log2(e) / FLT_MAX = 4.24e-39 logits closer than 3e-37 count as equal: what comes of such ones is not judged. */
export function tooClose(x: Float32Array, temperature: number): boolean {
  if (!(temperature > 0 && temperature < 4.24e-39)) return false;
  const values = x.filter(Number.isFinite).sort();
  return values.some((v, i) => i > 0 && v !== values[i - 1] && v - values[i - 1] < 3e-37);
}

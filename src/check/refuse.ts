/** How an argument is refused: the two errors that every check ends in, and words for what was given instead. */
import { typeOf } from "../typedArray";

/** The argument is not of the type it must be. @param got  words for what was given, mostly `kind` of it */
export function refuseType(fn: string, name: string, expected: string, got: string): never {
  throw new TypeError(`${fn}: "${name}" expected ${expected}, got ${got}`);
}

/** The argument is of the right type, but its value is not one that the function takes. */
export function refuseValue(fn: string, name: string, expected: string, got: string | number): never {
  throw new RangeError(`${fn}: "${name}" expected ${expected}, got ${got}`);
}

/** "Float32Array", "number 3", "string", "null". */
export function kind(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return `${typeof value} ${value}`;
  if (isRevoked(value)) return "a revoked Proxy";
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return typeOf(value) ?? Object.prototype.toString.call(value).slice(8, -1);
}

/** The message of whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether a value is a revoked Proxy: nearly everything that is asked of one throws an error of the engine. */
export function isRevoked(value: unknown): boolean {
  try {
    Array.isArray(value);
    return false;
  } catch {
    return true;
  }
}

/** Whether a value is an Array, of any realm. Array.isArray alone would throw for a revoked Proxy. */
export const isList = (value: unknown): value is readonly number[] => !isRevoked(value) && Array.isArray(value);

export const isFloat32Array = (value: unknown): value is Float32Array => typeOf(value) === "Float32Array";
export const isUint8Array = (value: unknown): value is Uint8Array => typeOf(value) === "Uint8Array";

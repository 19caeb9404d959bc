/** The arrays of a task as ordinary typed arrays, and regions of them. */
import { Half } from "../half";
import { bufferOf, lengthOf, offsetOf, type TypedArray, typeOf } from "../typedArray";
import type { Kind, Region, TypeName } from "./task";

export type Arrays = Record<string, TypedArray>;

const TYPES = { Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array };

export const elementBytes = (type: TypeName): number => TYPES[type].BYTES_PER_ELEMENT;

/** `length` elements of a buffer. */
export const viewOf = (type: TypeName, buffer: ArrayBufferLike, offset: number, length: number): TypedArray =>
  new TYPES[type](buffer as ArrayBuffer, offset, length);

export const newArray = (type: TypeName, length: number): TypedArray => new TYPES[type](length);

export function kindOf(array: TypedArray): Kind {
  const type = typeOf(array) as TypeName;
  return array instanceof Half ? { type, half: array.bfloat === 1 ? "bfloat16" : "float16" } : { type };
}

/** The same elements without the caller's class. */
export const plain = (array: TypedArray): TypedArray =>
  viewOf(typeOf(array) as TypeName, bufferOf(array), offsetOf(array), lengthOf(array));

/** Whether other threads can use an array in place. */
export const isShared = (array: TypedArray): boolean =>
  typeof SharedArrayBuffer === "function" && bufferOf(array) instanceof SharedArrayBuffer;

export const sizeOf = ({ runs, length }: Region): number => runs * length;

/** y = the elements of a region, side by side. */
export function gather(y: TypedArray, x: TypedArray, { from, runs, length, pitch }: Region): void {
  for (let i = 0; i < runs; i++) y.set(x.subarray(from + i * pitch, from + i * pitch + length), i * length);
}

/** The way back: the region of y = x. */
export function scatter(y: TypedArray, x: TypedArray, { from, runs, length, pitch }: Region): void {
  for (let i = 0; i < runs; i++) y.set(x.subarray(i * length, (i + 1) * length), from + i * pitch);
}

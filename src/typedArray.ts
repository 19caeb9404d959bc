/**
 * What a typed array is, asked of the array itself. A caller's class, or the array, may have a length, a buffer, a set of its own; its
 * subarray and slice call the class's constructor; and with an exchanged prototype it has none of them. So of a caller's array
 * nothing is used anywhere but its elements, and what every array has beneath.
 */

/** Any of them. */
export type TypedArray = Float32Array | Float64Array | Uint8Array | Uint32Array | Int32Array;

const { prototype } = Object.getPrototypeOf(Uint8Array) as { prototype: Uint8Array };

function getter<Value>(name: string | symbol): (this: unknown) => Value {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => Value;
}
const tag = getter<string | undefined>(Symbol.toStringTag);
const length = getter<number>("length");
const buffer = getter<ArrayBufferLike>("buffer");
const byteOffset = getter<number>("byteOffset");
const byteLength = getter<number>("byteLength");
const { set, keys } = prototype;

/** "Float32Array" of one, whatever its realm (a frame, a vm context, a test runner's sandbox); undefined of what is no typed array. */
export const typeOf = (value: unknown): string | undefined => tag.call(value);

export const lengthOf = (array: TypedArray): number => length.call(array);
export const offsetOf = (array: TypedArray): number => byteOffset.call(array);
export const bufferOf = (array: TypedArray): ArrayBufferLike => buffer.call(array);
export const bytesOf = (array: TypedArray): number => byteLength.call(array);

/** y[to …] = x, all of it. */
export const setAll = (y: TypedArray, x: TypedArray, to: number): void => set.call(y, x, to);

/** Throws where the array reaches beyond its resized buffer: only an iterator tells, on every engine. */
export const iterate = (array: TypedArray): unknown => keys.call(array);

/**
 * Reads a typed array's type, length, buffer and offset from the array itself. A caller's class may override `length`, `buffer` or
 * `set`; its subarray and slice call the class's constructor; an array whose prototype was exchanged has none of them. So of a
 * caller's array the package uses its elements, and the functions below, which take the getters of %TypedArray%.prototype.
 */

/** The typed arrays that arguments may be. */
export type TypedArray = Float32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array | Int32Array;

const { prototype } = Object.getPrototypeOf(Uint8Array) as { prototype: Uint8Array };

/**
 * A function that asks an array what a getter of %TypedArray%.prototype says. The getter is a constant of the function's own context:
 * V8 inlines a constant's code, but not that of a variable of the module, which is what bundlers make of a module's constants.
 */
function asking<Value>(name: string | symbol): (array: unknown) => Value {
  const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => Value;
  return (array) => getter.call(array);
}

/** "Float32Array" for one of any realm (a frame, a vm context, a test runner's sandbox); undefined for anything but a typed array. */
export const typeOf: (value: unknown) => string | undefined = asking(Symbol.toStringTag);

export const lengthOf: (array: TypedArray) => number = asking("length");
export const offsetOf: (array: TypedArray) => number = asking("byteOffset");
export const bufferOf: (array: TypedArray) => ArrayBufferLike = asking("buffer");
export const bytesOf: (array: TypedArray) => number = asking("byteLength");

const { set, indexOf } = prototype;

/** y[to …] = x */
export const setAll = (y: TypedArray, x: TypedArray, to: number): void => set.call(y, x, to);

/**
 * Throws where the array reaches beyond its resized buffer, as every method does that reads elements; of one of length 0 none is read.
 * Iterators do not serve: once JavaScriptCore has optimised the call that makes one, it looks no more.
 */
export const validate = (array: TypedArray): unknown => indexOf.call(array, 0);

/** Buffers that resize, and shared ones that grow: every engine of the suite has them, TypeScript's es2022 has not. */
export interface Resizable extends ArrayBuffer {
  resize(bytes: number): void;
}
interface Growable extends SharedArrayBuffer {
  grow(bytes: number): void;
}

type Constructor<Buffer> = new (bytes: number, options: { maxByteLength: number }) => Buffer;

export const resizable = (bytes: number, maxByteLength: number): Resizable =>
  new (ArrayBuffer as unknown as Constructor<Resizable>)(bytes, { maxByteLength });

export const growable = (bytes: number, maxByteLength: number): Growable =>
  new (SharedArrayBuffer as unknown as Constructor<Growable>)(bytes, { maxByteLength });

/** ArrayBuffers that resize: every engine of the suite has them, TypeScript's es2022 has not. */
export interface Resizable extends ArrayBuffer {
  resize(bytes: number): void;
}

type Constructor = new (bytes: number, options: { maxByteLength: number }) => Resizable;

export const resizable = (bytes: number, maxByteLength: number): Resizable =>
  new (ArrayBuffer as unknown as Constructor)(bytes, { maxByteLength });

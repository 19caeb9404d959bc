/** Shared memory for callers: a buffer for each view. One that is taken back is given out again. */
import { refuseValue } from "../check";
import { canShare } from "./host";

type View = Float32Array | Uint16Array;
type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => View;

/** Buffers that are kept for later, at most. */
const MOST = 16;

export class Memory {
  #given = new WeakMap<ArrayBufferLike, number>();
  #kept: ArrayBufferLike[] = [];

  alloc(length: number, View: ViewClass & { readonly BYTES_PER_ELEMENT: number }): View {
    const bytes = View.BYTES_PER_ELEMENT * length;
    const buffer = this.#again(bytes) ?? this.#make(bytes, length);
    this.#given.set(buffer, bytes);
    return new View(buffer as ArrayBuffer, 0, length);
  }

  #again(bytes: number): ArrayBufferLike | undefined {
    const index = this.#kept.findIndex((buffer) => buffer.byteLength === bytes);
    if (index < 0) return undefined;
    const [buffer] = this.#kept.splice(index, 1);
    new Uint8Array(buffer).fill(0);
    return buffer;
  }

  #make(bytes: number, length: number): ArrayBufferLike {
    try {
      return canShare() ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    } catch {
      return refuseValue("alloc", "length", "a length that this host has memory for", length);
    }
  }

  free({ buffer, byteLength }: View): void {
    if (this.#given.get(buffer) !== byteLength) {
      refuseValue(
        "free",
        "view",
        "one that alloc gave out",
        `${byteLength} bytes of other memory, or given back already`,
      );
    }
    this.#given.delete(buffer);
    if (this.#kept.length < MOST) this.#kept.push(buffer);
  }

  /** All views are taken back, and all memory goes. */
  clear(): void {
    this.#given = new WeakMap();
    this.#kept = [];
  }
}

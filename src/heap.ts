/**
 * The runtime's memory: of fixed size, so that a view into it never detaches.
 *
 *   [ backend | state | views of alloc … mark → | … workspace | guard ]
 *
 * Whatever a call needs for its own lies above the mark and is forgotten when it returns.
 */
import { type Engine, STATE_BYTES } from "./kernels";

/** Kernels load whole vectors where a row ends, and drop the lanes behind it. */
const GUARD_BYTES = 16;

/** Kept free of `alloc`, so that calls on arrays outside the heap always have room to work. */
const WORKSPACE_BYTES = 262144;

/** Up to this many floats a loop copies faster than `set`, which costs 20–40 ns whatever the length. */
const LOOP_FLOATS = 16;

const align16 = (bytes: number): number => (bytes + 15) & ~15;

export class Heap {
  /** Where kernels keep what they know between phases. */
  readonly state: number;
  readonly #buffer: ArrayBuffer;
  readonly #f32: Float32Array;
  readonly #u8: Uint8Array;
  readonly #arena: number;
  readonly #arenaEnd: number;
  readonly #limit: number;
  #mark: number;

  constructor(engine: Engine) {
    this.#buffer = engine.buffer;
    this.#f32 = new Float32Array(engine.buffer);
    this.#u8 = new Uint8Array(engine.buffer);
    this.state = align16(engine.heapBase);
    this.#arena = this.state + STATE_BYTES;
    this.#limit = engine.buffer.byteLength - GUARD_BYTES;
    this.#arenaEnd = this.#limit - Math.min(WORKSPACE_BYTES, engine.buffer.byteLength >> 2);
    this.#mark = this.#arena;
  }

  /** A view of `length` floats at a 16-byte boundary, zeroed. */
  alloc(length: number): Float32Array {
    const free = (this.#arenaEnd - this.#mark) >> 2;
    if (!(length <= free)) {
      throw new RangeError(
        `"length" expected at most ${free} floats (${this.#mark - this.#arena} of ${this.#arenaEnd - this.#arena} bytes ` +
          `are taken; createRuntime({ heapBytes }) makes a larger heap), got ${length}`,
      );
    }
    const view = new Float32Array(this.#buffer, this.#mark, length);
    view.fill(0);
    this.#mark = Math.min(align16(this.#mark + 4 * length), this.#arenaEnd);
    return view;
  }

  /** Takes back every view that `alloc` gave out. */
  free(): void {
    this.#mark = this.#arena;
  }

  /** First byte of the workspace; everything from here to `room` floats on is the current call's. */
  get workspace(): number {
    return this.#mark;
  }

  /** Floats in the workspace. */
  get room(): number {
    return (this.#limit - this.#mark) >> 2;
  }

  /** The byte offset of a view that lies in what `alloc` gave out: it is used in place. 0 for any other. */
  locate(view: Float32Array | Uint8Array): number {
    if (view.buffer !== this.#buffer) return 0;
    const start = view.byteOffset;
    return start >= this.#arena && start + view.byteLength <= this.#mark ? start : 0;
  }

  /** heap[at…] = x[from … from + count] */
  write(at: number, x: Float32Array, from: number, count: number): void {
    const f32 = this.#f32;
    const to = at >>> 2;
    if (count <= LOOP_FLOATS) {
      for (let i = 0; i < count; i++) f32[to + i] = x[from + i];
    } else if (count === x.length) {
      f32.set(x, to);
    } else {
      f32.set(x.subarray(from, from + count), to);
    }
  }

  /** y[to … to + count] = heap[at…] */
  read(y: Float32Array, to: number, at: number, count: number): void {
    const f32 = this.#f32;
    const from = at >>> 2;
    if (count <= LOOP_FLOATS) {
      for (let i = 0; i < count; i++) y[to + i] = f32[from + i];
    } else {
      y.set(f32.subarray(from, from + count), to);
    }
  }

  /** As write, for the bytes of a mask. */
  writeBytes(at: number, mask: Uint8Array, from: number, count: number): void {
    this.#u8.set(count === mask.length ? mask : mask.subarray(from, from + count), at);
  }
}

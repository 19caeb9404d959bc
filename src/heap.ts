/**
 * The runtime's memory: of fixed size, so that a view into it never detaches.
 *
 *   [ backends | state | views of alloc (arena.ts) … mark → | … workspace | guard ]
 *
 * alloc moves the mark. A call's copies and scratch lie above it, in the workspace, and mean nothing once the call returns.
 */

import { HEAP_BASE, STATE_BYTES } from "../assembly/layout";
import { bufferOf, bytesOf, lengthOf, offsetOf, setAll, type TypedArray } from "./typedArray";

/** Kernels load whole vectors where a row ends, at most two past it, and drop the lanes behind the end. */
const GUARD_BYTES = 32;

/**
 * Kept free of `alloc`, so that calls on arrays outside the heap always have room to work; a quarter of a heap below 1 MiB.
 * The short way of softmax and the smallest tile of a stream (ops/strips.ts) need 4096 floats of it.
 */
const WORKSPACE_BYTES = 262144;

/** Up to this many floats a loop copies faster than `set`, which costs 20–40 ns whatever the length. */
const LOOP_FLOATS = 16;

/** for (i < count) y[to + i] = x[from + i], four to an iteration: 1.2 ns a float against 1.5. */
function copy(y: Float32Array, to: number, x: Float32Array, from: number, count: number): void {
  let i = 0;
  for (; i < count - 3; i += 4) {
    y[to + i] = x[from + i];
    y[to + i + 1] = x[from + i + 1];
    y[to + i + 2] = x[from + i + 2];
    y[to + i + 3] = x[from + i + 3];
  }
  for (; i < count; i++) y[to + i] = x[from + i];
}

/** A part of a caller's array as an ordinary Float32Array: no method of the caller's class is called. */
const floats = (x: Float32Array, from: number, count: number): Float32Array =>
  count === lengthOf(x) ? x : new Float32Array(bufferOf(x), offsetOf(x) + 4 * from, count);

/** The next multiple of 16, or `bytes` itself. */
export const align16 = (bytes: number): number => (bytes + 15) & ~15;

/** The memory that an operation runs on, and the kernels of its family there. */
export interface Core<Kernels> {
  readonly heap: Heap;
  readonly kernels: Kernels;
}

export class Heap {
  /** Address of STATE_BYTES in which kernels keep results between phases, and attention its pass; `alloc` never gives them out. */
  readonly state = HEAP_BASE;
  readonly buffer: ArrayBuffer;
  /** First byte of the room that callers' views get, and the byte behind it: multiples of 16. */
  readonly arena: number;
  readonly arenaEnd: number;
  /** End of the last of these views: the workspace begins here. The arena moves it. */
  mark: number;
  readonly #f32: Float32Array;
  readonly #u8: Uint8Array;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #limit: number;
  /** The view that was read last. Calls come in series of one length, and a new view costs as much as copying 200 floats. */
  #view: Float32Array;
  #viewFrom = 0;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.#f32 = new Float32Array(buffer);
    this.#u8 = new Uint8Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    this.arena = this.state + STATE_BYTES;
    this.#limit = buffer.byteLength - GUARD_BYTES;
    this.arenaEnd = this.#limit - Math.min(WORKSPACE_BYTES, buffer.byteLength >> 2);
    this.mark = this.arena;
    this.#view = this.#f32.subarray(0, 0);
  }

  /** Address of the workspace: `room` floats from here on are the current call's. */
  get workspace(): number {
    return this.mark;
  }

  /** Floats in the workspace. */
  get room(): number {
    return (this.#limit - this.mark) >> 2;
  }

  /** The address of a view that lies in memory that `alloc` gave out; 0 for any other. @param offset  the view's byteOffset */
  locate(view: TypedArray, offset: number): number {
    if (offset < this.arena || offset >= this.mark) return 0;
    return bufferOf(view) === this.buffer && offset + bytesOf(view) <= this.mark ? offset : 0;
  }

  /** heap[at…] = x[from … from + count] */
  write(at: number, x: Float32Array, from: number, count: number): void {
    const f32 = this.#f32;
    const to = at >>> 2;
    if (count <= LOOP_FLOATS) {
      copy(f32, to, x, from, count);
    } else {
      f32.set(floats(x, from, count), to);
    }
  }

  /** y[to … to + count] = heap[at…] */
  read(y: Float32Array, to: number, at: number, count: number): void {
    const f32 = this.#f32;
    const from = at >>> 2;
    if (count <= LOOP_FLOATS) {
      copy(y, to, f32, from, count);
    } else {
      if (this.#view.length !== count || this.#viewFrom !== from) {
        this.#view = f32.subarray(from, from + count);
        this.#viewFrom = from;
      }
      setAll(y, this.#view, to);
    }
  }

  /** heap[at…] = `count` positions of `width` columns of x, which are `pitch` floats apart there, the first at `from`. */
  writeStrip(at: number, x: Float32Array, from: number, count: number, width: number, pitch: number): void {
    if (width === pitch) this.write(at, x, from, count * width);
    else for (let a = 0; a < count; a++) this.write(at + 4 * a * width, x, from + a * pitch, width);
  }

  /** The way back: y = the strip at heap[at…]. */
  readStrip(y: Float32Array, to: number, at: number, count: number, width: number, pitch: number): void {
    if (width === pitch) this.read(y, to, at, count * width);
    else for (let a = 0; a < count; a++) this.read(y, to + a * pitch, at + 4 * a * width, width);
  }

  /** words[to … to + count] = the u32s of heap[at…] */
  readWords(words: Uint32Array, to: number, at: number, count: number): void {
    const u32 = this.#u32;
    const from = at >>> 2;
    for (let i = 0; i < count; i++) words[to + i] = u32[from + i];
  }

  /** `count` floats of heap[at…], words, and float64s, as new arrays. */
  floats(at: number, count: number): Float32Array {
    return this.#f32.slice(at >>> 2, (at >>> 2) + count);
  }

  words(at: number, count: number): Uint32Array {
    return this.#u32.slice(at >>> 2, (at >>> 2) + count);
  }

  doubles(at: number, count: number): Float64Array {
    return this.#f64.slice(at >>> 3, (at >>> 3) + count);
  }

  /** As write, for the bytes of a mask. */
  writeBytes(at: number, mask: Uint8Array, from: number, count: number): void {
    const part = count === lengthOf(mask) ? mask : new Uint8Array(bufferOf(mask), offsetOf(mask) + from, count);
    this.#u8.set(part, at);
  }

  /** As writeStrip, for the bytes of a mask. */
  writeByteStrip(at: number, mask: Uint8Array, from: number, count: number, width: number, pitch: number): void {
    if (width === pitch) this.writeBytes(at, mask, from, count * width);
    else for (let a = 0; a < count; a++) this.writeBytes(at + a * width, mask, from + a * pitch, width);
  }

  /** As write, for the words of a bit mask, signed or not. */
  writeWords(at: number, mask: Uint32Array | Int32Array, from: number, count: number): void {
    this.#u32.set(new Uint32Array(bufferOf(mask), offsetOf(mask) + 4 * from, count), at >>> 2);
  }

  /** heap[at … at + bytes] = 0 */
  clear(at: number, bytes: number): void {
    this.#u8.fill(0, at, at + bytes);
  }

  /** A float32, float64 or u32 that a kernel has left at `at`. */
  float32(at: number): number {
    return this.#f32[at >>> 2];
  }

  float64(at: number): number {
    return this.#f64[at >>> 3];
  }

  word(at: number): number {
    return this.#u32[at >>> 2];
  }

  /** Writes a word or a float64 for a kernel to read; a negative word is an i32. */
  setWord(at: number, value: number): void {
    this.#u32[at >>> 2] = value;
  }

  setFloat32(at: number, value: number): void {
    this.#f32[at >>> 2] = value;
  }

  setFloat64(at: number, value: number): void {
    this.#f64[at >>> 3] = value;
  }
}

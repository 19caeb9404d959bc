/**
 * The runtime's memory: of fixed size, so that a view into it never detaches.
 *
 *   [ backends | state | views of alloc (arena.ts) … mark → | … workspace | guard ]
 *
 * alloc moves the mark. A call's copies and scratch lie above it, in the workspace, and mean nothing once the call returns.
 */

import { HEAP_BASE, STATE_BYTES } from "../assembly/layout";
import { copy, gather, LOOP_FLOATS, scatter } from "./copy";
import { type Floats, Half } from "./half";
import type { HalfKernels } from "./kernels/half";
import { bufferOf, bytesOf, lengthOf, offsetOf, setAll, type TypedArray } from "./typedArray";

/** Kernels load whole vectors where a row ends, at most two past it, and drop the lanes behind the end. */
const GUARD_BYTES = 32;

/**
 * Kept free of `alloc`, so that calls on arrays outside the heap always have room to work; a quarter of a heap below 1 MiB.
 * The short way of a row (ops/rows/short.ts) and the smallest tile of a stream (ops/strips.ts) need 4096 floats of it.
 */
const WORKSPACE_BYTES = 262144;

/** Floats that are moved together where their size changes: 16 KiB, which stay in L1 meanwhile. */
const MOVED_FLOATS = 4096;

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
  /** Kernels of the family that was started last: every family has them. */
  half: HalfKernels | undefined;
  readonly #f32: Float32Array;
  readonly #u8: Uint8Array;
  readonly #u16: Uint16Array;
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
    this.#u16 = new Uint16Array(buffer);
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

  /**
   * The address of a view that lies in memory that `alloc` gave out, where kernels use it in place; 0 for any other, and for floats
   * of 16 bits, which they do not read.
   *
   * @param offset  the view's byteOffset
   */
  locate(view: TypedArray, offset: number): number {
    if (offset < this.arena || offset >= this.mark || view instanceof Half) return 0;
    return this.#isHome(view, offset) ? offset : 0;
  }

  /** As locate, for floats of either size. */
  homeOf(x: Floats): number {
    const offset = offsetOf(x);
    return this.#isHome(x, offset) ? offset : 0;
  }

  #isHome(view: TypedArray, offset: number): boolean {
    return bufferOf(view) === this.buffer && offset >= this.arena && offset + bytesOf(view) <= this.mark;
  }

  /** heap[at…] = x[from … from + count] as float32s. Those of 16 bits are copied to the end of their place and widened from there. */
  write(at: number, x: Floats, from: number, count: number): void {
    if (x instanceof Half) {
      this.#unpack(at, x, from, count);
      return;
    }
    const f32 = this.#f32;
    const to = at >>> 2;
    if (count <= LOOP_FLOATS) {
      copy(f32, to, x, from, count);
    } else {
      f32.set(floats(x, from, count), to);
    }
  }

  /** heap[at…] = x[from … from + count] as they are, in 16 bits. */
  writeHalves(at: number, x: Half, from: number, count: number): void {
    this.#u16.set(new Uint16Array(bufferOf(x), offsetOf(x) + 2 * from, count), at >>> 1);
  }

  #unpack(at: number, x: Half, from: number, count: number): void {
    const offset = offsetOf(x);
    const { unpack16 } = this.#kernels;
    if (this.#isHome(x, offset)) {
      unpack16(at, offset + 2 * from, count, x.bfloat);
      return;
    }
    const buffer = bufferOf(x);
    for (let i = 0; i < count; i += MOVED_FLOATS) {
      const n = Math.min(MOVED_FLOATS, count - i);
      const source = at + 4 * i + 2 * n;
      this.#u16.set(new Uint16Array(buffer, offset + 2 * (from + i), n), source >>> 1);
      unpack16(at + 4 * i, source, n, x.bfloat);
    }
  }

  get #kernels(): HalfKernels {
    return this.half as HalfKernels;
  }

  /** y[to … to + count] = the float32s of heap[at…], rounded if y has 16 bits: then they are gone from the heap. */
  read(y: Floats, to: number, at: number, count: number): void {
    if (y instanceof Half) {
      this.#pack(y, to, at, count);
      return;
    }
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

  #pack(y: Half, to: number, at: number, count: number): void {
    const offset = offsetOf(y);
    if (this.#isHome(y, offset)) {
      this.#kernels.pack16(offset + 2 * to, at, count, y.bfloat);
      return;
    }
    for (let i = 0; i < count; i += MOVED_FLOATS) {
      const n = Math.min(MOVED_FLOATS, count - i);
      const source = at + 4 * i;
      this.#kernels.pack16(source, source, n, y.bfloat);
      setAll(y, this.#u16.subarray(source >>> 1, (source >>> 1) + n), to + i);
    }
  }

  /** y = x, as long as each other and apart: to other memory, or to floats of another size. What lies in the heap is used there. */
  move(y: Floats, x: Floats): void {
    const length = lengthOf(x);
    const xHome = this.homeOf(x);
    const yHome = this.homeOf(y);
    const most = Math.min(MOVED_FLOATS, this.room);
    for (let from = 0; from < length; from += most) {
      const count = Math.min(most, length - from);
      let at = yHome !== 0 && !(y instanceof Half) ? yHome + 4 * from : this.workspace;
      if (x instanceof Half && xHome !== 0) this.#kernels.unpack16(at, xHome + 2 * from, count, x.bfloat);
      else if (xHome === 0) this.write(at, x, from, count);
      else if (y instanceof Half && yHome !== 0) at = xHome + 4 * from;
      else this.#u8.copyWithin(at, xHome + 4 * from, xHome + 4 * (from + count));
      if (yHome === 0) this.read(y, from, at, count);
      else if (y instanceof Half) this.#kernels.pack16(yHome + 2 * from, at, count, y.bfloat);
    }
  }

  /**
   * heap[at…] = `count` positions of `width` columns of x, which are `pitch` floats apart there, the first at `from`. A few columns of
   * 16 bits are brought together first: one call widens them all.
   */
  writeStrip(at: number, x: Floats, from: number, count: number, width: number, pitch: number): void {
    if (width === pitch) this.write(at, x, from, count * width);
    else if (x instanceof Half && width <= LOOP_FLOATS) {
      const source = at + 2 * count * width;
      gather(this.#u16, source >>> 1, x, from, count, width, pitch);
      this.#kernels.unpack16(at, source, count * width, x.bfloat);
    } else for (let a = 0; a < count; a++) this.write(at + 4 * a * width, x, from + a * pitch, width);
  }

  /** The way back: y = the strip at heap[at…]. */
  readStrip(y: Floats, to: number, at: number, count: number, width: number, pitch: number): void {
    if (width === pitch) this.read(y, to, at, count * width);
    else if (y instanceof Half && width <= LOOP_FLOATS) {
      this.#kernels.pack16(at, at, count * width, y.bfloat);
      scatter(y, to, this.#u16, at >>> 1, count, width, pitch);
    } else for (let a = 0; a < count; a++) this.read(y, to + a * pitch, at + 4 * a * width, width);
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

  /** A copy of what kernels keep between phases, and the way back. */
  keepState(): Uint8Array {
    return this.#u8.slice(this.state, this.state + STATE_BYTES);
  }

  restoreState(kept: Uint8Array): void {
    this.#u8.set(kept, this.state);
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

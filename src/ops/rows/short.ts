/**
 * The short way of a call on one row of float32s without a mask, at temperature 1: nothing of it can be refused, so it needs no more
 * than to see that. It saves 60 to 90 ns, which is half the time at 16 floats and nothing beside a long row.
 *
 * Functions stay small here and on the way: V8 inlines 920 bytes of bytecode into a call, and each function left out takes 5 ns.
 */
import { type FloatInput, type FloatView, isFloat32Array } from "../../check";
import type { Heap } from "../../heap";
import { bufferOf, lengthOf, offsetOf, setAll } from "../../typedArray";
import type { AxisOptions } from "../axis";

/** Floats of such a row, at most: the smallest workspace has room for as many. */
const SHORT = 4096;

/** Up to this many floats a loop copies faster than `set`, four to an iteration faster than one: 20 ns less at 16 floats. */
const LOOP_FLOATS = 16;

/** The length of x where it can take the short way; 0 where it cannot, and is checked in full. */
export function shortLength(x: FloatInput): number {
  if (!isFloat32Array(x)) return 0;
  const n = lengthOf(x);
  return n > SHORT ? 0 : n;
}

/** The same where there are options. @param reduces  the result is one float */
export function shortRow(x: FloatInput, given: AxisOptions<FloatView>, reduces: boolean): number {
  if (!isPlain(given)) return 0;
  const n = shortLength(x);
  const { out } = given;
  return out === undefined || takes(out, reduces ? 1 : n, x as Float32Array, n) ? n : 0;
}

/** Every option is as if it were not given, but for `out`. */
const isPlain = ({ shape, axis, temperature, mask, dtype }: AxisOptions<FloatView>): boolean =>
  shape === undefined &&
  axis === undefined &&
  mask === undefined &&
  dtype === undefined &&
  (temperature === undefined || temperature === 1);

/** Whether `out` has the result's length, and lies apart from the n floats of x or exactly there. */
function takes(out: FloatView, length: number, x: Float32Array, n: number): boolean {
  if (n === 0 || !isFloat32Array(out) || lengthOf(out) !== length) return false;
  const from = offsetOf(x);
  const to = offsetOf(out);
  if (to >= from + 4 * n || from >= to + 4 * length || (from === to && n === length)) return true;
  return bufferOf(x) !== bufferOf(out);
}

/** Rows of n > 0 floats in a heap: where they lie, and their copies in and out. */
export class ShortWay {
  readonly #heap: Heap;
  readonly #f32: Float32Array;
  /** The views in the heap that were found last. A view never comes to be of another buffer, and to ask for it takes 10 to 40 ns. */
  #home: Float32Array | undefined;
  #otherHome: Float32Array | undefined;
  /** The part of the heap that was read last: a new view costs as much as copying 200 floats. */
  #view: Float32Array;
  #viewFrom = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#f32 = new Float32Array(heap.buffer);
    this.#view = this.#f32.subarray(0, 0);
  }

  /** The address of a row in memory that `alloc` gave out; 0 for any other. */
  locate(row: Float32Array, n: number): number {
    const { mark, arena } = this.#heap;
    return mark === arena ? 0 : this.#find(row, n, arena, mark);
  }

  #find(row: Float32Array, n: number, arena: number, mark: number): number {
    const offset = offsetOf(row);
    if (offset < arena || offset + 4 * n > mark) return 0;
    if (row === this.#home || row === this.#otherHome) return offset;
    if (bufferOf(row) !== this.#heap.buffer) return 0;
    this.#otherHome = this.#home;
    this.#home = row;
    return offset;
  }

  /** heap[at…] = x */
  write(at: number, x: Float32Array, n: number): void {
    const f32 = this.#f32;
    const to = at >>> 2;
    if (n > LOOP_FLOATS) {
      setAll(f32, x, to);
      return;
    }
    let i = 0;
    for (; i < n - 3; i += 4) {
      f32[to + i] = x[i];
      f32[to + i + 1] = x[i + 1];
      f32[to + i + 2] = x[i + 2];
      f32[to + i + 3] = x[i + 3];
    }
    for (; i < n; i++) f32[to + i] = x[i];
  }

  /** y = heap[at…] */
  read(y: Float32Array, at: number, n: number): void {
    const f32 = this.#f32;
    const from = at >>> 2;
    if (n > LOOP_FLOATS) {
      setAll(y, this.#viewOf(from, n), 0);
      return;
    }
    let i = 0;
    for (; i < n - 3; i += 4) {
      y[i] = f32[from + i];
      y[i + 1] = f32[from + i + 1];
      y[i + 2] = f32[from + i + 2];
      y[i + 3] = f32[from + i + 3];
    }
    for (; i < n; i++) y[i] = f32[from + i];
  }

  #viewOf(from: number, n: number): Float32Array {
    if (this.#view.length !== n || this.#viewFrom !== from) {
      this.#view = this.#f32.subarray(from, from + n);
      this.#viewFrom = from;
    }
    return this.#view;
  }
}

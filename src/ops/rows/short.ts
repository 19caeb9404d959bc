/**
 * The short way of a call on one row of float32s without a mask, at a temperature above 0: nothing of it can be refused, so it needs no
 * more than to see that. It saves 60 to 90 ns, which is half the time at 16 floats and nothing beside a long row.
 *
 * Functions stay small here and on the way: V8 inlines 920 bytes of bytecode into a call, and each function left out takes 5 ns. Each
 * operation calls its kernel in a function of its own: V8 inlines the call of a kernel where it is always the same one.
 */
import { PLAIN_TEMPERATURE, STATE_BYTES } from "../../../assembly/layout";
import { type FloatInput, type FloatView, isFloat32Array } from "../../check";
import { copyFew } from "../../copy";
import type { Heap } from "../../heap";
import { bufferOf, lengthOf, offsetOf } from "../../typedArray";
import type { AxisOptions } from "../axis";

/** Floats of such a row, at most: the smallest workspace has room for as many. */
const SHORT = 4096;

/** Up to as many floats are copied one by one, and their kernels are others (assembly/rows/few.ts). */
export const FEW = 16;

/**
 * The length of x where it can take the short way; 0 where it cannot, and is checked in full: there is no float, the buffer is detached
 * or has become too short for x, or the row is long. To have read an element tells V8 what x is: then its length is a few instructions
 * instead of a call, and `| 0` keeps it an integer. The element read last must be one that is there: beyond the end two branches meet
 * behind the read, and V8 has forgotten.
 */
export function shortLength(x: FloatInput): number {
  return !isFloat32Array(x) || x[SHORT] !== undefined || x[0] === undefined ? 0 : lengthOf(x) | 0;
}

/** The same where there are options, of which only `out` and the temperature may be other than if not given. @param reduces  the result is one float */
export function shortRow(x: FloatInput, given: AxisOptions<FloatView>, reduces: boolean): number {
  const { shape, axis, temperature, mask, out, dtype } = given;
  if (shape !== undefined || axis !== undefined || mask !== undefined || dtype !== undefined) return 0;
  if (temperature !== undefined && !isPlain(temperature)) return 0;
  const n = shortLength(x);
  return out === undefined || n === 0 || takes(out, reduces ? 1 : n, x as Float32Array, n) ? n : 0;
}

/** Whether the kernels of one row take the temperature. */
const isPlain = (temperature: number): boolean =>
  typeof temperature === "number" && temperature > 0 && temperature <= PLAIN_TEMPERATURE;

/**
 * Whether `out` has the result's length, and lies apart from the n floats of x or exactly there. In one buffer both would read the same
 * float where out begins, so they are asked for it only where they do, which takes 25 ns. (Unless another thread writes there between
 * the two: then x may get the result.)
 */
function takes(out: FloatView, length: number, x: Float32Array, n: number): boolean {
  if (x[0] === undefined) return false; // it is there: V8 is told once more what x is
  const from = offsetOf(x);
  if (!isFloat32Array(out) || out[0] === undefined || lengthOf(out) !== length) return false;
  const shift = (offsetOf(out) - from) / 4; // where out begins among the floats of x, if they are of one buffer
  if (shift >= n || shift <= -length || (shift === 0 && n === length)) return true;
  return x[shift] < out[0] || x[shift] > out[0] || bufferOf(x) !== bufferOf(out);
}

/** Rows of n > 0 floats in a heap: where they lie, and their copies in and out. */
export class ShortWay {
  /** The address of 16 floats at the end of the state, where rows of up to 16 are copied to, and their results come from. */
  readonly few: number;
  readonly #few: Float32Array;
  readonly #heap: Heap;
  /** The views in the heap that were found last. A view never comes to be of another buffer, and to ask for it takes 10 to 40 ns. */
  #home: Float32Array | undefined;
  #otherHome: Float32Array | undefined;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.few = heap.state + STATE_BYTES - 4 * FEW;
    this.#few = new Float32Array(heap.buffer, this.few, FEW);
  }

  /** Copies x to few, with -Infinity behind it. @returns its address */
  put(x: Float32Array, n: number): number {
    copyFew(this.#few, x, n);
    if (n < FEW) this.#pad(n);
    return this.few;
  }

  #pad(n: number): void {
    const few = this.#few;
    for (let i = n; i < FEW; i++) few[i] = -Infinity;
  }

  /** y = few */
  take(y: Float32Array, n: number): void {
    copyFew(y, this.#few, n);
  }

  /** Where the result for y goes: to y itself where it is in memory that `alloc` gave out. */
  target(y: Float32Array, n: number): number {
    return this.#locate(y, n) || this.#heap.workspace;
  }

  /** The address of x, which is copied to `at` if it is not in memory that `alloc` gave out. */
  source(x: Float32Array, n: number, at: number): number {
    const home = this.#locate(x, n);
    if (home === 0) this.#heap.write(at, x, 0, n);
    return home || at;
  }

  /** y = the result at `at`, unless that is y itself. */
  fetch(y: Float32Array, at: number, n: number): void {
    if (at === this.#heap.workspace) this.#heap.read(y, 0, at, n);
  }

  /** The address of a row in memory that `alloc` gave out; 0 for any other. */
  #locate(row: Float32Array, n: number): number {
    const { mark, arena, buffer } = this.#heap;
    if (mark === arena) return 0;
    const offset = offsetOf(row);
    if (offset < arena || offset + 4 * n > mark) return 0;
    if (row === this.#home || row === this.#otherHome) return offset;
    if (bufferOf(row) !== buffer) return 0;
    this.#otherHome = this.#home;
    this.#home = row;
    return offset;
  }
}

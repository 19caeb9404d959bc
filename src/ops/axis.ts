/**
 * How an array gets through a kernel that works along an axis: copied into the heap (unless it lies there), run, copied out.
 * A slab is f32[axis, inner]; slabs go in blocks of as many as stay in L2. A slab that is larger than the workspace goes in strips
 * of columns (strips.ts). So memory is the same for a thousand floats and a billion.
 */

import { ALL } from "../../assembly/layout";
import {
  checkAxis,
  checkDtype,
  checkFloats,
  checkMask,
  checkOut,
  checkOverlap,
  type FloatInput,
  type FloatView,
  newFloats,
} from "../check";
import { type Dtype, elementBytes, type Floats } from "../half";
import type { Heap } from "../heap";
import type { AxisKernel } from "../kernels";
import { checkObject, has, judge } from "../options";
import { offsetOf } from "../typedArray";
import { streamAlongAxis } from "./strips";

export { stripOf } from "./strips";

/** How an operation uses the phases (assembly/phases.ts); needed when a row is streamed in tiles. */
export interface Flow {
  /** The result has no axis: FINISH reads no logits and is a single write. */
  readonly reduces: boolean;
  /** SUM writes its terms to y, and FINISH reads those instead of x. */
  readonly writesTerms: boolean;
  /** The operation has a SUM. */
  readonly sums: boolean;
}

/** A call whose arguments are in order: f32[outer, axis, inner]. */
export interface AxisCall {
  readonly x: Floats;
  readonly xOffset: number;
  readonly out: Floats;
  readonly outOffset: number;
  /** What the caller gets: options.out itself, or out. */
  readonly result: FloatView;
  readonly mask: Uint8Array | undefined;
  readonly maskLength: number;
  readonly maskOffset: number;
  readonly outer: number;
  readonly axis: number;
  readonly inner: number;
}

/** A Float32Array on a buffer of its own; where TypeScript has a type for that (from 5.7 on) this is it. */
export type NewFloats = ReturnType<typeof Float32Array.of>;
/** The same of words. */
export type NewWords = ReturnType<typeof Uint32Array.of>;
/** The same of 16-bit floats' bits. */
export type NewHalves = ReturnType<typeof Uint16Array.of>;

/** The type of the result: that of options.out. TypeScript infers it from there alone, not from where the caller puts the result. */
export type Written<Out> = [Out][Out extends unknown ? 0 : never];

/** Options of every function along an axis. */
export interface AxisOptions<Out extends FloatView = Float32Array> {
  /** Sizes of the axes, slowest first, their product x.length; default [x.length]. */
  shape?: readonly number[] | undefined;
  /** The axis that is normalised; negative counts from the end; default -1. */
  axis?: number | undefined;
  /**
   * Logits are divided by it first; finite and >= 0; 0 takes the first maximum alone; default 1. Weights tell apart temperatures down
   * to log2(e) / FLT_MAX = 4.24e-39: a smaller one that is not 0 may weigh as that one does.
   */
  temperature?: number | undefined;
  /** 1 = take part, 0 = leave out; shaped as x, or one row of the axis that all rows share. */
  mask?: Uint8Array | undefined;
  /**
   * Where to write, of the result's length; may be x itself, but not overlap an input otherwise; default a new Float32Array. A
   * Float16Array, or with dtype a Uint16Array, gets the results rounded to the nearest, ties to even.
   */
  out?: Out | undefined;
  /** What the bits of a Uint16Array are, x and out alike; without it one is refused. A Float16Array needs none. */
  dtype?: Dtype | undefined;
}

/** The options of a call without any. Every name is its own property, so nothing that Object.prototype carries is read. */
export const NO_OPTIONS: AxisOptions = {
  shape: undefined,
  axis: undefined,
  temperature: undefined,
  mask: undefined,
  out: undefined,
  dtype: undefined,
};

/** Whether `options` looks like an object literal; what is not even an object, a revoked Proxy included, does not. */
function isOrdinary(options: object): boolean {
  try {
    return options.constructor === Object;
  } catch {
    return false;
  }
}

export function readAxis(fn: string, options: AxisOptions<FloatView>): AxisOptions<FloatView> {
  if (options === NO_OPTIONS) return options;
  const ordinary = isOrdinary(options);
  if (!ordinary) checkObject(fn, "options", options, "axis");
  const { shape, axis, temperature, mask, out, dtype } = options;
  const given = { shape, axis, temperature, mask, out, dtype };
  // ownOptions, written out in few bytecodes: V8 inlines 920 of them into a call, and each function left out takes 5 ns
  let unread = 0;
  if (shape !== undefined) unread++;
  if (axis !== undefined) unread++;
  if (temperature !== undefined) unread++;
  if (mask !== undefined) unread++;
  if (out !== undefined) unread++;
  if (dtype !== undefined) unread++;
  for (const name in options) unread -= has(options, name) ? 1 : Infinity;
  return unread === 0 && ordinary ? given : judge(fn, options, given, true);
}

/**
 * Checks every argument but the scalars. A mask is looked at only where the operation takes one.
 *
 * Getters of options, and elements of shape and of an x that is no Float32Array, may run code of the caller's, which may call this
 * package, or detach or resize a buffer. So they are read first, and lengths and offsets after them.
 */
export function checkCall(
  fn: string,
  x: FloatInput,
  options: AxisOptions<FloatView>,
  mask: Uint8Array | undefined,
  reduces: boolean,
): AxisCall {
  const { shape, axis: along, out: given, dtype } = options;
  if (dtype !== undefined) checkDtype(fn, dtype);
  const logits = checkFloats(fn, "x", x, dtype);
  const { outer, axis, inner, at, shape: sizes } = checkAxis(fn, logits, shape, along);
  const xLength = outer * axis * inner;
  const length = reduces ? outer * inner : xLength;
  const xOffset = offsetOf(logits);
  let maskLength = 0;
  let maskOffset = 0;
  if (mask !== undefined) {
    maskLength = checkMask(fn, mask, xLength, axis, at);
    maskOffset = offsetOf(mask);
  }
  if (given === undefined) {
    const out = newFloats(fn, "out", length);
    return { x: logits, xOffset, out, outOffset: 0, result: out, mask, maskLength, maskOffset, outer, axis, inner };
  }
  const out = checkOut(fn, given, length, sizes, reduces ? at : -1, dtype);
  const outOffset = offsetOf(out);
  const outEach = out === given ? 4 : elementBytes(out);
  const xEach = logits === x ? 4 : elementBytes(logits);
  const outBytes = length * outEach;
  checkOverlap(fn, out, outOffset, outBytes, "x", logits, xOffset, xLength * xEach, outEach === xEach);
  if (mask !== undefined) checkOverlap(fn, out, outOffset, outBytes, "mask", mask, maskOffset, maskLength, false);
  return { x: logits, xOffset, out, outOffset, result: given, mask, maskLength, maskOffset, outer, axis, inner };
}

/** Floats that are copied in, worked on and copied out together: 64 KiB, which stay in L2 meanwhile. */
export const BLOCK_FLOATS = 16384;

export function runAlongAxis(heap: Heap, kernel: AxisKernel, flow: Flow, call: AxisCall, scalar: number): void {
  const { x, out, mask, maskLength, outer, axis, inner } = call;
  const slab = axis * inner;
  const outSlab = flow.reduces ? inner : slab;
  if (outer * outSlab === 0) return;

  const xHome = heap.locate(x, call.xOffset);
  const yHome = heap.locate(out, call.outOffset);
  const maskHome = mask === undefined ? 0 : heap.locate(mask, call.maskOffset);
  const shared = mask !== undefined && maskLength === axis ? 1 : 0;
  const maskSlab = mask === undefined || maskHome !== 0 ? 0 : shared ? axis : slab;
  const xSlab = xHome !== 0 || (yHome !== 0 && !flow.reduces) ? 0 : slab; // x is staged in out's own memory where that is in the heap
  const ySlab = yHome !== 0 || (xSlab !== 0 && !flow.reduces) ? 0 : outSlab; // and the result on x's stage
  const oneFloats = xSlab + ySlab + maskSlab / 4;
  if (oneFloats > heap.room) {
    streamAlongAxis(heap, kernel, flow, call, scalar, shared);
    return;
  }

  const fitting = Math.min(BLOCK_FLOATS, heap.room);
  let block = outer;
  if (outer * oneFloats > fitting) {
    block = Math.min(outer, Math.max(1, Math.floor(fitting / oneFloats)));
  }
  const xStage = heap.workspace;
  const yStage = ySlab > 0 ? xStage + 4 * block * xSlab : xStage;
  const maskStage = xStage + 4 * block * (xSlab + ySlab);
  if (shared && maskHome === 0) heap.writeBytes(maskStage, mask as Uint8Array, 0, axis);

  for (let o = 0; o < outer; o += block) {
    const count = Math.min(block, outer - o);
    const yAt = yHome !== 0 ? yHome + 4 * o * outSlab : yStage;
    let xAt = xHome + 4 * o * slab;
    if (xHome === 0) {
      xAt = xSlab > 0 ? xStage : yAt;
      heap.write(xAt, x, o * slab, count * slab);
    }
    let maskAt = 0;
    if (mask !== undefined) {
      maskAt = maskHome !== 0 ? maskHome + (shared ? 0 : o * slab) : maskStage;
      if (maskHome === 0 && !shared) heap.writeBytes(maskAt, mask, o * slab, count * slab);
    }
    kernel(yAt, xAt, maskAt, shared, count, axis, inner, inner, scalar, heap.state, ALL);
    if (yHome === 0) heap.read(out, o * outSlab, yAt, count * outSlab);
  }
}

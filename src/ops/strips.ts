/**
 * A slab f32[axis, inner] that is larger than the workspace goes through the heap in strips of columns, each in tiles of the
 * axis and one phase of the kernel at a time if need be: MAX over all its tiles, then SUM, then FINISH.
 */

import { ALL, FINISH, INIT, MAX, STRIP, SUM } from "../../assembly/layout";
import { Half } from "../half";
import { align16, type Heap } from "../heap";
import type { AxisKernel } from "../kernels";
import type { AxisCall, Flow } from "./axis";

/** Columns of a strip, at most `most`. No single column is left at the end: kernels would take it for a row and give other bits. */
export function stripOf(inner: number, most: number): number {
  if (inner <= most) return inner;
  let width = most;
  while (width > 4 && inner % width === 1) width -= 4;
  return width;
}

/** A call that is streamed through the heap, and where its tiles and their masks lie there. */
interface Stream {
  readonly heap: Heap;
  readonly kernel: AxisKernel;
  readonly flow: Flow;
  readonly call: AxisCall;
  readonly scalar: number;
  readonly shared: number;
  /** Positions to a tile; x and y share it. */
  readonly tile: number;
  readonly tileAt: number;
  readonly maskStage: number;
  /** Terms would be rounded in an `out` of 16 bits, so that FINISH computes them once more. */
  readonly twice: boolean;
}

export function streamAlongAxis(
  heap: Heap,
  kernel: AxisKernel,
  flow: Flow,
  call: AxisCall,
  scalar: number,
  shared: number,
): void {
  const { out, mask, outer, axis, inner } = call;
  const room = Math.floor((4 * heap.room - 32) / (mask === undefined ? 4 : 5)); // a mask byte beside each float, 32 to align it
  const fitting = Math.floor(room / axis) & ~3;
  const width = stripOf(inner, Math.max(STRIP, fitting)); // wider than STRIP only where the whole axis fits
  const whole = width <= fitting;
  const multiple = inner === 1 ? STRIP : 8; // then partial sums are over the same positions as in one piece
  const tile = whole ? axis : Math.floor(room / width / multiple) * multiple;
  const tileAt = heap.workspace;
  const maskStage = tileAt + align16(4 * tile * width);
  const twice = flow.writesTerms && out instanceof Half;
  const stream: Stream = { heap, kernel, flow, call, scalar, shared, tile, tileAt, maskStage, twice };
  const phases = whole ? [ALL] : flow.sums ? [MAX, SUM, FINISH] : [MAX, FINISH];

  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i += width) {
      const columns = Math.min(width, inner - i);
      for (const phase of phases) streamPhase(stream, phase, o * axis * inner + i, columns);
      if (flow.reduces) heap.read(out, o * inner + i, tileAt, columns);
    }
  }
}

/** One phase of the strip whose first float is x[from], tile after tile. */
function streamPhase(stream: Stream, phase: number, from: number, width: number): void {
  const { heap, kernel, flow, call, scalar, tile, tileAt } = stream;
  if (flow.reduces && phase === FINISH) {
    kernel(tileAt, tileAt, 0, 0, 1, 0, width, width, scalar, heap.state, FINISH);
    return;
  }
  const kept = stream.twice && phase === FINISH ? heap.keepState() : undefined;
  let a = 0;
  do {
    streamTile(stream, phase, from, width, a, kept);
    a += tile;
  } while (a < call.axis);
}

/** One phase of the strip's tile at position a. @param kept  the state at the end of SUM, where FINISH repeats that for a tile */
function streamTile(
  stream: Stream,
  phase: number,
  from: number,
  width: number,
  a: number,
  kept: Uint8Array | undefined,
): void {
  const { heap, kernel, flow, call, scalar, shared, tile, tileAt, maskStage, twice } = stream;
  const { x, out, mask, axis, inner } = call;
  const count = Math.min(tile, axis - a);
  const start = from + a * inner;
  const readsTerms = flow.writesTerms && phase === FINISH && !twice;
  heap.writeStrip(tileAt, readsTerms ? out : x, start, count, width, inner);
  if (mask !== undefined) {
    if (shared) heap.writeBytes(maskStage, mask, a, count);
    else heap.writeByteStrip(maskStage, mask, start, count, width, inner);
  }
  const maskAt = mask === undefined ? 0 : maskStage;
  const phases = phase === MAX && a === 0 ? MAX | INIT : phase;
  if (kept !== undefined) {
    heap.restoreState(kept);
    kernel(tileAt, tileAt, maskAt, shared, 1, count, width, width, scalar, heap.state, SUM);
    heap.restoreState(kept);
  }
  kernel(tileAt, tileAt, maskAt, shared, 1, count, width, width, scalar, heap.state, phases);
  const writes = !flow.reduces && (phase >= FINISH || (flow.writesTerms && phase === SUM && !twice));
  if (writes) heap.readStrip(out, start, tileAt, count, width, inner);
}

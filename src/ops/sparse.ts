/**
 * How an array gets through a kernel with exact zeros: as in axis.ts, with the size of each row's support beside it. What
 * is longer than the heap goes through it strip by strip, and a single row tile by tile: once for the maximum, as often as
 * the kernel asks for to find τ (once for nearly every row), and once for the result.
 */
import { checkSupport, type FloatInput } from "../check";
import { ALL_SPARSE, FINISH, INIT, MAX, SETTLE, type SparseKernel, STRIP, SUM } from "../kernels";
import { checkObject, isGiven, ownOptions } from "../options";
import { lengthOf } from "../typedArray";
import { type AxisCall, type AxisOptions, BLOCK_FLOATS, type Core, checkCall } from "./axis";

export interface SparseOptions<Out extends Float32Array = Float32Array> extends AxisOptions<Out> {
  /** Where to write how many results of each row are not 0: one entry a row, in the order of the rows. */
  support?: Uint32Array | undefined;
}

export function readSparse(fn: string, options: SparseOptions): SparseOptions {
  checkObject(fn, "options", options, "axis");
  const { shape, axis, temperature, mask, out, support } = options;
  const count = isGiven(shape) + isGiven(axis) + isGiven(temperature) + isGiven(mask) + isGiven(out) + isGiven(support);
  return ownOptions(fn, options, { shape, axis, temperature, mask, out, support }, count);
}

/** A call whose arguments are in order, and where its supports go. */
interface SparseCall {
  readonly call: AxisCall;
  readonly support: Uint32Array | undefined;
}

/** Checks every argument but the scalars. */
export function checkSparse(fn: string, x: FloatInput, given: SparseOptions): SparseCall {
  const { support } = given;
  const call = checkCall(fn, x, given, undefined, false);
  if (support !== undefined) checkSupport(fn, support, call.outer * call.inner, call.x, call.out);
  return { call, support };
}

/** Not its own `fill`: the class of a caller's array may have another. */
export function noShares(support: Uint32Array): void {
  const rows = lengthOf(support);
  for (let r = 0; r < rows; r++) support[r] = 0;
}

export function runSparse(core: Core, kernel: SparseKernel, { call, support }: SparseCall, alpha: number): void {
  const { heap } = core;
  const { x, out, outer, axis, inner } = call;
  const slab = axis * inner;
  if (slab === 0 && support !== undefined) noShares(support);
  if (outer * slab === 0) return;

  const xHome = heap.locate(x, call.xOffset);
  const yHome = heap.locate(out, call.outOffset);
  const staged = yHome !== 0 ? 0 : slab; // x goes to out's own memory where that is in the heap
  const counted = support === undefined ? 0 : inner;
  const oneFloats = staged + counted;
  if (oneFloats > heap.room) {
    streamSparse(core, kernel, call, alpha, support);
    return;
  }

  const fitting = Math.min(BLOCK_FLOATS, heap.room);
  const block = outer * oneFloats > fitting ? Math.max(1, Math.floor(fitting / oneFloats)) : outer;
  const stage = heap.workspace;
  const supportAt = support === undefined ? 0 : stage + 4 * block * staged;
  for (let o = 0; o < outer; o += block) {
    const count = Math.min(block, outer - o);
    const yAt = yHome !== 0 ? yHome + 4 * o * slab : stage;
    const xAt = xHome !== 0 ? xHome + 4 * o * slab : yAt;
    if (xHome === 0) heap.write(xAt, x, o * slab, count * slab);
    kernel(yAt, supportAt, xAt, count, axis, inner, alpha, heap.state, ALL_SPARSE);
    if (yHome === 0) heap.read(out, o * slab, yAt, count * slab);
    if (support !== undefined) heap.readWords(support, o * inner, supportAt, count * inner);
  }
}

/** A slab larger than the workspace: strips of whole columns while one fits, else one column after the other in tiles. */
function streamSparse(
  core: Core,
  kernel: SparseKernel,
  call: AxisCall,
  alpha: number,
  support: Uint32Array | undefined,
): void {
  const { heap } = core;
  const { outer, axis, inner } = call;
  const fitting = Math.floor(heap.room / (axis + 1)); // and a word of support for each
  const width = Math.min(inner, Math.max(1, fitting));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i += width) {
      const from = o * axis * inner + i;
      const row = o * inner + i;
      if (fitting >= 1) runStrip(core, kernel, call, alpha, support, from, row, Math.min(width, inner - i));
      else runTiles(core, kernel, call, alpha, support, from, row);
    }
  }
}

/** Moves `count` positions of `width` columns, `inner` floats apart, between an array at `from` and the heap at `at`. */
function move(
  copy: (at: number, from: number, floats: number) => void,
  at: number,
  from: number,
  count: number,
  width: number,
  inner: number,
): void {
  if (width === inner) copy(at, from, count * width);
  else for (let a = 0; a < count; a++) copy(at + 4 * a * width, from + a * inner, width);
}

function runStrip(
  { heap }: Core,
  kernel: SparseKernel,
  { x, out, axis, inner }: AxisCall,
  alpha: number,
  support: Uint32Array | undefined,
  from: number,
  row: number,
  width: number,
): void {
  const at = heap.workspace;
  const supportAt = support === undefined ? 0 : at + 4 * axis * width;
  move((to, source, floats) => heap.write(to, x, source, floats), at, from, axis, width, inner);
  kernel(at, supportAt, at, 1, axis, width, alpha, heap.state, ALL_SPARSE);
  move((source, to, floats) => heap.read(out, to, source, floats), at, from, axis, width, inner);
  if (support !== undefined) heap.readWords(support, row, supportAt, width);
}

function runTiles(
  { heap }: Core,
  kernel: SparseKernel,
  { x, out, axis, inner }: AxisCall,
  alpha: number,
  support: Uint32Array | undefined,
  from: number,
  row: number,
): void {
  const { state } = heap;
  const tile = Math.floor((heap.room - 4) / STRIP) * STRIP; // the kernels' blocks are the same in every tile
  const supportAt = heap.workspace;
  const at = supportAt + 16;
  /** A pass over the row; phases of its first tile, and of the others. */
  const pass = (first: number, others: number) => {
    for (let a = 0; a < axis; a += tile) {
      const count = Math.min(tile, axis - a);
      const start = from + a * inner;
      move((to, source, floats) => heap.write(to, x, source, floats), at, start, count, 1, inner);
      kernel(at, supportAt, at, 1, count, 1, alpha, state, a === 0 ? first : others);
      if (others !== FINISH) continue;
      move((source, to, floats) => heap.read(out, to, source, floats), at, start, count, 1, inner);
    }
  };
  pass(INIT | MAX, MAX);
  do pass(SUM, SUM);
  while (kernel(at, supportAt, at, 1, 0, 1, alpha, state, SETTLE));
  pass(FINISH, FINISH);
  if (support !== undefined) heap.readWords(support, row, supportAt, 1);
}

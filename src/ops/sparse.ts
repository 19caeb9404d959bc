/**
 * How an array gets through a kernel with exact zeros: as in axis.ts, with the size of each row's support beside it. What
 * is longer than the heap goes through it strip by strip, and a single row tile by tile: once for the maximum, as often as
 * the kernel asks for to find τ (once for nearly every row), and once for the result.
 *
 * With a mask or a temperature, scores (assembly/scores.ts) go to `out` first, and the kernel works on them there.
 */
import { checkSupport, checkTemperature, type FloatInput } from "../check";
import { ALL, ALL_SPARSE, FINISH, INIT, MASKED, MAX, SETTLE, type SparseKernel, STRIP, SUM } from "../kernels";
import { checkObject, isGiven, ownOptions } from "../options";
import { lengthOf } from "../typedArray";
import { type AxisCall, type AxisOptions, BLOCK_FLOATS, type Core, checkCall, type Flow, runAlongAxis } from "./axis";
import { HARDMAX_FLOW } from "./hardmax";

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
export interface SparseCall {
  readonly call: AxisCall;
  readonly temperature: number;
  readonly support: Uint32Array | undefined;
}

/** Checks every argument but alpha. */
export function checkSparse(fn: string, x: FloatInput, given: SparseOptions): SparseCall {
  const { support } = given;
  const temperature = checkTemperature(fn, given.temperature);
  const call = checkCall(fn, x, given, given.mask, false);
  if (support !== undefined) checkSupport(fn, support, call.outer * call.inner, call.x, call.out, call.mask);
  return { call, temperature, support };
}

/** Not its own `fill`: the class of a caller's array may have another. */
function noShares(support: Uint32Array): void {
  const rows = lengthOf(support);
  for (let r = 0; r < rows; r++) support[r] = 0;
}

/** support of a result that no kernel has counted. */
export function countShares(support: Uint32Array, { out, outer, axis, inner }: AxisCall): void {
  noShares(support);
  for (let o = 0, at = 0; o < outer; o++) {
    for (let a = 0; a < axis; a++) {
      for (let i = 0; i < inner; i++, at++) if (out[at] !== 0) support[o * inner + i]++;
    }
  }
}

const SCORES_FLOW: Flow = { reduces: false, writesTerms: false, sums: false };

export function runSparse(core: Core, kernel: SparseKernel, checked: SparseCall, alpha: number): void {
  const { call, temperature, support } = checked;
  const { heap, kernels } = core;
  const { x, out, mask, outer, axis, inner } = call;
  const slab = axis * inner;
  if (slab === 0 && support !== undefined) noShares(support);
  if (outer * slab === 0) return;
  if (temperature === 0) {
    runAlongAxis(core, kernels.hardmax, HARDMAX_FLOW, call, 0);
    if (support !== undefined) countShares(support, call);
    return;
  }

  const scored = temperature !== 1 || mask !== undefined;
  const xHome = heap.locate(x, call.xOffset);
  const yHome = heap.locate(out, call.outOffset);
  const maskHome = mask === undefined ? 0 : heap.locate(mask, call.maskOffset);
  const shared = mask !== undefined && checked.call.maskLength === axis ? 1 : 0;
  const maskSlab = mask === undefined || maskHome !== 0 ? 0 : shared ? axis : slab;
  const staged = yHome !== 0 ? 0 : slab; // x goes to out's own memory where that is in the heap
  const counted = support === undefined ? 0 : inner;
  const oneFloats = staged + counted + maskSlab / 4;
  if (oneFloats > heap.room) {
    if (scored) runAlongAxis(core, kernels.scores, SCORES_FLOW, call, temperature);
    const scores = scored ? { ...call, x: out, xOffset: call.outOffset } : call;
    streamSparse(core, kernel, scores, alpha, support, scored ? MASKED : 0);
    return;
  }

  const fitting = Math.min(BLOCK_FLOATS, heap.room);
  const block = outer * oneFloats > fitting ? Math.max(1, Math.floor(fitting / oneFloats)) : outer;
  const stage = heap.workspace;
  const supportAt = support === undefined ? 0 : stage + 4 * block * staged;
  const maskStage = stage + 4 * block * (staged + counted);
  if (shared && maskHome === 0) heap.writeBytes(maskStage, mask as Uint8Array, 0, axis);
  for (let o = 0; o < outer; o += block) {
    const count = Math.min(block, outer - o);
    const yAt = yHome !== 0 ? yHome + 4 * o * slab : stage;
    let xAt = xHome !== 0 ? xHome + 4 * o * slab : yAt;
    if (xHome === 0) heap.write(xAt, x, o * slab, count * slab);
    if (scored) {
      let maskAt = 0;
      if (mask !== undefined) {
        maskAt = maskHome !== 0 ? maskHome + (shared ? 0 : o * slab) : maskStage;
        if (maskHome === 0 && !shared) heap.writeBytes(maskAt, mask, o * slab, count * slab);
      }
      kernels.scores(yAt, xAt, maskAt, shared, count, axis, inner, inner, temperature, heap.state, ALL);
      xAt = yAt;
    }
    kernel(yAt, supportAt, xAt, count, axis, inner, alpha, heap.state, scored ? ALL_SPARSE | MASKED : ALL_SPARSE);
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
  masked: number,
): void {
  const { heap } = core;
  const { outer, axis, inner } = call;
  const fitting = Math.floor(heap.room / (axis + 1)); // and a word of support for each
  const width = Math.min(inner, Math.max(1, fitting));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i += width) {
      const from = o * axis * inner + i;
      const row = o * inner + i;
      if (fitting >= 1) runStrip(core, kernel, call, alpha, support, masked, from, row, Math.min(width, inner - i));
      else runTiles(core, kernel, call, alpha, support, masked, from, row);
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
  masked: number,
  from: number,
  row: number,
  width: number,
): void {
  const at = heap.workspace;
  const supportAt = support === undefined ? 0 : at + 4 * axis * width;
  move((to, source, floats) => heap.write(to, x, source, floats), at, from, axis, width, inner);
  kernel(at, supportAt, at, 1, axis, width, alpha, heap.state, ALL_SPARSE | masked);
  move((source, to, floats) => heap.read(out, to, source, floats), at, from, axis, width, inner);
  if (support !== undefined) heap.readWords(support, row, supportAt, width);
}

function runTiles(
  { heap }: Core,
  kernel: SparseKernel,
  { x, out, axis, inner }: AxisCall,
  alpha: number,
  support: Uint32Array | undefined,
  masked: number,
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
      if ((others & FINISH) === 0) continue;
      move((source, to, floats) => heap.read(out, to, source, floats), at, start, count, 1, inner);
    }
  };
  pass(INIT | MAX, MAX);
  do pass(SUM, SUM);
  while (kernel(at, supportAt, at, 1, 0, 1, alpha, state, SETTLE));
  pass(FINISH | masked, FINISH | masked);
  if (support !== undefined) heap.readWords(support, row, supportAt, 1);
}

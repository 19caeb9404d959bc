/**
 * How an array gets through a kernel with exact zeros: as in axis.ts, with the size of each row's support beside it. What
 * is longer than the heap goes through it strip by strip, and a single row tile by tile: once for the maximum, as often as
 * the kernel asks for to find τ (once for nearly every row), and once for the result.
 *
 * With a mask or a temperature, scores (assembly/sparse/scores.ts) go to `out` first, and the kernel works on them there. Above
 * alpha = 2 the kernel itself takes the temperature, which rounds nothing, and scores are of a mask alone.
 */

import { ALL, ALL_SPARSE, FINISH, INIT, MASKED, MAX, SETTLE, STRIP, SUM, WIDEN } from "../../../assembly/layout";
import { checkSupport, checkTemperature, type FloatInput } from "../../check";
import type { Core } from "../../heap";
import type { SparseKernels } from "../../kernels/sparse";
import { eighths, type SparseKernel } from "../../kernels/sparse";
import { checkObject, isGiven, ownOptions } from "../../options";
import { lengthOf } from "../../typedArray";
import { type AxisCall, type AxisOptions, BLOCK_FLOATS, checkCall, type Flow, runAlongAxis, stripOf } from "../axis";
import { HARDMAX_FLOW } from "../rows/hardmax";

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

export function runSparse(core: Core<SparseKernels>, kernel: SparseKernel, checked: SparseCall, alpha: number): void {
  const { call, temperature, support } = checked;
  const { heap, kernels } = core;
  const { x, out, mask, outer, axis, inner } = call;
  const slab = axis * inner;
  if (slab === 0 && support !== undefined) noShares(support);
  if (outer * slab === 0) return;
  if (temperature === 0) {
    runAlongAxis(heap, kernels.hardmax, HARDMAX_FLOW, call, 0);
    if (support !== undefined) countShares(support, call);
    return;
  }

  const steep = alpha > 2;
  const divisor = steep ? 1 : temperature;
  const scored = divisor !== 1 || mask !== undefined;
  const rest = steep ? temperature : 1;
  const xHome = heap.locate(x, call.xOffset);
  const yHome = heap.locate(out, call.outOffset);
  const maskHome = mask === undefined ? 0 : heap.locate(mask, call.maskOffset);
  const shared = mask !== undefined && checked.call.maskLength === axis ? 1 : 0;
  const maskSlab = mask === undefined || maskHome !== 0 ? 0 : shared ? axis : slab;
  const staged = yHome !== 0 ? 0 : slab; // x goes to out's own memory where that is in the heap
  const counted = support === undefined ? 0 : inner;
  const oneFloats = staged + counted + maskSlab / 4;
  if (oneFloats > heap.room) {
    if (scored) runAlongAxis(heap, kernels.scores, SCORES_FLOW, call, divisor);
    const scores = scored ? { ...call, x: out, xOffset: call.outOffset } : call;
    streamSparse({ core, kernel, call: scores, alpha, temperature: rest, support, masked: scored ? MASKED : 0 });
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
      kernels.scores(yAt, xAt, maskAt, shared, count, axis, inner, inner, divisor, heap.state, ALL);
      xAt = yAt;
    }
    const phases = scored ? ALL_SPARSE | MASKED : ALL_SPARSE;
    kernel(yAt, supportAt, xAt, count, axis, inner, alpha, rest, heap.state, phases);
    if (yHome === 0) heap.read(out, o * slab, yAt, count * slab);
    if (support !== undefined) heap.readWords(support, o * inner, supportAt, count * inner);
  }
}

/** What goes on through the heap in pieces: x is what `scores` wrote where `masked` is MASKED, else that is 0. */
interface Stream {
  readonly core: Core<SparseKernels>;
  readonly kernel: SparseKernel;
  readonly call: AxisCall;
  readonly alpha: number;
  /** Above alpha = 2; else 1. */
  readonly temperature: number;
  readonly support: Uint32Array | undefined;
  readonly masked: number;
}

/** A slab larger than the workspace: strips of whole columns where they fit, else strips in tiles. */
function streamSparse(stream: Stream): void {
  const { outer, axis, inner } = stream.call;
  const fitting = Math.floor(stream.core.heap.room / (axis + 1)); // and a word of support for each
  const together = stream.alpha === 1.5 || stream.alpha === 2; // columns are solved together, so they may come in tiles
  const width = stripOf(inner, Math.max(together ? STRIP : 1, fitting));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i += width) {
      const from = o * axis * inner + i;
      const row = o * inner + i;
      const columns = Math.min(width, inner - i);
      if (width <= fitting) runStrip(stream, from, row, columns);
      else runTiles(stream, from, row, columns);
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

function runStrip(stream: Stream, from: number, row: number, width: number): void {
  const { heap } = stream.core;
  const { kernel, alpha, temperature, support, masked } = stream;
  const { x, out, axis, inner } = stream.call;
  const at = heap.workspace;
  const supportAt = support === undefined ? 0 : at + 4 * axis * width;
  move((to, source, floats) => heap.write(to, x, source, floats), at, from, axis, width, inner);
  kernel(at, supportAt, at, 1, axis, width, alpha, temperature, heap.state, ALL_SPARSE | masked);
  move((source, to, floats) => heap.read(out, to, source, floats), at, from, axis, width, inner);
  if (support !== undefined) heap.readWords(support, row, supportAt, width);
}

/** What the kernels bound within: a τ takes 2-12 passes, but x may change meanwhile. */
const PASSES = 200;

function runTiles(stream: Stream, from: number, row: number, width: number): void {
  const { heap } = stream.core;
  const { kernel, alpha, temperature, support, masked } = stream;
  const { x, out, axis, inner } = stream.call;
  const { state } = heap;
  const supportAt = heap.workspace;
  const words = (width + 3) & ~3;
  const at = supportAt + 4 * words;
  const multiple = width === 1 ? STRIP : 8; // a row's blocks are the same in every tile
  const tile = Math.floor((heap.room - words) / width / multiple) * multiple;
  /** A pass over the strip's first `positions`; phases of its first tile, and of the others. */
  const pass = (first: number, others: number, positions: number) => {
    for (let a = 0; a < positions; a += tile) {
      const count = Math.min(tile, positions - a);
      const start = from + a * inner;
      move((to, source, floats) => heap.write(to, x, source, floats), at, start, count, width, inner);
      kernel(at, supportAt, at, 1, count, width, alpha, temperature, state, a === 0 ? first : others);
      if ((others & FINISH) === 0) continue;
      move((source, to, floats) => heap.read(out, to, source, floats), at, start, count, width, inner);
    }
  };
  pass(INIT | MAX, MAX, axis);
  for (let cut = width === 1 ? 0 : eighths(axis); cut >= 0; cut--) {
    const positions = axis >>> (3 * cut);
    let more = 1;
    for (let n = 0; more && n < PASSES; n++) {
      pass(n === 0 ? SUM | WIDEN : SUM, SUM, positions);
      more = kernel(at, supportAt, at, 1, 0, width, alpha, temperature, state, SETTLE);
    }
  }
  pass(FINISH | masked, FINISH | masked, axis);
  if (support !== undefined) heap.readWords(support, row, supportAt, width);
}

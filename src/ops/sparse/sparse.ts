/**
 * How an array gets through a kernel with exact zeros: as in axis.ts, with the size of each row's support beside it. A slab that
 * is larger than the workspace goes strip by strip, and a single row tile by tile: once for the maximum, as often as the kernel
 * asks to find τ (once for nearly every row), and once for the result.
 *
 * With a mask or a temperature, scores (assembly/sparse/scores.ts) go to `out` first, and the kernel works on them there. Above
 * alpha = 2 the kernel itself takes the temperature, which rounds nothing, and scores are of a mask alone.
 */

import {
  ALL,
  ALL_SPARSE,
  FINISH,
  INIT,
  MASKED,
  MAX,
  MOST_STEPS,
  SETTLE,
  STRIP,
  SUM,
  WIDEN,
} from "../../../assembly/layout";
import { checkSupport, checkTemperature, type FloatInput, type FloatView, newFloats } from "../../check";
import { type Floats, Half } from "../../half";
import type { Core, Heap } from "../../heap";
import { eighths, type SparseKernel, type SparseKernels, solvedTogether } from "../../kernels/sparse";
import { checkObject, isGiven, ownOptions } from "../../options";
import { lengthOf } from "../../typedArray";
import { type AxisCall, type AxisOptions, BLOCK_FLOATS, checkCall, type Flow, runAlongAxis, stripOf } from "../axis";
import { HARDMAX_FLOW } from "../rows/hardmax";

export interface SparseOptions<Out extends FloatView = Float32Array> extends AxisOptions<Out> {
  /** Where to write how many results of each row are not 0, as float32s: one entry a row, in the order of the rows. */
  support?: Uint32Array | undefined;
}

export function readSparse(fn: string, options: SparseOptions<FloatView>): SparseOptions<FloatView> {
  checkObject(fn, "options", options, "axis");
  const { shape, axis, temperature, mask, out, dtype, support } = options;
  const count =
    isGiven(shape) +
    isGiven(axis) +
    isGiven(temperature) +
    isGiven(mask) +
    isGiven(out) +
    isGiven(dtype) +
    isGiven(support);
  return ownOptions(fn, options, { shape, axis, temperature, mask, out, dtype, support }, count);
}

/** A call whose arguments are in order, and where its supports go. */
interface SparseCall {
  readonly fn: string;
  readonly call: AxisCall;
  readonly temperature: number;
  readonly support: Uint32Array | undefined;
}

/** Checks every argument but alpha. */
export function checkSparse(fn: string, x: FloatInput, given: SparseOptions<FloatView>): SparseCall {
  const { support } = given;
  const temperature = checkTemperature(fn, given.temperature);
  const call = checkCall(fn, x, given, given.mask, false);
  if (support !== undefined) checkSupport(fn, support, call.outer * call.inner, call.x, call.out, call.mask);
  return { fn, call, temperature, support };
}

/** Writes zeros without calling `fill`, which the class of a caller's array may have overridden. */
function noShares(support: Uint32Array): void {
  const rows = lengthOf(support);
  for (let r = 0; r < rows; r++) support[r] = 0;
}

/** Counts the support of a result of softmax or hardmax, whose kernels do not. */
export function countShares(support: Uint32Array, { out, outer, axis, inner }: AxisCall): void {
  noShares(support);
  for (let o = 0, at = 0; o < outer; o++) {
    for (let a = 0; a < axis; a++) {
      for (let i = 0; i < inner; i++, at++) if (out[at] !== 0) support[o * inner + i]++;
    }
  }
}

/**
 * Runs a call that reads its results once more: where `out` has 16 bits, they go to a Float32Array of its length first, and are
 * rounded when the run is over.
 */
export function roundLast(heap: Heap, fn: string, call: AxisCall, run: (call: AxisCall) => void): void {
  const { out } = call;
  if (!(out instanceof Half)) {
    run(call);
    return;
  }
  const floats = newFloats(fn, "out", lengthOf(out));
  run({ ...call, out: floats, outOffset: 0 });
  heap.move(out, floats);
}

const SCORES_FLOW: Flow = { reduces: false, writesTerms: false, sums: false };

export function runSparse(core: Core<SparseKernels>, kernel: SparseKernel, checked: SparseCall, alpha: number): void {
  const { fn, call, temperature, support } = checked;
  const { heap, kernels } = core;
  if (call.outer * call.axis * call.inner === 0) {
    if (support !== undefined) noShares(support);
    return;
  }
  if (temperature === 0) {
    runAlongAxis(heap, kernels.hardmax, HARDMAX_FLOW, call, 0);
    if (support !== undefined) countShares(support, call);
    return;
  }
  // `scores` divides by the temperature up to alpha = 2, the kernel above it
  const divisor = alpha > 2 ? 1 : temperature;
  const rest = alpha > 2 ? temperature : 1;
  const masked = divisor !== 1 || call.mask !== undefined ? MASKED : 0;
  if (runBlocks(core, kernel, checked, alpha, divisor, rest, masked)) return;
  if (masked === 0) {
    stream({ core, kernel, call, x: call.x, support, alpha, temperature: rest, masked });
    return;
  }
  roundLast(heap, fn, call, (scored) => {
    runAlongAxis(heap, kernels.scores, SCORES_FLOW, scored, divisor);
    stream({ core, kernel, call: scored, x: scored.out, support, alpha, temperature: rest, masked });
  });
}

/**
 * Blocks of slabs, as many of them together as stay in L2. @returns false where the heap does not hold a single slab
 *
 * @param masked  MASKED where the kernel works on what `scores` has written, else 0
 */
function runBlocks(
  core: Core<SparseKernels>,
  kernel: SparseKernel,
  { call, support }: SparseCall,
  alpha: number,
  divisor: number,
  temperature: number,
  masked: number,
): boolean {
  const { heap, kernels } = core;
  const { x, out, mask, outer, axis, inner } = call;
  const slab = axis * inner;
  const xHome = heap.locate(x, call.xOffset);
  const yHome = heap.locate(out, call.outOffset);
  const maskHome = mask === undefined ? 0 : heap.locate(mask, call.maskOffset);
  const shared = mask !== undefined && call.maskLength === axis ? 1 : 0;
  const maskSlab = mask === undefined || maskHome !== 0 ? 0 : shared ? axis : slab;
  const staged = yHome !== 0 ? 0 : slab; // x goes to out's own memory where that is in the heap
  const counted = support === undefined ? 0 : inner;
  const oneFloats = staged + counted + maskSlab / 4;
  if (oneFloats > heap.room) return false;

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
    if (masked !== 0) {
      let maskAt = 0;
      if (mask !== undefined) {
        maskAt = maskHome !== 0 ? maskHome + (shared ? 0 : o * slab) : maskStage;
        if (maskHome === 0 && !shared) heap.writeBytes(maskAt, mask, o * slab, count * slab);
      }
      kernels.scores(yAt, xAt, maskAt, shared, count, axis, inner, inner, divisor, heap.state, ALL);
      xAt = yAt;
    }
    kernel(yAt, supportAt, xAt, count, axis, inner, alpha, temperature, heap.state, ALL_SPARSE | masked);
    if (yHome === 0) heap.read(out, o * slab, yAt, count * slab);
    if (support !== undefined) heap.readWords(support, o * inner, supportAt, count * inner);
  }
  return true;
}

/** A call that is streamed through the heap in strips or tiles. */
interface Run {
  readonly core: Core<SparseKernels>;
  readonly kernel: SparseKernel;
  readonly call: AxisCall;
  /** The kernel's input: the call's x, or its out where `scores` has written there, with `masked` MASKED; else that is 0. */
  readonly x: Floats;
  readonly support: Uint32Array | undefined;
  readonly alpha: number;
  /** Above alpha = 2; else 1. */
  readonly temperature: number;
  readonly masked: number;
}

/** `width` neighbouring columns: the places of the first one's first logit, and of its support. */
interface Strip {
  readonly from: number;
  readonly row: number;
  readonly width: number;
}

/** A slab larger than the workspace: strips of whole columns where they fit, else strips in tiles. */
function stream(run: Run): void {
  const { outer, axis, inner } = run.call;
  const fitting = Math.floor(run.core.heap.room / (axis + 1)); // and a word of support for each
  const most = stripOf(inner, Math.max(solvedTogether(run.alpha) ? STRIP : 1, fitting));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i += most) {
      const strip = { from: o * axis * inner + i, row: o * inner + i, width: Math.min(most, inner - i) };
      if (most <= fitting) runStrip(run, strip);
      else runTiles(run, strip);
    }
  }
}

/** `count` positions of a strip, from position a on: x to the heap at `at`. */
function bring({ core, call, x }: Run, { from, width }: Strip, a: number, count: number, at: number): void {
  core.heap.writeStrip(at, x, from + a * call.inner, count, width, call.inner);
}

/** The same the other way: from the heap to out. */
function take({ core, call }: Run, { from, width }: Strip, a: number, count: number, at: number): void {
  core.heap.readStrip(call.out, from + a * call.inner, at, count, width, call.inner);
}

function runStrip(run: Run, strip: Strip): void {
  const { heap } = run.core;
  const { kernel, alpha, temperature, support, masked } = run;
  const { axis } = run.call;
  const { width } = strip;
  const at = heap.workspace;
  const supportAt = support === undefined ? 0 : at + 4 * axis * width;
  bring(run, strip, 0, axis, at);
  kernel(at, supportAt, at, 1, axis, width, alpha, temperature, heap.state, ALL_SPARSE | masked);
  take(run, strip, 0, axis, at);
  if (support !== undefined) heap.readWords(support, strip.row, supportAt, width);
}

/** Words of the support of a strip, which lie in front of its tiles: padded to 16 bytes. */
const wordsOf = (width: number): number => (width + 3) & ~3;

/** A pass over the strip's first `positions` in tiles of `tile`. @param first  phases of the first tile, @param others  of the others */
function pass(run: Run, strip: Strip, tile: number, positions: number, first: number, others: number): void {
  const { heap } = run.core;
  const { kernel, alpha, temperature } = run;
  const { width } = strip;
  const supportAt = heap.workspace;
  const at = supportAt + 4 * wordsOf(width);
  for (let a = 0; a < positions; a += tile) {
    const count = Math.min(tile, positions - a);
    bring(run, strip, a, count, at);
    kernel(at, supportAt, at, 1, count, width, alpha, temperature, heap.state, a === 0 ? first : others);
    if (others & FINISH) take(run, strip, a, count, at);
  }
}

function runTiles(run: Run, strip: Strip): void {
  const { heap } = run.core;
  const { kernel, alpha, temperature, support, masked } = run;
  const { axis } = run.call;
  const { width } = strip;
  const supportAt = heap.workspace;
  const at = supportAt + 4 * wordsOf(width);
  const multiple = width === 1 ? STRIP : 8; // then a row is worked on in the same groups of positions as in one piece
  const tile = Math.floor((heap.room - wordsOf(width)) / width / multiple) * multiple;
  pass(run, strip, tile, axis, INIT | MAX, MAX);
  for (let cut = width === 1 ? 0 : eighths(axis); cut >= 0; cut--) {
    let more = 1;
    for (let n = 0; more && n < MOST_STEPS; n++) {
      pass(run, strip, tile, axis >>> (3 * cut), n === 0 ? SUM | WIDEN : SUM, SUM);
      more = kernel(at, supportAt, at, 1, 0, width, alpha, temperature, heap.state, SETTLE);
    }
  }
  pass(run, strip, tile, axis, FINISH | masked, FINISH | masked);
  if (support !== undefined) heap.readWords(support, strip.row, supportAt, width);
}

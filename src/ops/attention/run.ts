/**
 * How attention gets through its kernels: for every head of keys, blocks of the queries that share it against chunks of keys,
 * packed once where all fit. In the words of this folder:
 *
 *   row      a query of a head; rows that share their keys are those of all heads that share a head of keys
 *   block    rows that are worked on together, at most plan.rows: q, o, maximum and sum of each are kept meanwhile
 *   chunk    keys that a block meets in one go, at most plan.chunk, with their values
 *   pass     a block against a chunk: one call of attentionTiles or attentionRows
 *   tile     the corner of a product that stays in registers; where there are many rows the pass is made of tiles
 *   packed   copied into the order in which the tiles read keys and values (assembly/attention/pack.ts)
 *   home     the address of an array that lies in the heap: kernels then work on it there (operands.ts)
 *   stage    room in the workspace for a part of an array that lies outside, on its way in or out
 *   slice    rows of a block that go through the stages of q, out and lse at a time
 *   piece    keys of a chunk that go through the stage at a time, to be packed
 */

import { BFLOAT16, FLOAT16, QUERY_BYTES, TILED_KEYS } from "../../../assembly/layout";
import { type Floats, Half } from "../../half";
import type { Core, Heap } from "../../heap";
import type { AttentionKernels } from "../../kernels/attention";
import type { AttentionCall } from "./check";
import {
  type Block,
  bring,
  cut,
  isOutside,
  NOWHERE,
  type Operand,
  operand,
  place,
  take,
  tensor,
  unwidened,
} from "./operands";
import { writeBlock, writeCall, writeKeys, writePairs, writeSight } from "./pass";
import { type Plan, plan } from "./plan";
import { offsetIn, type Part, seenBy, seenFrom, seenTo, wholeOf } from "./sight";

/** A call that is being computed: its heap and kernels, its plan, and its arrays. */
interface Run {
  readonly heap: Heap;
  readonly kernels: AttentionKernels;
  readonly call: AttentionCall;
  readonly plan: Plan;
  readonly q: Operand;
  readonly k: Operand;
  readonly v: Operand;
  readonly out: Operand;
  readonly lse: Operand | undefined;
  readonly weights: Operand | undefined;
  readonly bias: Operand | undefined;
  readonly mask: Operand<Uint8Array> | undefined;
  readonly alibi: Operand | undefined;
  readonly sinks: Operand | undefined;
  readonly part: Part;
}

export function runAttention(core: Core<AttentionKernels>, call: AttentionCall, part = wholeOf(call)): void {
  if (call.queries === 0) return;
  const run = prepare(core, call, part);
  writeCall(run.heap, call, run.plan);
  if (call.weights !== undefined) Float32Array.prototype.fill.call(call.weights, 0); // passes write no weight of keys out of sight
  for (let b = 0; b < call.batch; b++) {
    for (let kvHead = 0; kvHead < call.kvHeads; kvHead++) attendHead(run, b, kvHead);
  }
}

/**
 * Rows of a block, at most. A row's bits depend on the tile that it is in (assembly/attention/tiles.ts), and of the twin under a window on
 * its block: parts that begin with a tile, or with a block, keep them.
 */
export const blockRows = (core: Core<AttentionKernels>, call: AttentionCall): number =>
  call.queries === 0 ? 0 : prepare(core, call, wholeOf(call)).plan.rows;

function prepare({ heap, kernels }: Core<AttentionKernels>, call: AttentionCall, part: Part): Run {
  const { heads, kvHeads, queries, keys, headDim, valueDim, sequenceFirst } = call;
  const k = tensor(heap, call.k, kvHeads, keys, headDim, sequenceFirst);
  const v = tensor(heap, call.v, kvHeads, keys, valueDim, sequenceFirst);
  const weights = call.weights && tensor(heap, call.weights, heads, queries, keys);
  const bias = call.bias && operand(heap, call.bias, 4);
  const mask = call.mask && operand(heap, call.mask, 1);
  const need = {
    headDim,
    valueDim,
    rows: part.sharing,
    keys,
    halves: call.k instanceof Half || call.v instanceof Half,
    keysOutside: heap.homeOf(call.k) === 0 || heap.homeOf(call.v) === 0,
    bias: isOutside(bias),
    weights: isOutside(weights),
    mask: isOutside(mask),
  };
  const found = plan(need, heap);
  return {
    heap,
    kernels,
    call,
    plan: found,
    q: tensor(heap, call.q, heads, queries, headDim, sequenceFirst),
    k: found.way === "rows of halves" ? unwidened(heap, k) : k,
    v: found.way === "rows of halves" ? unwidened(heap, v) : v,
    out: tensor(heap, call.out, heads, queries, valueDim, sequenceFirst),
    lse: call.lse && tensor(heap, call.lse, heads, queries, 1),
    weights,
    bias,
    mask,
    alibi: call.alibi && perHead(heap, call.alibi),
    sinks: call.sinks && perHead(heap, call.sinks),
    part,
  };
}

/** A float a head, for all batch entries and rows. */
const perHead = (heap: Heap, values: Floats): Operand => operand(heap, { values, batch: 0, head: 1, row: 0 }, 4);

/** A head of keys, and the rows that share it: of the larger call too, whose blocks say which chunks there are. */
function attendHead(run: Run, b: number, kvHead: number): void {
  const { call, plan, part } = run;
  const group = call.heads / call.kvHeads;
  const own: Block = { b, h: kvHead * group, heads: group, i: 0, rows: call.queries };
  const rows: Block = { ...own, i: -part.before, rows: part.queries };
  const [first, end] = seenBy(call, rows);
  const whole = end - first <= plan.chunk;
  const last = whole ? lastOf(run, own, first, end) : end;
  if (whole && first < last) load(run, b, kvHead, first, last - first);
  for (const block of cut(rows, plan.rows)) {
    const i = Math.max(0, block.i);
    const count = Math.min(call.queries, block.i + block.rows) - i;
    if (count <= 0) continue;
    const [from, to] = whole ? [first, last] : seenBy(call, block);
    attendBlock(run, { ...block, i, rows: count }, from, to, whole ? undefined : kvHead);
  }
}

/** One past the last key that a part's own rows need, up to the end of the tile: of the others' keys they would see none. */
function lastOf({ call, part }: Run, own: Block, first: number, end: number): number {
  if (part.queries === call.queries) return end;
  const needed = seenBy(call, own)[1] - first;
  return Math.min(end, first + Math.ceil(needed / TILED_KEYS) * TILED_KEYS);
}

/** A block against keys from … to, chunk by chunk. @param kvHead  whose they are; undefined where they are loaded already */
function attendBlock(run: Run, block: Block, from: number, to: number, kvHead: number | undefined): void {
  const { heap, plan, weights } = run;
  start(run, block);
  for (let j = from; j < to; j += plan.chunk) {
    const count = Math.min(plan.chunk, to - j);
    if (kvHead !== undefined) load(run, block.b, kvHead, j, count);
    attend(run, block, j, count);
    if (weights !== undefined && to - from > plan.chunk) take(heap, weights, block, j, count, plan.weights);
  }
  finish(run, block);
  if (weights !== undefined) weigh(run, weights, block, from, to);
}

/** Rows of a block before the first one of a slice. */
const rowsBefore = (block: Block, slice: Block): number => (slice.h - block.h) * block.rows + slice.i - block.i;

/** The step before a block's first chunk: writes q, o and Query of its rows. */
function start(run: Run, block: Block): void {
  const { heap, kernels, call, plan, q, sinks } = run;
  for (const slice of cut(block, plan.slice)) {
    const row = rowsBefore(block, slice);
    const source = bring(heap, q, slice, 0, call.headDim, plan.stage);
    kernels.attentionStart(
      plan.q + row * plan.qBytes,
      plan.o + row * plan.oBytes,
      plan.query + row * QUERY_BYTES,
      source.at,
      bring(heap, sinks, slice, 0, 1, plan.sinks).at,
      slice.heads,
      slice.rows,
      call.headDim,
      call.valueDim,
      source.head,
      source.row,
      call.scale,
    );
  }
  writeBlock(heap, block, bring(heap, run.alibi, block, 0, 1, plan.alibi));
}

/** Keys j … j + count and their values: where they lie, staged, or packed. */
function load(run: Run, b: number, kvHead: number, j: number, count: number): void {
  const { heap, call, plan, k, v } = run;
  const { headDim, valueDim } = call;
  const keys: Block = { b, h: kvHead, heads: 1, i: j, rows: count };
  if (plan.way === "tiles") {
    pack(run, keys);
    writeKeys(heap, plan.packedK, headDim, plan.packedV, valueDim, 0);
  } else {
    const kPlace = bring(heap, k, keys, 0, headDim, plan.packedK);
    const vPlace = bring(heap, v, keys, 0, valueDim, plan.packedV);
    writeKeys(heap, kPlace.at, kPlace.row, vPlace.at, vPlace.row, formatOf(k) | (formatOf(v) << 8));
  }
}

/** How attentionRows finds keys or values: 0 for float32. */
function formatOf({ values, bytes }: Operand): number {
  if (bytes !== 2) return 0;
  return (values as Half).bfloat === 1 ? BFLOAT16 : FLOAT16;
}

function pack({ heap, kernels, call, plan, k, v }: Run, chunk: Block): void {
  const { headDim, valueDim } = call;
  const most = isOutside(k) || isOutside(v) ? plan.piece : chunk.rows;
  for (const piece of cut(chunk, most)) {
    const kPlace = bring(heap, k, piece, 0, headDim, plan.stage);
    const vPlace = bring(heap, v, piece, 0, valueDim, plan.stage + 4 * most * headDim);
    kernels.attentionPack(
      plan.packedK,
      plan.packedV,
      plan.odd,
      kPlace.at,
      vPlace.at,
      piece.i - chunk.i,
      piece.rows,
      plan.chunk,
      headDim,
      valueDim,
      kPlace.row,
      vPlace.row,
    );
  }
}

/** A pass: a block against the loaded keys j … j + count. */
function attend(run: Run, block: Block, j: number, count: number): void {
  const { heap, kernels, call, plan, weights } = run;
  const bias = bring(heap, run.bias, block, j, count, plan.bias);
  const mask = bring(heap, run.mask, block, j, count, plan.mask);
  const w = weights === undefined ? NOWHERE : place(weights, block, j, count, plan.weights);
  writePairs(heap, bias, mask, w);
  // a position may be any safe integer, so kernels get bounds among these keys, which are small
  const offset = offsetIn(call, block.b);
  const i = block.i - j;
  const from = seenFrom(call, offset, i, -block.rows, count);
  const to = seenTo(call, offset, i, -block.rows, count);
  writeSight(heap, count, offset - j + block.i, from, to);
  if (plan.way === "tiles") kernels.attentionTiles(heap.state);
  else kernels.attentionRows(heap.state);
}

/** A block's rows of out and lse, after its last key. */
function finish({ heap, kernels, call, plan, out, lse }: Run, block: Block): void {
  for (const slice of cut(block, plan.slice)) {
    const row = rowsBefore(block, slice);
    const y = place(out, slice, 0, call.valueDim, plan.stage);
    const l = lse === undefined ? NOWHERE : place(lse, slice, 0, 1, plan.lse);
    kernels.attentionFinish(
      y.at,
      l.at,
      plan.o + row * plan.oBytes,
      plan.query + row * QUERY_BYTES,
      slice.heads,
      slice.rows,
      call.valueDim,
      y.head,
      y.row,
      l.head,
    );
    take(heap, out, slice, 0, call.valueDim, plan.stage);
    if (lse !== undefined) take(heap, lse, slice, 0, 1, plan.lse);
  }
}

/** The weights of a block and keys from … to. Its passes have left the scores in the array, or on the stage; this overwrites them. */
function weigh({ heap, kernels, plan }: Run, weights: Operand, block: Block, from: number, to: number): void {
  const away = to - from > plan.chunk; // the stage holds the last chunk's scores alone
  for (let j = from; j < to; j += plan.chunk) {
    const count = Math.min(plan.chunk, to - j);
    if (away) bring(heap, weights, block, j, count, plan.weights);
    const w = place(weights, block, j, count, plan.weights);
    kernels.attentionWeights(w.at, plan.query, block.heads, block.rows, count, w.head, w.row);
    take(heap, weights, block, j, count, plan.weights);
  }
}

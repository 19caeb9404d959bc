/**
 * How attention gets through its kernels: for every head of keys, blocks of the queries that share it against chunks
 * of keys, packed once where all fit. What lies in the heap is worked on where it is; everything else is copied in and out,
 * block by block.
 */

import { COLUMNS_MULTIPLE, QUERY_BYTES } from "../../../assembly/layout";
import type { Core } from "../../heap";
import type { AttentionKernels } from "../../kernels/attention";
import { offsetOf } from "../../typedArray";
import type { AttentionCall, Spread } from "./check";
import { eachPart, type Plan, plan, roundUp } from "./plan";

/** Queries i … i + queries of heads h … h + heads, in batch entry b. */
interface Block {
  readonly b: number;
  readonly h: number;
  readonly heads: number;
  readonly i: number;
  readonly queries: number;
}

/** Where a kernel finds bias, mask or w, and its pitches. */
interface Place {
  at: number;
  head: number;
  row: number;
}

const NOWHERE: Place = { at: 0, head: 0, row: 0 };
const clamp = (n: number, least: number, most: number): number => Math.min(Math.max(n, least), most);

/** Runs of x that lie side by side, for [heads, queries, dim] at the given pitches: offset in the block, in x, length. */
function eachRun(
  heads: number,
  queries: number,
  headPitch: number,
  rowPitch: number,
  dim: number,
  move: (at: number, from: number, count: number) => void,
): void {
  const rowsTouch = queries === 1 || rowPitch === dim;
  if (rowsTouch && (heads === 1 || headPitch === queries * dim)) {
    move(0, 0, heads * queries * dim);
    return;
  }
  for (let g = 0; g < heads; g++) {
    if (rowsTouch) move(g * queries * dim, g * headPitch, queries * dim);
    else for (let i = 0; i < queries; i++) move((g * queries + i) * dim, g * headPitch + i * rowPitch, dim);
  }
}

export function runAttention(core: Core<AttentionKernels>, call: AttentionCall): void {
  const { heap, kernels } = core;
  const { q, k, v, out, lse, weights, bias, mask, alibi, sinks } = call;
  const { batch, heads, kvHeads, queries, keys, headDim, valueDim, sequenceFirst } = call;
  if (queries === 0) return;

  const group = heads / kvHeads;
  const qHome = heap.locate(q, offsetOf(q));
  const kHome = heap.locate(k, offsetOf(k));
  const vHome = heap.locate(v, offsetOf(v));
  const outHome = heap.locate(out, offsetOf(out));
  const lseHome = lse === undefined ? 0 : heap.locate(lse, offsetOf(lse));
  const wHome = weights === undefined ? 0 : heap.locate(weights, offsetOf(weights));
  const biasHome = bias === undefined ? 0 : heap.locate(bias.values, bias.offset);
  const maskHome = mask === undefined ? 0 : heap.locate(mask.values, mask.offset);
  const biasStaged = bias !== undefined && biasHome === 0;
  const maskStaged = mask !== undefined && maskHome === 0;
  const wStaged = weights !== undefined && wHome === 0;
  const keysOutside = kHome === 0 || vHome === 0;

  const p: Plan = plan(
    {
      headDim,
      valueDim,
      rows: queries * group,
      keys,
      keysOutside,
      perPair: (biasStaged ? 1 : 0) + (wStaged ? 1 : 0) + (maskStaged ? 1 / 4 : 0),
    },
    heap.room,
  );
  const at = (floats: number): number => heap.workspace + 4 * floats;
  const pairs = p.rows * p.chunk;
  const wStage = p.pairs + (biasStaged ? pairs : 0);
  const maskStage = wStage + (wStaged ? pairs : 0);

  // floats from head to head and from position to position
  const qHead = sequenceFirst ? headDim : queries * headDim;
  const qRow = sequenceFirst ? heads * headDim : headDim;
  const outHead = sequenceFirst ? valueDim : queries * valueDim;
  const outRow = sequenceFirst ? heads * valueDim : valueDim;
  const kHead = sequenceFirst ? headDim : keys * headDim;
  const kRow = sequenceFirst ? kvHeads * headDim : headDim;
  const vHead = sequenceFirst ? valueDim : keys * valueDim;
  const vRow = sequenceFirst ? kvHeads * valueDim : valueDim;
  const qPitch = roundUp(headDim, 4);
  const oPitch = 2 * roundUp(valueDim, COLUMNS_MULTIPLE);

  /** The first key that a query at position offset + i sees, and one past the last, among least … most. */
  const seenFrom = (offset: number, i: number, least: number, most: number): number =>
    call.left === Infinity ? least : clamp(offset - call.left + i, least, most);
  const seenTo = (offset: number, i: number, least: number, most: number): number =>
    call.right === Infinity ? most : clamp(offset + call.right + i + 1, least, most);

  /** The block in slices, for what goes through the stage; `row` is the slice's first in the block. */
  const slices = (block: Block, work: (slice: Block, row: number) => void): void => {
    const { b, h, heads: n, i, queries: m } = block;
    if (n * m <= p.slice) work(block, 0);
    else
      eachPart(n, m, p.slice, (g, someHeads, s, someQueries) =>
        work({ b, h: h + g, heads: someHeads, i: i + s, queries: someQueries }, g * m + s),
      );
  };

  const start = (block: Block): void => {
    if (sinks !== undefined) heap.write(at(p.scalars), sinks, block.h, block.heads);
    if (alibi !== undefined) heap.write(at(p.scalars + block.heads), alibi, block.h, block.heads);
    slices(block, ({ b, h, heads: n, i, queries: m }, row) => {
      const from = b * heads * queries * headDim + h * qHead + i * qRow;
      let source = qHome + 4 * from;
      if (qHome === 0) {
        source = at(p.stage);
        eachRun(n, m, qHead, qRow, headDim, (to, of, count) => heap.write(source + 4 * to, q, from + of, count));
      }
      kernels.attentionStart(
        at(p.q + row * qPitch),
        at(p.o + row * oPitch),
        at(p.query) + row * QUERY_BYTES,
        source,
        sinks === undefined ? 0 : at(p.scalars + h - block.h),
        n,
        m,
        headDim,
        valueDim,
        qHome === 0 ? m * headDim : qHead,
        qHome === 0 ? headDim : qRow,
        call.scale,
      );
    });
  };

  const finish = (block: Block): void => {
    slices(block, ({ b, h, heads: n, i, queries: m }, row) => {
      const to = b * heads * queries * valueDim + h * outHead + i * outRow;
      const lseTo = (b * heads + h) * queries + i;
      const y = outHome === 0 ? at(p.stage) : outHome + 4 * to;
      let lseAt = 0;
      if (lse !== undefined) lseAt = lseHome === 0 ? at(p.lse) : lseHome + 4 * lseTo;
      kernels.attentionFinish(
        y,
        lseAt,
        at(p.o + row * oPitch),
        at(p.query) + row * QUERY_BYTES,
        n,
        m,
        valueDim,
        outHome === 0 ? m * valueDim : outHead,
        outHome === 0 ? valueDim : outRow,
        lseHome === 0 ? m : queries,
      );
      if (outHome === 0) {
        eachRun(n, m, outHead, outRow, valueDim, (from, of, count) => heap.read(out, to + of, y + 4 * from, count));
      }
      if (lse !== undefined && lseHome === 0) {
        eachRun(n, m, queries, 1, 1, (from, of, count) => heap.read(lse, lseTo + of, lseAt + 4 * from, count));
      }
    });
  };

  /** `count` keys or values from position j to the heap. */
  const copyKeys = (to: number, x: Float32Array, from: number, row: number, dim: number, count: number): void =>
    eachRun(1, count, 0, row, dim, (offset, of, n) => heap.write(to + 4 * offset, x, from + of, n));

  /** Keys j … j + count, and their values, ready for the kernels. */
  const load = (b: number, kvHead: number, j: number, count: number): void => {
    const kFrom = b * kvHeads * keys * headDim + kvHead * kHead + j * kRow;
    const vFrom = b * kvHeads * keys * valueDim + kvHead * vHead + j * vRow;
    if (!p.tiled) {
      if (kHome === 0) copyKeys(at(p.packedK), k, kFrom, kRow, headDim, count);
      if (vHome === 0) copyKeys(at(p.packedV), v, vFrom, vRow, valueDim, count);
      return;
    }
    const piece = keysOutside ? p.piece : count;
    const kStage = at(p.stage);
    const vStage = at(p.stage + piece * headDim);
    for (let from = 0; from < count; from += piece) {
      const n = Math.min(piece, count - from);
      if (kHome === 0) copyKeys(kStage, k, kFrom + from * kRow, kRow, headDim, n);
      if (vHome === 0) copyKeys(vStage, v, vFrom + from * vRow, vRow, valueDim, n);
      kernels.attentionPack(
        at(p.packedK),
        at(p.packedV),
        at(p.odd),
        kHome === 0 ? kStage : kHome + 4 * (kFrom + from * kRow),
        vHome === 0 ? vStage : vHome + 4 * (vFrom + from * vRow),
        from,
        n,
        p.chunk,
        headDim,
        valueDim,
        kHome === 0 ? headDim : kRow,
        vHome === 0 ? valueDim : vRow,
      );
    }
  };

  /** A bias or mask for a block and keys j … j + count: where it lies, or copied to the stage. */
  const spread = (
    { values, batch: ofBatch, head, row }: Spread<Float32Array | Uint8Array>,
    bytes: 1 | 4, // of a value; instanceof does not know the arrays of another realm
    home: number,
    stage: number,
    { b, h, heads: n, i, queries: m }: Block,
    j: number,
    count: number,
  ): Place => {
    const from = b * ofBatch + h * head + i * row + j;
    if (home !== 0) return { at: home + bytes * from, head, row };
    const headsHere = head === 0 ? 1 : n;
    const rowsHere = row === 0 ? 1 : m;
    eachRun(headsHere, rowsHere, head, row, count, (to, of, length) => {
      if (bytes === 1) heap.writeBytes(stage + to, values as Uint8Array, from + of, length);
      else heap.write(stage + 4 * to, values as Float32Array, from + of, length);
    });
    return { at: stage, head: head === 0 ? 0 : rowsHere * count, row: row === 0 ? 0 : count };
  };

  const weightsPlace = ({ b, h, i, queries: m }: Block, j: number, count: number): Place => {
    if (weights === undefined) return NOWHERE;
    if (wHome === 0) return { at: at(wStage), head: m * count, row: count };
    return { at: wHome + 4 * (((b * heads + h) * queries + i) * keys + j), head: queries * keys, row: keys };
  };

  /** Moves the stage's scores or weights of a block and keys j … j + count out of the heap, or back in. */
  const moveWeights = ({ b, h, heads: n, i, queries: m }: Block, j: number, count: number, out: boolean): void => {
    const to = ((b * heads + h) * queries + i) * keys + j;
    eachRun(n, m, queries * keys, keys, count, (from, of, length) => {
      if (out) heap.read(weights as Float32Array, to + of, at(wStage + from), length);
      else heap.write(at(wStage + from), weights as Float32Array, to + of, length);
    });
  };

  /** A block of queries against the loaded keys j … j + count. */
  const attend = (block: Block, kvHead: number, offset: number, j: number, count: number): void => {
    const { b, heads: n, queries: m } = block;
    const biasAt = bias === undefined ? NOWHERE : spread(bias, 4, biasHome, at(p.pairs), block, j, count);
    const maskAt = mask === undefined ? NOWHERE : spread(mask, 1, maskHome, at(maskStage), block, j, count);
    const w = weightsPlace(block, j, count);
    const slopes = alibi === undefined ? 0 : at(p.scalars + n);
    // positions are any integers; what a kernel gets of them is where sight begins and ends among these keys
    const position = offset - j + block.i;
    const from = seenFrom(offset, block.i - j, -m, count);
    const to = seenTo(offset, block.i - j, -m, count);
    if (p.tiled) {
      kernels.attentionTiles(
        at(p.o),
        at(p.query),
        w.at,
        at(p.q),
        at(p.packedK),
        at(p.packedV),
        at(p.odd),
        biasAt.at,
        maskAt.at,
        slopes,
        at(p.scratch),
        n,
        m,
        count,
        p.chunk,
        headDim,
        valueDim,
        biasAt.head,
        biasAt.row,
        maskAt.head,
        maskAt.row,
        w.head,
        w.row,
        position,
        from,
        to,
        call.softcap,
      );
      return;
    }
    const kFrom = b * kvHeads * keys * headDim + kvHead * kHead + j * kRow;
    const vFrom = b * kvHeads * keys * valueDim + kvHead * vHead + j * vRow;
    kernels.attentionRows(
      at(p.o),
      at(p.query),
      w.at,
      at(p.q),
      kHome === 0 ? at(p.packedK) : kHome + 4 * kFrom,
      vHome === 0 ? at(p.packedV) : vHome + 4 * vFrom,
      biasAt.at,
      maskAt.at,
      slopes,
      at(p.scratch),
      n,
      m,
      count,
      headDim,
      valueDim,
      kHome === 0 ? headDim : kRow,
      vHome === 0 ? valueDim : vRow,
      biasAt.head,
      biasAt.row,
      maskAt.head,
      maskAt.row,
      w.head,
      w.row,
      position,
      from,
      to,
      call.softcap,
    );
  };

  if (weights !== undefined) Float32Array.prototype.fill.call(weights, 0); // what is out of sight stays so
  for (let b = 0; b < batch; b++) {
    const valid = call.keyLengths?.[b] ?? keys;
    const offset = call.queryOffset ?? valid - queries;
    /** The keys that any of `n` queries from i on sees. */
    const seen = (i: number, n: number): [from: number, to: number] => [
      seenFrom(offset, i, 0, valid),
      seenTo(offset, i + n - 1, 0, valid),
    ];
    const [first, last] = seen(0, queries);
    const whole = last - first <= p.chunk;
    for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
      if (whole && first < last) load(b, kvHead, first, last - first);
      eachPart(group, queries, p.rows, (g, someHeads, i, someQueries) => {
        const block: Block = { b, h: kvHead * group + g, heads: someHeads, i, queries: someQueries };
        const [from, to] = whole ? [first, last] : seen(i, someQueries);
        start(block);
        for (let j = from; j < to; j += p.chunk) {
          const count = Math.min(p.chunk, to - j);
          if (!whole) load(b, kvHead, j, count);
          attend(block, kvHead, offset, j, count);
          if (wStaged && to - from > p.chunk) moveWeights(block, j, count, true);
        }
        finish(block);
        if (weights === undefined) return;
        for (let j = from; j < to; j += p.chunk) {
          const count = Math.min(p.chunk, to - j);
          if (wStaged && to - from > p.chunk) moveWeights(block, j, count, false);
          const w = weightsPlace(block, j, count);
          kernels.attentionWeights(w.at, at(p.query), block.heads, block.queries, count, w.head, w.row);
          if (wStaged) moveWeights(block, j, count, true);
        }
      });
    }
  }
}

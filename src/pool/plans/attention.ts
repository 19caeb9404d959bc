/**
 * How attention is cut: by heads of keys, and where those are few or long by heads of queries and blocks of queries. A piece knows
 * the call that it is a part of (Part in ops/attention/sight.ts), so that it meets the same chunks of keys.
 */
import type { Part } from "../../ops/attention/sight";
import type { Sizes } from "../../ops/attention/sizes";
import { type Region, type Regions, range, runsOf } from "../task";

/** Elements from one batch entry, head or row of an array to the next; 0 where it is broadcast. */
interface Pitches {
  readonly batch: number;
  readonly head: number;
  readonly row: number;
}

export interface AttentionPlan extends Sizes {
  readonly kind: "attention";
  readonly scale: number;
  /** 0 for none. */
  readonly softcap: number;
  readonly left: number;
  readonly right: number;
  /** Of each batch entry: valid keys, and the position of query 0. */
  readonly valid: readonly number[];
  readonly offsets: readonly number[];
  readonly bias: Pitches | undefined;
  readonly mask: Pitches | undefined;
  readonly alibi: boolean;
  readonly sinks: boolean;
  readonly lse: boolean;
  readonly weights: boolean;
  /** Heads and queries of a piece: all heads that share their keys, or one; some of the queries only where it is one head. */
  readonly together: number;
  readonly rows: number;
}

/** Pieces of a head, or of the heads together. */
const blocksOf = ({ queries, rows }: AttentionPlan): number => Math.max(1, Math.ceil(queries / rows));

export const attentionPieces = (plan: AttentionPlan): number =>
  ((plan.batch * plan.heads) / plan.together) * blocksOf(plan);

interface AttentionPiece {
  readonly regions: Regions;
  /** Heads of the piece, valid keys, position of its first query, and which part of the call it is. */
  readonly heads: number;
  readonly valid: number;
  readonly offset: number;
  readonly part: Part;
  readonly biasShape: readonly number[] | undefined;
  readonly maskShape: readonly number[] | undefined;
}

/** Queries i … i + n of heads h … h + count. */
interface Rows {
  readonly b: number;
  readonly h: number;
  readonly count: number;
  readonly i: number;
  readonly n: number;
}

/** Those rows of [batch, heads, length, floats], or of [batch, length, heads, floats]. */
function tensor({ b, h, count, i, n }: Rows, heads: number, length: number, floats: number, first: boolean): Region {
  if (first) return runsOf(((b * length + i) * heads + h) * floats, n, count * floats, heads * floats);
  return range(((b * heads + h) * length + i) * floats, count * n * floats);
}

function pairs({ b, h, count, i, n }: Rows, { batch, head, row }: Pitches, keys: number): [Region, number[]] {
  const shape = [1, head === 0 ? 1 : count, row === 0 ? 1 : n, keys];
  return [range(b * batch + h * head + i * row, shape[1] * shape[2] * keys), shape];
}

export function cutAttention(plan: AttentionPlan, piece: number): AttentionPiece {
  const { heads, kvHeads, queries, keys, headDim, valueDim, sequenceFirst: first, together } = plan;
  const blocks = blocksOf(plan);
  // the last queries come first: where attention is causal they see the most keys
  const i = (blocks - 1 - (piece % blocks)) * plan.rows;
  const at = Math.floor(piece / blocks) * together;
  const b = Math.floor(at / heads);
  const rows: Rows = { b, h: at % heads, count: together, i, n: Math.min(plan.rows, queries - i) };
  const group = heads / kvHeads;
  const shared: Rows = { b, h: Math.floor(rows.h / group), count: 1, i: 0, n: keys };
  const regions: Regions = {
    q: tensor(rows, heads, queries, headDim, first),
    k: tensor(shared, kvHeads, keys, headDim, first),
    v: tensor(shared, kvHeads, keys, valueDim, first),
    out: tensor(rows, heads, queries, valueDim, first),
  };
  if (plan.lse) regions.lse = tensor(rows, heads, queries, 1, false);
  if (plan.weights) regions.weights = tensor(rows, heads, queries, keys, false);
  if (plan.alibi) regions.alibi = range(rows.h, together);
  if (plan.sinks) regions.sinks = range(rows.h, together);
  let biasShape: number[] | undefined;
  let maskShape: number[] | undefined;
  if (plan.bias) [regions.bias, biasShape] = pairs(rows, plan.bias, keys);
  if (plan.mask) [regions.mask, maskShape] = pairs(rows, plan.mask, keys);
  const part = { queries, before: i, sharing: queries * group };
  const offset = Math.min(plan.offsets[b] + i, Number.MAX_SAFE_INTEGER);
  return { regions, heads: together, valid: plan.valid[b], offset, part, biasShape, maskShape };
}

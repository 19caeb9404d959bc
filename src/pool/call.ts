/** A call of the pool as it waits and runs: what is checked, cut, and given to the caller at the end. */
import { TILED_ROWS } from "../../assembly/layout";
import type { FloatInput, FloatView } from "../check";
import type { AttentionOptions } from "../ops/attention/attention";
import type { AttentionCall } from "../ops/attention/check";
import type { Spread } from "../ops/attention/operands";
import type { Along, AlongCall } from "../parts";
import type { TypedArray } from "../typedArray";
import { type Arrays, kindOf, plain } from "./arrays";
import { type Budget, elementsCost, LIMITS, productsCost, unitOf } from "./budget";
import type { Computer } from "./compute";
import { type AlongPlan, alongPieces } from "./plans/along";
import { type AttentionPlan, attentionPieces } from "./plans/attention";
import type { Kind, Plan, Task } from "./task";

export interface Call {
  readonly fn: string;
  /** Nanoseconds that one thread may take. */
  readonly cost: number;
  /** Cuts it. */
  readonly cut: () => Cut;
  /** Computes all of it with what was checked, where that can be had: for a call that is too small to be cut. */
  readonly direct?: () => void;
  /** After the last piece. @returns what the caller gets */
  readonly finish: () => unknown;
}

/** A task, and its arrays. */
export interface Cut {
  readonly task: Task;
  readonly arrays: Arrays;
}

export function cutOf(plan: Plan, given: Record<string, TypedArray | undefined>, pieces: number, grain: number): Cut {
  const kinds: Record<string, Kind> = {};
  const arrays: Arrays = {};
  for (const [name, array] of Object.entries(given)) {
    if (array === undefined) continue;
    kinds[name] = kindOf(array);
    arrays[name] = plain(array);
  }
  return { task: { plan, kinds, pieces, grain }, arrays };
}

export function alongCall({ parts }: Computer, budget: Budget, fn: Along, x: FloatInput, options: never): Call {
  const checked = parts.checkAlong(fn, x, options);
  const { out, outer, axis, inner, result } = checked.call;
  const cost = elementsCost(budget, fn, outer * axis * inner);
  const finish = checked.scalar ? () => (out as Float32Array)[0] : () => result;
  return { fn, cost, cut: () => cutAlongAxis(budget, fn, checked, cost), finish };
}

/** Columns of a piece. A single one would be a row, whose sums are taken in another order: none is left over alone. */
function columnsOf(wanted: number, inner: number): number {
  let columns = Math.max(2, Math.ceil(wanted / LIMITS.columns) * LIMITS.columns);
  while (columns < inner && inner % columns === 1) columns++;
  return columns < inner ? columns : Math.max(inner, 1);
}

function cutAlongAxis(budget: Budget, fn: Along, { call, temperature, alpha, support }: AlongCall, cost: number): Cut {
  const { x, out, mask, maskLength, outer, axis, inner } = call;
  const slabs = unitOf(budget, cost, outer);
  const columns = slabs > 1 ? inner : columnsOf(unitOf(budget, cost / Math.max(outer, 1), inner), inner);
  const plan: AlongPlan = {
    kind: "along",
    fn,
    outer,
    axis,
    inner,
    reduces: fn === "logSumExp" || fn === "entropy",
    mask: mask !== undefined,
    sharedMask: mask !== undefined && maskLength === axis,
    support: support !== undefined,
    temperature,
    alpha,
    slabs,
    columns,
  };
  return cutOf(plan, { x, out, mask, support }, alongPieces(plan), 1);
}

export function attentionCall(
  { parts }: Computer,
  budget: Budget,
  q: FloatInput,
  k: FloatInput,
  v: FloatInput,
  options: AttentionOptions<FloatView>,
): Call {
  const call = parts.checkAttention(q, k, v, options);
  const { batch, heads, queries, keys, headDim, valueDim, left, right, result } = call;
  const seen = Math.min(keys, left + right + 1);
  const cost = productsCost(budget, batch * heads * queries * seen * (headDim + valueDim));
  return {
    fn: "attention",
    cost,
    cut: () => cutHeads(budget, call, cost, parts.blockRows(call)),
    direct: () => parts.attend(call),
    finish: () => result,
  };
}

function cutHeads(budget: Budget, call: AttentionCall, cost: number, blockRows: number): Cut {
  const { q, k, v, out, alibi, sinks, lse, weights, batch, heads, kvHeads, queries } = call;
  const group = heads / kvHeads;
  const perUnit = unitOf(budget, cost, batch * heads * queries);
  const shared = batch * kvHeads; // heads of keys: a piece for each, unless those are few or long
  const enough = perUnit >= group * queries || (shared >= 6 * budget.threads && cost / shared <= LIMITS.longest);
  // where a block has rows of several heads, tiles may have
  const mixed = blockRows >= (group > 1 ? Math.min(2, group) * queries : Infinity);
  const whole = enough || mixed;
  const multiple = budget.js && call.left < Infinity ? blockRows : TILED_ROWS;
  const rows = Math.ceil(Math.max(LIMITS.block, perUnit) / multiple) * multiple;
  const plan = attentionPlan(call, whole ? group : 1, Math.max(1, whole ? queries : Math.min(queries, rows)));
  const [bias, mask] = [call.bias?.values, call.mask?.values];
  const pieces = attentionPieces(plan);
  const grain = whole ? unitOf(budget, cost, pieces) : 1;
  return cutOf(plan, { q, k, v, out, bias, mask, alibi, sinks, lse, weights }, pieces, grain);
}

const pitchesOf = (spread: Spread<never> | undefined): AttentionPlan["bias"] =>
  spread && { batch: spread.batch, head: spread.head, row: spread.row };

function attentionPlan(call: AttentionCall, together: number, rows: number): AttentionPlan {
  const { batch, heads, kvHeads, queries, keys, headDim, valueDim, sequenceFirst, scale, softcap, left, right } = call;
  const valid = Array.from({ length: batch }, (_, b) => call.keyLengths?.[b] ?? keys);
  return {
    kind: "attention",
    batch,
    heads,
    kvHeads,
    queries,
    keys,
    headDim,
    valueDim,
    sequenceFirst,
    scale,
    softcap,
    left,
    right,
    valid,
    offsets: valid.map((length) => call.queryOffset ?? length - queries),
    bias: pitchesOf(call.bias as Spread<never> | undefined),
    mask: pitchesOf(call.mask as Spread<never> | undefined),
    alibi: call.alibi !== undefined,
    sinks: call.sinks !== undefined,
    lse: call.lse !== undefined,
    weights: call.weights !== undefined,
    together,
    rows,
  };
}

/** Attention's sizes: most are options; the numbers of queries and keys follow from the lengths of q and k. */
import { checkLength, checkSize, type FloatView, kind, refuseType, refuseValue } from "../../check";
import type { AttentionOptions } from "./options";

export interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly sequenceFirst: boolean;
}

function sizeOf(fn: string, name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  checkSize(fn, name, value);
  return value;
}

/** The size of the one axis that no option gives: length divided by the product of the others. */
function restOf(fn: string, name: string, length: number, others: number, of: string): number {
  if (length % others !== 0) refuseValue(fn, name, `a length divisible by ${of} = ${others}`, length);
  return length / others;
}

function isSequenceFirst(fn: string, layout: unknown): boolean {
  if (layout === undefined || layout === "bhsd") return false;
  if (layout === "bshd") return true;
  if (typeof layout !== "string") return refuseType(fn, "layout", "a string", kind(layout));
  return refuseValue(fn, "layout", '"bhsd" or "bshd"', JSON.stringify(layout));
}

export function checkSizes(
  fn: string,
  options: AttentionOptions<FloatView>,
  qLength: number,
  kLength: number,
  vLength: number,
): Sizes {
  const headDim = options.headDim;
  checkSize(fn, "headDim", headDim);
  const valueDim = sizeOf(fn, "valueDim", options.valueDim, headDim);
  const heads = sizeOf(fn, "heads", options.heads, 1);
  const kvHeads = sizeOf(fn, "kvHeads", options.kvHeads, heads);
  const batch = sizeOf(fn, "batch", options.batch, 1);
  if (heads % kvHeads !== 0) refuseValue(fn, "kvHeads", `a divisor of heads = ${heads}`, kvHeads);
  const sequenceFirst = isSequenceFirst(fn, options.layout);
  const queries = restOf(fn, "q", qLength, batch * heads * headDim, "batch · heads · headDim");
  const keys = restOf(fn, "k", kLength, batch * kvHeads * headDim, "batch · kvHeads · headDim");
  const values = batch * kvHeads * keys * valueDim;
  checkLength(fn, "v", vLength, values, `${keys} keys, as k has, of ${valueDim} floats`);
  return { batch, heads, kvHeads, queries, keys, headDim, valueDim, sequenceFirst };
}

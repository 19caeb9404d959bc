/** Which keys queries see, by causal, window and keyLengths, and of which larger call they are a part. */
import type { AttentionCall } from "./check";
import type { Block } from "./operands";

/** Which queries of a larger call a call's are: they are computed as in that one, against the same chunks, and get the same bits. */
export interface Part {
  /** Queries of the larger call, and how many of them come before this call's. */
  readonly queries: number;
  readonly before: number;
  /** Rows that share their keys in the larger call. */
  readonly sharing: number;
}

export const wholeOf = ({ queries, heads, kvHeads }: AttentionCall): Part => ({
  queries,
  before: 0,
  sharing: (queries * heads) / kvHeads,
});

/** Keys of batch entry b that are valid. */
const validIn = ({ keyLengths, keys }: AttentionCall, b: number): number => keyLengths?.[b] ?? keys;

/** Position of query 0 among the keys. By default the last query stands at the last valid key. */
export const offsetIn = (call: AttentionCall, b: number): number => call.queryOffset ?? validIn(call, b) - call.queries;

const clamp = (n: number, least: number, most: number): number => Math.min(Math.max(n, least), most);

/** The first key that a query at position offset + i sees, and one past the last, among least … most. */
export const seenFrom = ({ left }: AttentionCall, offset: number, i: number, least: number, most: number): number =>
  left === Infinity ? least : clamp(offset - left + i, least, most);
export const seenTo = ({ right }: AttentionCall, offset: number, i: number, least: number, most: number): number =>
  right === Infinity ? most : clamp(offset + right + i + 1, least, most);

/** The keys that any row of a block sees: the first, and one past the last. */
export function seenBy(call: AttentionCall, { b, i, rows }: Block): readonly [from: number, to: number] {
  const valid = validIn(call, b);
  const offset = offsetIn(call, b);
  return [seenFrom(call, offset, i, 0, valid), seenTo(call, offset, i + rows - 1, 0, valid)];
}

/** The search for the support: a pivot decides all logits on one side of it, and the next one is among the rest. */
import { LIST_FLOATS, PART, SHARES } from "../../layout";
import { log } from "../../log";
import { normStep } from "../newton";
import { Search } from "../search";
import { shareOf } from "./excess";
import { ENOUGH, storeShare } from "./shares";

/** A float32's bits as its place in the order of all float32s, or a place as bits. */
// @ts-ignore: decorator
@inline
function order(bits: i32): i32 {
  return bits ^ (bits >> 31 & 0x7fffffff);
}

/** A first q, from the τ of the norm's step at the last pivot; at most the mean share, and at most the rest that the others leave. */
function firstShare(search: Search, off: bool): f64 {
  const s = search.s, S = search.S, level = search.level;
  const size = max<f64>(search.higher + (off ? 0 : level), 1);
  const tau = search.pivot + normStep(s, S, search.D);
  const excess = search.root - tau;
  const near = excess > 0 && excess < Infinity ? shareOf(excess, s, search.logRate) : 1;
  if (off) return min(near, 1 / size);
  return min(max(near, (1 - S) / size), min(1 / size, level > 0 ? (1 - S) / level : 1));
}

/**
 * A pivot from `first` to `last`, the logits next to those that are decided: where the norm's step says, or twice as far when
 * it comes from the same side again and S is hardly nearer. The middle, where two pivots have neither halved what is between
 * nor brought S a quarter as near.
 */
function next(search: Search, first: f64, last: f64): f64 {
  const low = order(reinterpret<i32>(<f32>first)), high = order(reinterpret<i32>(<f32>last));
  const width = <f64>high - <f64>low, S = search.S, far = abs(log(S));
  const halved = width <= 0.5 * search.width;
  const nearer = far > 0 && far <= 0.25 * search.far;
  if (halved) search.width = width;
  if (nearer) search.far = far;
  const slow = halved || nearer ? 0 : search.slow + 1;
  const move = normStep(search.s, S, search.D);
  const to = search.pivot + (slow > 0 && search.move * move > 0 ? 2 * move : move);
  const middle = slow >= 2 || to != to;
  search.slow = middle ? 0 : slow;
  search.move = move;
  if (!middle) return <f64><f32>max(first, min(last, to));
  return <f64>reinterpret<f32>(order(<i32>((<i64>low + <i64>high) >> 1)));
}

/** Decides the logits on one side of the pivot; `first` to `last` are left. @returns no logit is, or S is 1 */
export function decide(search: Search): bool {
  const S = search.S, pivot = search.pivot;
  const part = search.stage == PART;
  const above = search.above, level = search.level, off = !(S < 1);
  if (abs(S - 1) <= ENOUGH && search.higher > <f64>LIST_FLOATS && !part) {
    search.root = pivot;
    storeShare(search, 0, 1 / S);
    return true;
  }
  if (off) {
    search.least = pivot;
    search.first = above;
  } else {
    search.root = level > 0 ? pivot : above;
    search.last = search.below;
  }
  const first = search.first, last = search.last;
  if (first <= last) {
    search.pivot = next(search, first, last);
    return false;
  }
  if (part) return true;
  search.stage = SHARES;
  storeShare(search, firstShare(search, off), 1);
  return false;
}

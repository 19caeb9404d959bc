/**
 * The first token, in index order, at which the running sum of the residual r exceeds `goal`; -1 if none does
 *
 * r_j     max(0, p_j - ratio · q_j)
 * p, q    the weights exp((x - m) / T) that truncation leaves of the target's tokens and of the draft's, 0 for all others
 * ratio   Σ p over Σ q, so that r is in proportion to the difference of the probabilities
 *
 * A draft without a tile is certain of one token, `last`, whose r is 0. The mask is the target's: what it leaves out has p = 0, and
 * then r = 0 whatever stands in the draft. The tiles of both have the same tokens.
 *
 * Marks the running sum as the mass, and the found token's p as the weight. With goal Infinity no token is found, and the mass is the
 * sum of r. The mass at the start of each block is stored, for a second walk from there. Nothing else is read that another pass has
 * left: the maxima of the blocks may be those of another row.
 *
 * error   of each weight as in exp.ts; summed as in row.ts
 */
import {
  exp, exponentFloor, exponentScale, loadB, loadC1, loadC2, loadC3, loadC4, loadC5, prescale,
} from "../exp";
import { firstLanes, loadTail, widen } from "../lanes";
import { VOCABULARY_DRAFT_WEIGHTS } from "../layout";
import { PARTIAL_SUM } from "../phases";
import { find, massAt } from "./draw";
import { Marks, Side } from "./marks";
import { forbidden, next, STRIP, strip } from "./tokens";
import { WEIGHTS, weigh, weighWide } from "./weigh";

/** max(0, p - ratio · q), of p > 0 alone: beside a p that is 0, q may be anything. */
// @ts-ignore: decorator
@inline
function beyond(p: v128, q: v128, ratio: v128): v128 {
  const v = f32x4.mul(q, ratio);
  return v128.and(f32x4.sub(p, v), v128.and(f32x4.gt(p, v), f32x4.gt(p, f32x4.splat(0))));
}

/** What the loop over both rows needs of a side in all lanes: V8 builds a splat anew in every round, and keeps a vector it has loaded. */
@unmanaged
class Lanes {
  least: v128;
  m: v128;
  c: v128;
  floor: v128;
  ratio: v128; // the target's alone
}

function writeLanes(lanes: Lanes, side: Side, ratio: f32): void {
  const c = exponentScale(side.temperature);
  lanes.m = f32x4.splat(<f32>side.m);
  lanes.c = f32x4.splat(c);
  lanes.floor = f32x4.splat(exponentFloor(c));
  lanes.ratio = f32x4.splat(ratio);
}

// exp((x - m) / T), 0 below the least logit that is kept
// @ts-ignore: decorator
@inline
function kept(x: v128, t: v128, m: v128, c: v128, floor: v128,
  B: v128, C1: v128, C2: v128, C3: v128, C4: v128, C5: v128): v128 {
  return v128.and(exp(f32x4.sub(x, m), c, floor, B, C1, C2, C3, C4, C5), f32x4.ge(x, t));
}

/** The sum of r over n <= PARTIAL_SUM logits at x and y: in one loop and without a store, for temperatures up to 2^64. */
function excessOf(x: usize, y: usize, n: usize, target: Lanes, draft: Lanes): f64 {
  const t = target.least, m = target.m, c = target.c, f = target.floor, rv = target.ratio;
  const ty = draft.least, my = draft.m, cy = draft.c, fy = draft.floor;
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let s0 = f32x4.splat(0), s1 = s0;
  for (; n >= 8; n -= 8, x += 32, y += 32) {
    const p0 = kept(v128.load(x), t, m, c, f, B, C1, C2, C3, C4, C5);
    const p1 = kept(v128.load(x, 16), t, m, c, f, B, C1, C2, C3, C4, C5);
    const q0 = kept(v128.load(y), ty, my, cy, fy, B, C1, C2, C3, C4, C5);
    const q1 = kept(v128.load(y, 16), ty, my, cy, fy, B, C1, C2, C3, C4, C5);
    s0 = f32x4.add(s0, beyond(p0, q0, rv));
    s1 = f32x4.add(s1, beyond(p1, q1, rv));
  }
  for (; n; n -= min(n, 4), x += 16, y += 16) {
    const v = n < 4 ? loadTail(x, n, f32x4.splat(-Infinity)) : v128.load(x);
    const p = kept(v, t, m, c, f, B, C1, C2, C3, C4, C5);
    s0 = f32x4.add(s0, beyond(p, kept(v128.load(y), ty, my, cy, fy, B, C1, C2, C3, C4, C5), rv));
  }
  const both = widen(f32x4.add(s0, s1));
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/**
 * Adds r of n tokens to the mass where every token is allowed and kept, until it would exceed `goal`; for temperatures up to 2^64.
 *
 * @returns how many were added: n, or all before the partial sum in which the goal lies
 */
function addAll(marks: Marks, x: usize, y: usize, n: usize, target: Lanes, draft: Lanes, goal: f64): usize {
  const m = target.m, c = target.c, f = target.floor, rv = target.ratio;
  const my = draft.m, cy = draft.c, fy = draft.floor, zero = f32x4.splat(0);
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let mass = marks.mass, done: usize = 0;
  while (done < n) {
    const count = min(n - done, PARTIAL_SUM);
    let s = zero, left = count;
    for (; left >= 4; left -= 4, x += 16, y += 16) {
      const p = exp(f32x4.sub(v128.load(x), m), c, f, B, C1, C2, C3, C4, C5);
      const q = exp(f32x4.sub(v128.load(y), my), cy, fy, B, C1, C2, C3, C4, C5);
      s = f32x4.add(s, f32x4.pmax(f32x4.sub(p, f32x4.mul(q, rv)), zero));
    }
    if (left) {
      const least = f32x4.splat(-Infinity);
      const p = exp(f32x4.sub(loadTail(x, left, least), m), c, f, B, C1, C2, C3, C4, C5);
      const q = exp(f32x4.sub(loadTail(y, left, least), my), cy, fy, B, C1, C2, C3, C4, C5);
      s = f32x4.add(s, f32x4.pmax(f32x4.sub(p, f32x4.mul(q, rv)), zero));
    }
    const both = widen(s), sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    if (mass + sum > goal) break;
    mass += sum;
    done += count;
  }
  marks.mass = mass;
  return done;
}

/** y = the weights of n <= PARTIAL_SUM logits at x, the first of which is `token`, 0 for those not kept. */
function weighKept(y: usize, x: usize, n: usize, token: usize, side: Side): void {
  const m = <f32>side.m, temperature = side.temperature, c = exponentScale(temperature), lo = least(side, token);
  if (prescale(temperature) != 1) weighWide(y, x, n, lo, m, temperature);
  else weigh(y, x, n, lo, m, c, exponentFloor(c));
  if (even(side, token, n)) return;
  for (let j: usize = <usize>side.last - token + 1; j < n; j++) {
    if (load<f32>(x + (j << 2)) == side.t) store<f32>(y + (j << 2), 0);
  }
}

/** q = max(0, WEIGHTS - ratio · q) of n <= PARTIAL_SUM weights. @returns their sum */
function excess(q: usize, n: usize, ratio: f32): f64 {
  const rv = f32x4.splat(ratio);
  let s = f32x4.splat(0);
  for (let p = WEIGHTS; n; n -= min(n, 4), p += 16, q += 16) {
    let r = beyond(v128.load(p), v128.load(q), rv);
    if (n < 4) r = v128.and(r, firstLanes(n));
    v128.store(q, r);
    s = f32x4.add(s, r);
  }
  const both = widen(s);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** q = r of n <= PARTIAL_SUM tokens, the first of which is `token`, and WEIGHTS = their p. @returns the sum of r */
function residual(q: usize, x: usize, y: usize, n: usize, token: usize, target: Side, draft: Side, ratio: f32): f64 {
  weighKept(WEIGHTS, x, n, token, target);
  if (y) {
    weighKept(q, y, n, token, draft);
  } else {
    memory.fill(q, 0, 4 * PARTIAL_SUM);
    const only = <usize>draft.last - token;
    if (only < n) store<f32>(q + (only << 2), Infinity);
  }
  return excess(q, n, ratio);
}

/** Whether what is kept of n tokens, the first of which is `token`, is those at least some logit. */
// @ts-ignore: decorator
@inline
function even(side: Side, token: usize, n: usize): bool {
  return token > <usize>side.last || token + n - 1 <= <usize>side.last;
}

/** The least logit that is kept, of `token` and those behind it. */
// @ts-ignore: decorator
@inline
function least(side: Side, token: usize): f32 {
  return token <= <usize>side.last ? side.t : next(side.t);
}

export function vocabularyResidual(marks: Marks, target: Side, draft: Side, ratio: f64, goal: f64): i32 {
  const tile = target.tile, from = tile.from, n = tile.n, shift = tile.shift;
  const y: usize = changetype<usize>(draft.tile) ? draft.tile.x : 0, q = changetype<usize>(marks) + VOCABULARY_DRAFT_WEIGHTS;
  const fast = y != 0 && prescale(target.temperature) == 1 && prescale(draft.temperature) == 1;
  const own = changetype<Lanes>(q + 4 * PARTIAL_SUM), others = changetype<Lanes>(q + 4 * PARTIAL_SUM + offsetof<Lanes>());
  writeLanes(own, target, <f32>ratio);
  writeLanes(others, draft, <f32>ratio);
  const all = fast && tile.mask == 0 && target.t == -Infinity && draft.t == -Infinity;
  let mass: f64 = from ? marks.mass : 0;
  for (let i: usize = 0; i < n; i += STRIP) {
    const start = from + i;
    if ((start & ((1 << shift) - 1)) == 0) store<f64>(massAt(marks, start >> shift), mass);
    const part = min(n - i, STRIP);
    if (forbidden(tile, i, part)) continue;
    const source = strip(tile, i, part, 1, -Infinity);
    let j: usize = 0;
    if (all) {
      marks.mass = mass;
      j = addAll(marks, source, y + (i << 2), part, own, others, goal);
      mass = marks.mass;
    }
    for (; j < part; j += PARTIAL_SUM) {
      const token = start + j, count = min(part - j, PARTIAL_SUM);
      const x = source + (j << 2), other = y ? y + ((i + j) << 2) : 0;
      let sum: f64 = 0;
      if (all) {
        sum = Infinity; // it is in this partial sum that the goal lies
      } else if (fast && even(target, token, count) && even(draft, token, count)) {
        own.least = f32x4.splat(least(target, token));
        others.least = f32x4.splat(least(draft, token));
        sum = excessOf(x, other, count, own, others);
      } else {
        sum = residual(q, x, other, count, token, target, draft, <f32>ratio);
      }
      if (mass + sum > goal) {
        residual(q, x, other, count, token, target, draft, <f32>ratio);
        const found = find(q, count, mass, goal);
        marks.weight = <f64>load<f32>(WEIGHTS + (found << 2));
        return <i32>(token + found);
      }
      mass += sum;
    }
  }
  marks.mass = mass;
  return -1;
}

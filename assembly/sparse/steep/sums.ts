/**
 * The sums of a list above alpha = 2, for the support and for its shares: in float32, and in float64 where the range of float32
 * is too small.
 */
import { exponentFloor, loadB, loadC0, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../../exp";
import { horizontalMax, widen } from "../../lanes";
import { SHARES } from "../../layout";
import { PARTIAL_SUM } from "../../phases";
import { held, loadL0, loadL1, loadL2, loadRoot, powerAt } from "../power";
import { Search } from "../search";
import { excessOf, exponentOf, lifted, liftedShare, powerOf2, shareOf } from "./excess";

/** Whether the smallest share was found in a sample, so that it may be wrong for the row. */
// @ts-ignore: decorator
@inline
function guessed(search: Search): bool {
  return search.stage == SHARES && search.guess != 0;
}

// @ts-ignore: decorator
@inline
function total(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}

/** Adds the sums of a list to those so far. */
function add(search: Search, S: f64, D: f64, above: f64, below: f64, higher: f64, level: f64): void {
  search.S += S;
  search.D += D;
  search.above = min(search.above, above);
  search.below = max(search.below, below);
  search.higher += higher;
  search.level += level;
}

/**
 * S = Σ p and D = Σ p / (x - r + q^s / k) over all above r; how many those are, and how many are r; the smallest of them, and
 * the largest of the rest.
 *
 * r is the pivot and q = 0, or the support's smallest and its share. Of a sample they may be wrong for the row: what is below
 * r and above r - q^s / k is taken too, which it must not be where the support is known.
 */
export function accumulate(search: Search, list: usize, n: usize): void {
  const s = search.s, rate = search.rate;
  const shares = search.stage == SHARES;
  const r = held(6, <f32>(shares ? search.root : search.pivot));
  const c = <f32>(1 / s), cv = held(0, c), fv = held(1, exponentFloor(c));
  const e = exponentOf(rate), ev = held(2, reinterpret<f32>(e - 64)), sigma = rate / powerOf2(e);
  const normal = held(3, <f32>(sigma * powerOf2(64))), denormal = held(4, <f32>(sigma * powerOf2(-85)));
  const qs = held(5, shares ? liftedShare(<f64>search.q, s, e) : 0);
  const floor = held(9, guessed(search) ? -f32x4.extract_lane(qs, 0) : 0);
  const zero = f32x4.splat(0), infinite = held(7, Infinity), least = held(8, -Infinity), root = loadRoot();
  const L0 = loadL0(), L1 = loadL1(), L2 = loadL2();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let S = f64x2.splat(0), D = S;
  let above = infinite, below = least, higher = i32x4.splat(0), level = higher;
  for (const end = list + (n << 2); list < end; ) {
    let s0 = zero, d0 = zero;
    for (const stop = min(end, list + (PARTIAL_SUM << 1)); list < stop; list += 16) {
      const x = v128.load(list), d = f32x4.sub(x, r), equal = f32x4.eq(x, r), size = f32x4.abs(d);
      const z = v128.xor(lifted(size, normal, denormal), v128.xor(d, size)), w = f32x4.add(z, qs);
      const on = v128.andnot(f32x4.gt(z, floor), equal);
      // masked before the division: a denormal quotient takes as long
      const p = v128.and(powerAt(w, ev, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5), on);
      s0 = f32x4.add(s0, p);
      d0 = f32x4.add(d0, v128.and(f32x4.div(p, w), on));
      above = f32x4.pmin(above, v128.bitselect(x, infinite, on));
      below = f32x4.pmax(below, v128.bitselect(least, x, v128.or(on, equal)));
      higher = i32x4.sub(higher, on);
      level = i32x4.sub(level, equal);
    }
    S = f64x2.add(S, widen(s0));
    D = f64x2.add(D, widen(d0));
  }
  add(
    search, f64x2.extract_lane(S, 0) + f64x2.extract_lane(S, 1),
    (f64x2.extract_lane(D, 0) + f64x2.extract_lane(D, 1)) * (sigma * powerOf2(64)),
    -<f64>horizontalMax(f32x4.neg(above)), <f64>horizontalMax(below), <f64>total(higher), <f64>total(level),
  );
}

/** As accumulate, in float64. */
export function accumulateWide(search: Search, list: usize, n: usize): void {
  const s = search.s, logRate = search.logRate;
  const shares = search.stage == SHARES;
  const r = shares ? search.root : search.pivot;
  const excess = shares ? excessOf(<f64>search.q, s, logRate) : 0, floor = guessed(search) ? -excess : 0;
  let S: f64 = 0, D: f64 = 0, above: f64 = Infinity, below: f64 = -Infinity, higher: f64 = 0, level: f64 = 0;
  for (const end = list + (n << 2); list < end; list += 4) {
    const x = <f64>load<f32>(list), d = x - r, w = d + excess;
    if (x == r) {
      level++;
    } else if (d > floor) {
      const p = shareOf(w, s, logRate);
      S += p;
      D += p / w;
      above = min(above, x);
      higher++;
    } else {
      below = max(below, x);
    }
  }
  add(search, S, D, above, below, higher, level);
}

/**
 * y = [x - m - τ]_+        m = max x, τ such that Σ y = 1, along the axis
 *
 * The point of the simplex that is nearest to x: what is far enough below the maximum has no share at all.
 *
 * y, x     f32[outer, axis, inner]; y may be x
 * support  u32[outer, inner], how many of y are not 0; 0 for nowhere
 * -Inf     has exactly 0; nothing but -Inf is NaN
 * +Inf     or a NaN makes its row NaN (none of it 0), and no other
 * error    absolute 1e-6, measured 2e-8; rows sum to 1 within 1e-6; exactly 0 off the support      test/functions/sparsemax.test.ts
 * source   Martins & Astudillo 2016, arXiv:1602.02068
 */
import { columnsNewton } from "./columnsNewton";
import { high, low } from "../lanes";
import { newton } from "./newton";
import { Search, searchAt } from "./search";
import { alongSparse, rowShares } from "./sparse";

/** S = Σ [d - τ]_+, D = |{d > τ}|, in float64 */
function accumulate(search: Search, list: usize, n: usize): void {
  const tau = f64x2.splat(search.t - 1), zero = f64x2.splat(0);
  let s0 = zero, s1 = zero, count = i64x2.splat(0);
  for (const end = list + (n << 2); list < end; list += 16) {
    const d = v128.load(list);
    const w0 = f64x2.sub(low(d), tau), w1 = f64x2.sub(high(d), tau);
    s0 = f64x2.add(s0, f64x2.pmax(w0, zero));
    s1 = f64x2.add(s1, f64x2.pmax(w1, zero));
    count = i64x2.sub(count, i64x2.add(f64x2.gt(w0, zero), f64x2.gt(w1, zero)));
  }
  s0 = f64x2.add(s0, s1);
  search.S = search.S + f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  const size = i64x2.extract_lane(count, 0) + i64x2.extract_lane(count, 1);
  search.D = search.D + <f64>size;
}

function step(search: Search): bool {
  return newton(search, 1e-9);
}

function shares(search: Search, y: usize, x: usize, n: usize): u32 {
  return rowShares(search, y, x, n, false);
}

function strip(
  state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize,
): bool {
  return columnsNewton(state, phases, y, x, axis, width, pitch, false);
}

export function sparsemax(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, alpha: f64, temperature: f64, state: usize,
  phases: i32,
): bool {
  searchAt(state).use(1, accumulate, step, shares, strip);
  return alongSparse(y, support, x, outer, axis, inner, state, phases);
}

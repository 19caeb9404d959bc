/**
 * y = [(x - m) / 2 - τ]_+²        m = max x, τ such that Σ y = 1, along the axis: entmax at alpha 1.5
 *
 * Between softmax and sparsemax: exact zeros from some distance on, and smooth where it reaches them.
 *
 * y, x, support    as in sparsemax.ts, and the special values too
 * error    absolute 1e-6, measured 1e-7; rows sum to 1 within 1e-6; exactly 0 off the support       test/functions/entmax15.test.ts
 * source   Peters, Niculae & Martins 2019, arXiv:1905.05702
 */
import { columnsNewton } from "./columnsNewton";
import { high, low } from "../lanes";
import { newton } from "./newton";
import { Search, searchAt } from "./search";
import { alongSparse, rowShares } from "./sparse";

/** w = [d / 2 - τ]_+, S = Σ w², D = Σ w, in float64 */
function accumulate(search: Search, list: usize, n: usize): void {
  const tau = f64x2.splat(search.t - 1), zero = f64x2.splat(0), half = f32x4.splat(0.5);
  let s0 = zero, s1 = zero, d0 = zero, d1 = zero;
  for (const end = list + (n << 2); list < end; list += 16) {
    const z = f32x4.mul(v128.load(list), half);
    const w0 = f64x2.pmax(f64x2.sub(low(z), tau), zero), w1 = f64x2.pmax(f64x2.sub(high(z), tau), zero);
    s0 = f64x2.add(s0, f64x2.mul(w0, w0));
    s1 = f64x2.add(s1, f64x2.mul(w1, w1));
    d0 = f64x2.add(d0, w0);
    d1 = f64x2.add(d1, w1);
  }
  s0 = f64x2.add(s0, s1);
  d0 = f64x2.add(d0, d1);
  search.S = search.S + f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  search.D = search.D + f64x2.extract_lane(d0, 0) + f64x2.extract_lane(d0, 1);
}

function step(search: Search): bool {
  return newton(search, 1e-9);
}

function shares(search: Search, y: usize, x: usize, n: usize): u32 {
  return rowShares(search, y, x, n, true);
}

function strip(
  state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize,
): bool {
  return columnsNewton(state, phases, y, x, axis, width, pitch, true);
}

export function entmax15(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, alpha: f64, temperature: f64, state: usize,
  phases: i32,
): bool {
  searchAt(state).use(0.5, accumulate, step, shares, strip);
  return alongSparse(y, support, x, outer, axis, inner, state, phases);
}

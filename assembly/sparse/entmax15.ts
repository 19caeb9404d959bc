/**
 * y = [(x - m) / 2 - τ]_+²        m = max x, τ such that Σ y = 1, along the axis: entmax at alpha 1.5
 *
 * Between softmax and sparsemax: exact zeros from some distance on, and smooth where it reaches them.
 *
 * y, x, support    as in sparsemax.ts, and the special values too
 * error    absolute 1e-6, measured 1e-7; rows sum to 1 within 1e-6; exactly 0 off the support       test/entmax15.test.ts
 * source   Peters, Niculae & Martins 2019, arXiv:1905.05702
 */
import { columnsNewton } from "./columnsNewton";
import { high, low } from "../lanes";
import { newton } from "./newton";
import { SPARSE_D, SPARSE_S, SPARSE_T } from "../phases";
import { alongNewton, rowShares } from "./sparse";

/** w = [d / 2 - τ]_+, S = Σ w², D = Σ w, in float64 */
function accumulate(state: usize, list: usize, n: usize): void {
  const tau = f64x2.splat(load<f64>(state, SPARSE_T) - 1), zero = f64x2.splat(0), half = f32x4.splat(0.5);
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
  store<f64>(state, load<f64>(state, SPARSE_S) + f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1), SPARSE_S);
  store<f64>(state, load<f64>(state, SPARSE_D) + f64x2.extract_lane(d0, 0) + f64x2.extract_lane(d0, 1), SPARSE_D);
}

function step(state: usize): bool {
  return newton(state, 1e-9);
}

function shares(state: usize, y: usize, x: usize, n: usize): u32 {
  return rowShares(state, y, x, n, true);
}

function columns(
  phases: i32, state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize,
): bool {
  return columnsNewton(phases, state, y, x, axis, width, pitch, true);
}

export function entmax15(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, alpha: f64, temperature: f64, state: usize,
  phases: i32,
): bool {
  return alongNewton(y, support, x, outer, axis, inner, 0.5, state, phases, accumulate, step, shares, columns);
}

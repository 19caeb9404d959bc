/**
 * y = [(x - m) / 2 - τ]_+²        m = max x, τ such that Σ y = 1, along the axis: entmax at alpha 1.5
 *
 * Between softmax and sparsemax: exact zeros from some distance on, and smooth where it reaches them.
 *
 * y, x, support    as in sparsemax.ts, and the special values too
 * error    absolute 1e-6, measured 1e-7; rows sum to 1 within 1e-6; exactly 0 off the support       test/entmax15.test.ts
 * source   Peters, Niculae & Martins 2019, arXiv:1905.05702
 */
import { high, low, narrow, storeUpTo4 } from "./lanes";
import { newton } from "./newton";
import { COLUMN_ANY, COLUMN_M, COLUMN_S, SPARSE_D, SPARSE_FLOOR, SPARSE_M, SPARSE_S, SPARSE_T } from "./phases";
import { alongSparse } from "./sparse";

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

/** [(x - m) / 2 - τ]_+² with τ in two float32 parts, as in sparsemax.ts */
// @ts-ignore: decorator
@inline
function share(x: v128, m: v128, hi: v128, lo: v128, zero: v128): v128 {
  const z = f32x4.mul(f32x4.sub(x, m), f32x4.splat(0.5));
  const w = f32x4.pmax(f32x4.sub(f32x4.sub(z, hi), lo), zero);
  return f32x4.mul(w, w);
}

function rowShares(state: usize, y: usize, x: usize, n: usize): u32 {
  const tau = load<f64>(state, SPARSE_T) - 1;
  const m = f32x4.splat(load<f32>(state, SPARSE_M)), zero = f32x4.splat(0);
  const hi = f32x4.splat(<f32>tau), lo = f32x4.splat(<f32>(tau - <f64><f32>tau));
  const floor = f32x4.splat(load<f32>(state, SPARSE_FLOOR));
  let count = i32x4.splat(0), left = n;
  for (; left >= 16; left -= 16, x += 64, y += 64) {
    let v0 = v128.load(x), v1 = v128.load(x, 16), v2 = v128.load(x, 32), v3 = v128.load(x, 48);
    const any = f32x4.gt(f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3)), floor);
    if (!v128.any_true(any)) {
      v0 = v1 = v2 = v3 = zero;
    } else {
      v0 = share(v0, m, hi, lo, zero);
      v1 = share(v1, m, hi, lo, zero);
      v2 = share(v2, m, hi, lo, zero);
      v3 = share(v3, m, hi, lo, zero);
      count = i32x4.add(count, i32x4.add(f32x4.gt(v0, zero), f32x4.gt(v1, zero)));
      count = i32x4.add(count, i32x4.add(f32x4.gt(v2, zero), f32x4.gt(v3, zero)));
    }
    v128.store(y, v0);
    v128.store(y, v1, 16);
    v128.store(y, v2, 32);
    v128.store(y, v3, 48);
  }
  let size = -i32x4.extract_lane(count, 0) - i32x4.extract_lane(count, 1)
    - i32x4.extract_lane(count, 2) - i32x4.extract_lane(count, 3);
  for (; left; left -= min(left, 4), x += 16, y += 16) {
    const v = share(v128.load(x), m, hi, lo, zero);
    storeUpTo4(y, v, left);
    size += popcnt(i32x4.bitmask(f32x4.gt(v, zero)) & (left < 4 ? (1 << <i32>left) - 1 : 15));
  }
  return size;
}

/** m - m is the NaN of a column whose maximum is not finite. */
function columnsShares(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  const zero = f32x4.splat(0), one = f64x2.splat(1);
  for (let i: usize = 0; i < width; i += 4) {
    const at = state + (i << 2), tAt = state + (i << 3);
    const m = v128.load(at, COLUMN_M), nan = f32x4.sub(m, m);
    const tau0 = f64x2.sub(v128.load(tAt, COLUMN_S), one), tau1 = f64x2.sub(v128.load(tAt, COLUMN_S + 16), one);
    const hi = narrow(tau0, tau1);
    const lo = narrow(f64x2.sub(tau0, low(hi)), f64x2.sub(tau1, high(hi)));
    let count = i32x4.splat(0);
    let from = x + (i << 2), to = y + (i << 2);
    for (let a = axis; a; a--, from += pitch << 2, to += pitch << 2) {
      const v = f32x4.add(share(v128.load(from), m, hi, lo, zero), nan);
      storeUpTo4(to, v, width - i);
      count = i32x4.sub(count, f32x4.ne(v, zero));
    }
    v128.store(at, count, COLUMN_ANY);
  }
}

export function entmax15(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, alpha: f64, state: usize, phases: i32,
): bool {
  return alongSparse(
    y, support, x, outer, axis, inner, 0.5, true, false, state, phases, accumulate, step, rowShares, columnsShares,
  );
}

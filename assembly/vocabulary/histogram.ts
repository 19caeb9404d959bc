/**
 * bins[(key - first) >> bits] += weight, over the allowed logits whose keys are first … last
 *
 * Weights are exp((x - m) / T), at T = Infinity 1. A bin has two sums, one for each lane of a pair: logits that are alike follow
 * each other through one bin, and an addition waits nine cycles for the one before it.
 */
import { high, low } from "../lanes";
import { below, BIN_BITS, BINS, flip, logitOf, MASS, SPLATS, STRIP, strip, WEIGHT } from "./tokens";
import { loadM, loadScale, storeScale, weight } from "./weight";

// @ts-ignore: decorator
@inline
function add(bins: usize, bin: u32, w: f64): void {
  const at = bins + (<usize>bin << 4);
  store<f64>(at, load<f64>(at) + w);
}

export function vocabularyHistogram(
  state: usize, x: usize, mask: usize, from: usize, n: usize, shift: u32,
  first: u32, last: u32, bits: u32, m: f32, temperature: f64,
): void {
  const bins = state + BINS;
  if (from == 0) memory.fill(bins, 0, 16 << BIN_BITS);
  storeScale(state, m, temperature);
  v128.store(state, i32x4.splat(first), SPLATS + 32);
  v128.store(state, i32x4.splat(last - first), SPLATS + 48);
  const mv = loadM(state), scale = loadScale(state);
  const firstv = v128.load(state, SPLATS + 32), width = v128.load(state, SPLATS + 48), lo = logitOf(last);
  const counts = temperature == Infinity;
  let w0 = f64x2.splat(1), w1 = w0;
  for (let i: usize = 0; i < n; i += STRIP) {
    if (below(state, from + i, shift, lo)) continue;
    const part = min(n - i, STRIP);
    const source = strip(x, mask, i, part, 1, NaN);
    for (let j: usize = 0; j < part; j += 4) {
      const v = v128.load(source + (j << 2));
      const past = i32x4.sub(flip(f32x4.add(v, f32x4.splat(0))), firstv);
      let hits = i32x4.bitmask(i32x4.le_u(past, width));
      if (part - j < 4) hits &= (1 << <i32>(part - j)) - 1;
      if (hits == 0) continue;
      const bin = i32x4.shr_u(past, bits);
      if (!counts) {
        w0 = weight(low(v), mv, scale);
        w1 = weight(high(v), mv, scale);
      }
      if (hits & 1) add(bins, i32x4.extract_lane(bin, 0), f64x2.extract_lane(w0, 0));
      if (hits & 2) add(bins + 8, i32x4.extract_lane(bin, 1), f64x2.extract_lane(w0, 1));
      if (hits & 4) add(bins, i32x4.extract_lane(bin, 2), f64x2.extract_lane(w1, 0));
      if (hits & 8) add(bins + 8, i32x4.extract_lane(bin, 3), f64x2.extract_lane(w1, 1));
    }
  }
}

/** @returns the weight in all bins */
export function vocabularyTotal(state: usize): f64 {
  let s: f64 = 0;
  for (let at = state + BINS, end = at + (16 << BIN_BITS); at < end; at += 16) s += load<f64>(at) + load<f64>(at, 8);
  return s;
}

/**
 * The bin in which the weights, added to `above`, reach `target`; the last one that is not empty, where rounding leaves them short.
 * MASS is what is above it then, WEIGHT its own.
 */
export function vocabularyBin(state: usize, above: f64, target: f64): u32 {
  let bin: u32 = 0, sum = above, own: f64 = 0;
  for (let b: u32 = 0; b < 1 << BIN_BITS && !(sum >= target && b > 0); b++) {
    const at = state + BINS + (<usize>b << 4);
    const w = load<f64>(at) + load<f64>(at, 8);
    if (w == 0) continue;
    bin = b;
    above = sum;
    own = w;
    sum += w;
  }
  store<f64>(state, above, MASS);
  store<f64>(state, own, WEIGHT);
  return bin;
}

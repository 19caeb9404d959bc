/**
 * bins[min(round((hi - x)·perUnit), 255)] += weight of x, over the allowed logits with lo <= x <= hi
 *
 * The weights are exp((x - m) / T), at T = Infinity 1. Bins follow the logits downwards, so their running sum says in which one a
 * number of tokens, or a share of the probability, is reached. There is a histogram for each of four lanes: logits that
 * are alike follow each other through one bin, and an addition waits 9 cycles for the one before it.
 */
import { high, loadTail, low } from "../lanes";
import { below, BIN_COUNT, BINS, STRIP, strip } from "./tokens";
import { weight, weightScale } from "./weight";

/** Integers up to 2^51 in the low bits of a float64. */
const WHOLE: f64 = 6755399441055744; // 1.5·2^52

// @ts-ignore: decorator
@inline
function add(bins: usize, bin: u64, w: f64): void {
  const at = bins + (<usize>(<u32>bin & 255) << 5);
  store<f64>(at, load<f64>(at) + w);
}

// @ts-ignore: decorator
@inline
function addPair(bins: usize, x: v128, take: v128, hi: v128, perUnit: v128, m: v128, c: v128): void {
  const z = f64x2.pmin(f64x2.mul(f64x2.sub(hi, x), perUnit), f64x2.splat(<f64>BIN_COUNT - 1));
  const bin = f64x2.add(z, f64x2.splat(WHOLE));
  const w = v128.and(weight(f64x2.sub(x, m), c), take);
  add(bins, i64x2.extract_lane(bin, 0), f64x2.extract_lane(w, 0));
  add(bins + 8, i64x2.extract_lane(bin, 1), f64x2.extract_lane(w, 1));
}

export function vocabularyHistogram(
  state: usize, x: usize, mask: usize, from: usize, n: usize, shift: u32,
  lo: f32, hi: f32, perUnit: f64, m: f32, temperature: f64,
): void {
  const bins = state + BINS;
  if (from == 0) memory.fill(bins, 0, BIN_COUNT << 5);
  const lov = f32x4.splat(lo), hiv = f32x4.splat(hi), nan = f32x4.splat(NaN);
  const top = f64x2.splat(hi), scale = f64x2.splat(perUnit), mv = f64x2.splat(m), c = f64x2.splat(weightScale(temperature));
  for (let i: usize = 0; i < n; i += STRIP) {
    if (below(state, from + i, shift, lo)) continue;
    const part = min(n - i, STRIP);
    const source = strip(x, mask, i, part, 1, NaN);
    for (let j: usize = 0; j < part; j += 4) {
      const left = part - j, at = source + (j << 2);
      const v = left < 4 ? loadTail(at, left, nan) : v128.load(at);
      const take = v128.and(f32x4.ge(v, lov), f32x4.le(v, hiv));
      if (!v128.any_true(take)) continue;
      addPair(bins, low(v), v128.extend_low<i32>(take), top, scale, mv, c);
      addPair(bins + 16, high(v), v128.extend_high<i32>(take), top, scale, mv, c);
    }
  }
}

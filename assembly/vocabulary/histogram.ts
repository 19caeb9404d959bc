/**
 * bins[(key - first) >> bits] += weight, over the allowed logits whose keys are first … last
 *
 * A token weighs exp((x - m) / T), or 1 where `weights` is 0: then tokens are counted. A bin has two sums, one for each lane of a
 * pair: neighbouring logits often fall into one bin, and an addition there waits nine cycles for the one before it.
 */
import { high, low } from "../lanes";
import { VOCABULARY_BINS } from "../layout";
import { binsOf, Marks, Tile, Weights } from "./marks";
import { below, flip, logitOf, STRIP, strip } from "./tokens";
import { markScale, weight } from "./weight";

const BINS: u32 = VOCABULARY_BINS;
const BINS_BYTES: usize = 16 * VOCABULARY_BINS;

// @ts-ignore: decorator
@inline
function add(bins: usize, bin: u32, w: f64): void {
  const at = bins + (<usize>bin << 4);
  store<f64>(at, load<f64>(at) + w);
}

export function vocabularyHistogram(marks: Marks, tile: Tile, weights: Weights, first: u32, last: u32, bits: u32): void {
  const from = tile.from, n = tile.n, shift = tile.shift, bins = binsOf(marks);
  if (from == 0) memory.fill(bins, 0, BINS_BYTES);
  const weighted = changetype<usize>(weights) != 0;
  if (weighted) markScale(marks, weights);
  marks.splat2 = i32x4.splat(first);
  marks.splat3 = i32x4.splat(last - first);
  const mv = marks.splat0, scale = marks.splat1, firstv = marks.splat2, width = marks.splat3, lo = logitOf(last);
  let w0 = f64x2.splat(1), w1 = w0;
  for (let i: usize = 0; i < n; i += STRIP) {
    if (below(marks, from + i, shift, lo)) continue;
    const part = min(n - i, STRIP);
    const source = strip(tile, i, part, 1, NaN);
    for (let j: usize = 0; j < part; j += 4) {
      const v = v128.load(source + (j << 2));
      const past = i32x4.sub(flip(f32x4.add(v, f32x4.splat(0))), firstv);
      let hits = i32x4.bitmask(i32x4.le_u(past, width));
      if (part - j < 4) hits &= (1 << <i32>(part - j)) - 1;
      if (hits == 0) continue;
      const bin = i32x4.shr_u(past, bits);
      if (weighted) {
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
export function vocabularyTotal(marks: Marks): f64 {
  let s: f64 = 0;
  for (let at = binsOf(marks), end = at + BINS_BYTES; at < end; at += 16) s += load<f64>(at) + load<f64>(at, 8);
  return s;
}

/**
 * The bin in which the weights, added to `above`, reach `target`; the last one that is not empty, where rounding leaves them
 * short. Marks the mass above that bin, and the bin's own weight.
 */
export function vocabularyBin(marks: Marks, above: f64, target: f64): u32 {
  let bin: u32 = 0, sum = above, own: f64 = 0;
  for (let b: u32 = 0; b < BINS && !(sum >= target && b > 0); b++) {
    const at = binsOf(marks) + (<usize>b << 4);
    const w = load<f64>(at) + load<f64>(at, 8);
    if (w == 0) continue;
    bin = b;
    above = sum;
    own = w;
    sum += w;
  }
  marks.mass = above;
  marks.weight = own;
  return bin;
}

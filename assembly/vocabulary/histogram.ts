/**
 * Histograms over the logits, downwards from the largest: their running sum says in which bin a number of tokens, or a share
 * of the probability, is reached.
 *
 * A bin of vocabularyOctaves has two sums, one for each lane of a pair: logits that are alike follow each other through one bin,
 * and an addition waits nine cycles for the one before it.
 */
import { high, low } from "../lanes";
import { below, BINS, OCTAVE_BINS, SPLATS, STRIP, strip } from "./tokens";
import { loadC1, loadC2, loadC3, loadC4, loadOne, loadWhole, weight } from "./weight";

// @ts-ignore: decorator
@inline
function add(bins: usize, bin: u32, w: f64): void {
  const at = bins + (<usize>bin << 4);
  store<f64>(at, load<f64>(at) + w);
}

// @ts-ignore: decorator
@inline
function addWeights(
  bins: usize, x: v128, m: v128, perUnit: v128, C1: v128, C2: v128, C3: v128, C4: v128, one: v128, whole: v128,
): void {
  const u = f64x2.mul(f64x2.sub(m, x), perUnit);
  const bin = f64x2.add(u, whole);
  const w = weight(f64x2.sub(f64x2.sub(bin, whole), u), C1, C2, C3, C4, one);
  add(bins, i32x4.extract_lane(bin, 0), f64x2.extract_lane(w, 0));
  add(bins + 8, i32x4.extract_lane(bin, 2), f64x2.extract_lane(w, 1));
}

/**
 * bins[k] += 2^((k - u)/16) over the allowed logits >= lo        u = (m - x)·perUnit = 16·log2(e)·(m - x)/T, k = round(u)
 *
 * A bin is a sixteenth of an octave of weight; times 2^(-k/16) it is the weight of its tokens.
 *
 * A logit above m, where another thread writes the row, counts as m: k is an address.
 *
 * @param lo  high enough that k < OCTAVE_BINS
 */
export function vocabularyOctaves(
  state: usize, x: usize, mask: usize, from: usize, n: usize, shift: u32, lo: f32, m: f32, perUnit: f64,
): void {
  const bins = state + BINS;
  if (from == 0) memory.fill(bins, 0, OCTAVE_BINS << 4);
  v128.store(state, f64x2.splat(m), SPLATS);
  v128.store(state, f64x2.splat(perUnit), SPLATS + 16);
  v128.store(state, f32x4.splat(lo), SPLATS + 32);
  const C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), one = loadOne(), whole = loadWhole();
  const mv = v128.load(state, SPLATS), scale = v128.load(state, SPLATS + 16), lov = v128.load(state, SPLATS + 32);
  const most = f32x4.splat(m);
  for (let i: usize = 0; i < n; i += STRIP) {
    if (below(state, from + i, shift, lo)) continue;
    const part = min(n - i, STRIP);
    const source = strip(x, mask, i, part, 1, NaN), end = source + (part << 2);
    for (let at = source; at < end; at += 16) {
      const v = f32x4.pmin(v128.load(at), most);
      if (end - at >= 16 && i32x4.all_true(f32x4.ge(v, lov))) {
        addWeights(bins, low(v), mv, scale, C1, C2, C3, C4, one, whole);
        addWeights(bins, high(v), mv, scale, C1, C2, C3, C4, one, whole);
        continue;
      }
      for (let one4 = at, end4 = min(end, at + 16); one4 < end4; one4 += 4) {
        const value = min<f32>(load<f32>(one4), m);
        if (!(value >= lo)) continue;
        const u = f64x2.mul(f64x2.sub(mv, f64x2.splat(value)), scale);
        const bin = f64x2.add(u, whole);
        const w = weight(f64x2.sub(f64x2.sub(bin, whole), u), C1, C2, C3, C4, one);
        add(bins, i32x4.extract_lane(bin, 0), f64x2.extract_lane(w, 0));
      }
    }
  }
}

/**
 * bins[min(round((hi - x)·perUnit), last)] += 2^((center - u)/16), over the allowed logits with lo <= x <= hi
 *
 * u is that of vocabularyOctaves, and all of these logits fall into its bin `center`; or perOctave = 0 and center = 0, and what is
 * added is 1 a token.
 */
export function vocabularyHistogram(
  state: usize, x: usize, mask: usize, from: usize, n: usize, shift: u32,
  lo: f32, hi: f32, perUnit: f64, last: f64, m: f32, perOctave: f64, center: f64,
): void {
  const bins = state + BINS;
  if (from == 0) memory.fill(bins, 0, OCTAVE_BINS << 4);
  v128.store(state, f64x2.splat(hi), SPLATS);
  v128.store(state, f64x2.splat(perUnit), SPLATS + 16);
  v128.store(state, f64x2.splat(last), SPLATS + 32);
  v128.store(state, f64x2.splat(m), SPLATS + 48);
  v128.store(state, f64x2.splat(perOctave), SPLATS + 64);
  v128.store(state, f64x2.splat(center), SPLATS + 80);
  const C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), one = loadOne(), whole = loadWhole();
  const top = v128.load(state, SPLATS), scale = v128.load(state, SPLATS + 16), end = v128.load(state, SPLATS + 32);
  const mv = v128.load(state, SPLATS + 48), octaves = v128.load(state, SPLATS + 64), middle = v128.load(state, SPLATS + 80);
  const lov = f32x4.splat(lo), hiv = f32x4.splat(hi);
  for (let i: usize = 0; i < n; i += STRIP) {
    if (below(state, from + i, shift, lo)) continue;
    const part = min(n - i, STRIP);
    const source = strip(x, mask, i, part, 1, NaN);
    for (let j: usize = 0; j < part; j += 4) {
      const v = v128.load(source + (j << 2));
      let hits = i32x4.bitmask(v128.and(f32x4.ge(v, lov), f32x4.le(v, hiv)));
      if (part - j < 4) hits &= (1 << <i32>(part - j)) - 1;
      if (hits == 0) continue;
      for (let pair: usize = 0; pair < 2; pair++, hits >>= 2) {
        const d = low(pair ? v128.shuffle<u64>(v, v, 1, 1) : v);
        const bin = f64x2.add(f64x2.pmin(f64x2.mul(f64x2.sub(top, d), scale), end), whole);
        const w = weight(f64x2.sub(middle, f64x2.mul(f64x2.sub(mv, d), octaves)), C1, C2, C3, C4, one);
        // in index order into one sum: a list gets the bits that the row gets it was gathered from
        if (hits & 1) add(bins, i32x4.extract_lane(bin, 0), f64x2.extract_lane(w, 0));
        if (hits & 2) add(bins, i32x4.extract_lane(bin, 2), f64x2.extract_lane(w, 1));
      }
    }
  }
}

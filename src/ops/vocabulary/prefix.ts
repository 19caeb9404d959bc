/**
 * From weights to prefixes, without sorting a vocabulary: a histogram over the logits says in which bin the prefix ends, the
 * bin's tokens are listed, and so on within the list.
 */
import { ALL_TIES, BINS_PER_OCTAVE, VOCABULARY, VOCABULARY_BINS } from "../../kernels";
import { EVERYTHING, type Prefix, type Row, type Source } from "./row";

const LAST_BIN = VOCABULARY_BINS - 1;
export const LOWEST = -3.4028234663852886e38;

/** Lists up to this long are sorted, and so are vocabularies; longer ones are divided by a histogram first. */
export const SORTED = 256;

/** Weights of the last histogram's bins, of the current call. */
const bins = new Float64Array(VOCABULARY_BINS);

/** 2^(-j/16), rounded to nearest. Written out, as engines' ** differ: three of them are off by one in Node 20. */
const STEPS = Float64Array.of(
  1,
  0.9576032806985737,
  0.9170040432046712,
  0.8781260801866497,
  0.8408964152537145,
  0.8052451659746271,
  0.7711054127039704,
  0.7384130729697497,
  Math.SQRT1_2,
  0.6771277734684463,
  0.6484197773255048,
  0.620928906036742,
  0.5946035575013605,
  0.5693943173783458,
  0.5452538663326288,
  0.5221368912137069,
);

/**
 * The first k tokens of `source` as a prefix; EVERYTHING, with their number as its mass, where fewer are finite.
 *
 * @param lo      tokens below it are not looked at
 * @param bottom  a guess of how far down the prefix reaches; the closer, the fewer steps
 */
export function reachCount(row: Row, source: Source, k: number, m: number, lo: number, bottom: number): Prefix {
  const { vocabularyHistogram, vocabularyOrder } = row.kernels;
  if (source.length <= SORTED) {
    const count = row.gather(source, lo, m);
    if (k > count) return { ...EVERYTHING, mass: count };
    vocabularyOrder(row.list, row.capacity, count);
    return row.prefixOfList(k);
  }
  const perUnit = Math.min(LAST_BIN / (m - bottom), 1e300);
  source.pass((x, mask, from, n) => {
    vocabularyHistogram(row.state, x, mask, from, n, source.shift, lo, m, perUnit, LAST_BIN, m, 0, 0);
    return false;
  });
  const all = weights(row, 1, false);
  return k > all ? { ...EVERYTHING, mass: all } : descend(row, source, k, lo, m, perUnit, m, Infinity, 0);
}

/** Bins of vocabularyOctaves to a unit of logits, and the least logit at or above lo that falls into one. */
export function octavesDownTo(m: number, temperature: number, lo: number): { perUnit: number; least: number } {
  const perUnit = Math.min((BINS_PER_OCTAVE * Math.LOG2E) / temperature, 1e300);
  return { perUnit, least: Math.max(floatAtLeast(lo), floatAtLeast(m - (LAST_BIN - 2) / perUnit)) };
}

/** The weights exp((x - m) / T) of the tokens of `source` from `least` on, into bins. @returns their sum */
export function octaves(row: Row, source: Source, least: number, m: number, perUnit: number): number {
  const { vocabularyOctaves } = row.kernels;
  const { shift } = source;
  source.pass((x, mask, from, n) => {
    vocabularyOctaves(row.state, x, mask, from, n, shift, least, m, perUnit);
    return false;
  });
  return weights(row, 1, true);
}

/**
 * The bins' weights, times `factor`, and where `octaves`, a sixteenth of an octave less from each bin to the next.
 *
 * @returns their sum, added up in the order of the bins
 */
function weights(row: Row, factor: number, octaves: boolean): number {
  const at = row.state + VOCABULARY.bins;
  let sum = 0;
  for (let b = 0; b < VOCABULARY_BINS; b++) {
    const both = row.heap.float64(at + 16 * b) + row.heap.float64(at + 16 * b + 8);
    bins[b] = both * factor * (octaves ? STEPS[b & 15] : 1);
    sum += bins[b];
    if (octaves && (b & 15) === 15) factor *= 0.5;
  }
  return sum;
}

/**
 * From a histogram of `source` to the prefix at which the running sum reaches `target`: the tokens
 * of the bin where it does are listed, and sorted if they are few, or divided by another histogram.
 *
 * @param lo, hi     what the histogram is of
 * @param perUnit    its bins are round((hi - x)·perUnit)
 * @param perOctave  of vocabularyOctaves, 0 where each token weighs 1
 */
export function descend(
  row: Row,
  source: Source,
  target: number,
  lo: number,
  hi: number,
  perUnit: number,
  m: number,
  temperature: number,
  perOctave: number,
): Prefix {
  const { vocabularyHistogram, vocabularyOrder, vocabularyCut } = row.kernels;
  let above = 0; // the sum of the bins before, this histogram's and those of earlier ones
  let center = -1; // the bin of vocabularyOctaves that all of this is in
  for (;;) {
    let bin = 0; // in which the prefix ends; the last one that is not empty, where rounding leaves the sum short
    for (let b = 0, sum = above; b <= LAST_BIN && !(sum >= target && b > 0); b++) {
      if (bins[b] === 0) continue;
      bin = b;
      above = sum;
      sum += bins[b];
    }
    const weight = bins[bin];
    const margin = 1e-6 * (Math.abs(hi) + (bin + 1) / perUnit); // for what rounding does to the two bounds
    const from = bin === LAST_BIN ? lo : Math.max(lo, hi - (bin + 0.5) / perUnit - margin);
    const upTo = Math.min(hi, hi - (bin - 0.5) / perUnit + margin);
    const count = row.gather(source, from, upTo, ALL_TIES, {
      top: hi,
      perUnit,
      first: bin,
      last: bin === LAST_BIN ? Infinity : bin,
    });
    if (count <= SORTED) {
      vocabularyOrder(row.list, row.capacity, count);
      const taken = vocabularyCut(row.state, row.list, count, above, target, m, temperature);
      return { ...row.prefixOfList(taken), mass: row.heap.float64(row.state + VOCABULARY.mass) };
    }
    const least = row.heap.float32(row.state + VOCABULARY.least);
    const most = row.heap.float32(row.state + VOCABULARY.most);
    if (least === most) {
      const each = weight / count;
      const ties = Math.min(Math.max(Math.ceil((target - above) / each), 1), count);
      return { t: least, ties, mass: above + ties * each };
    }
    if (count <= row.capacity) source = row.listed(count);
    if (center < 0) center = perOctave > 0 ? bin : 0;
    lo = least;
    hi = most;
    perUnit = LAST_BIN / (most - least);
    const within = source;
    within.pass((x, mask, at, n) => {
      const { shift } = within;
      vocabularyHistogram(row.state, x, mask, at, n, shift, lo, hi, perUnit, LAST_BIN, m, perOctave, center);
      return false;
    });
    weights(row, STEPS[center & 15] * 2 ** -(center >> 4), false);
  }
}

const float = new Float32Array(1);
const floatBits = new Int32Array(float.buffer);

/** The least float32 that is at least v. */
export function floatAtLeast(v: number): number {
  float[0] = v;
  if (float[0] >= v) return float[0];
  if (float[0] === 0) floatBits[0] = 1;
  else floatBits[0] += float[0] > 0 ? 1 : -1;
  return float[0];
}

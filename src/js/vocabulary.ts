/** assembly/vocabulary/ in JavaScript: the same passes, one token at a time, with weights in float64. */
import { ALL_TIES, VOCABULARY, VOCABULARY_BINS, VOCABULARY_STRIP, type VocabularyKernels } from "../kernels";
import { perTemperature } from "./columns";
import { exp } from "./exp";
import { logTotal } from "./logSumExp";
import { rowExpSum, rowMax } from "./row";
import type { Memory } from "./state";

const { sum, log, total, count, least, most, ties: tiesAt, mass, weight, bins, maxima } = VOCABULARY;

// assembly/vocabulary/weight.ts
const C1 = 0.043321698775062194;
const C2 = 0.0009383847927372452;
const C3 = 0.00001355112567938221;
const C4 = 1.467632986259077e-7;

export function vocabularyKernels({ f32, f64, u8, u32 }: Memory): VocabularyKernels {
  const allowed = (mask: number, i: number): boolean =>
    mask === 0 || ((u32[(mask >>> 2) + (i >>> 5)] >>> (i & 31)) & 1) === 1;

  /** Whether all of the block at a token lies below `lo`. */
  const below = (state: number, token: number, shift: number, lo: number): boolean =>
    shift !== 0 && f32[((state + maxima) >>> 2) + (token >>> shift)] < lo;

  /** Calls `work` for every allowed token whose block does not lie below `lo`, until it returns true. */
  const each = (
    state: number,
    x: number,
    mask: number,
    from: number,
    n: number,
    shift: number,
    lo: number,
    work: (value: number, i: number) => boolean,
  ): boolean => {
    for (let i = 0; i < n; i += VOCABULARY_STRIP) {
      if (below(state, from + i, shift, lo)) continue;
      const end = Math.min(n, i + VOCABULARY_STRIP);
      for (let j = i; j < end; j++) {
        if (allowed(mask, j) && work(f32[(x >>> 2) + j], j)) return true;
      }
    }
    return false;
  };

  return {
    vocabularyBits(bits, bytes, n) {
      for (let i = 0; i < n; i += 32) {
        let word = 0;
        for (let j = 0; j < 32; j++) if (u8[bytes + i + j] !== 0) word |= 1 << j;
        u32[(bits + (i >>> 3)) >>> 2] = word;
      }
    },

    vocabularyMaxima(state, x, mask, from, n, shift) {
      for (let i = 0; i < n; i += VOCABULARY_STRIP) {
        const end = Math.min(n, i + VOCABULARY_STRIP);
        const at = ((state + maxima) >>> 2) + ((from + i) >>> shift);
        let m = ((from + i) & (2 ** shift - 1)) === 0 ? -Infinity : f32[at];
        if (mask === 0) {
          m = m !== m ? m : rowMax(f32, (x >>> 2) + i, end - i, m);
        } else {
          for (let j = i; j < end; j++) if (allowed(mask, j)) m = Math.max(m, f32[(x >>> 2) + j]);
        }
        f32[at] = m;
      }
    },

    vocabularySum(state, x, mask, from, n, shift, m, temperature) {
      const at = (state + sum) >>> 3;
      let s = from === 0 ? 0 : f64[at];
      const perT = perTemperature(temperature);
      if (mask === 0) {
        s = rowExpSum(f32, -1, x >>> 2, n, m, perT, s);
      } else {
        each(state, x, mask, from, n, shift, -3.4028234663852886e38, (value) => {
          s += exp((value - m) * perT);
          return false;
        });
      }
      f64[at] = s;
      f64[at + 1] = 0;
      f64[(state + log) >>> 3] = Math.log(s);
      f32[(state + total) >>> 2] = logTotal(m, s, temperature);
    },

    vocabularyOctaves(state, x, mask, from, n, shift, lo, m, perUnit) {
      const at = (state + bins) >>> 3;
      if (from === 0) f64.fill(0, at, at + 2 * VOCABULARY_BINS);
      each(state, x, mask, from, n, shift, lo, (value) => {
        if (!(value >= lo)) return false;
        const u = (m - Math.min(value, m)) * perUnit; // another thread may have written it since: k is an address
        const k = Math.floor(u + 0.5);
        f64[at + 2 * k] += weigh(k - u);
        return false;
      });
    },

    vocabularyHistogram(state, x, mask, from, n, shift, lo, hi, perUnit, last, m, perOctave, center) {
      const at = (state + bins) >>> 3;
      if (from === 0) f64.fill(0, at, at + 2 * VOCABULARY_BINS);
      each(state, x, mask, from, n, shift, lo, (value) => {
        if (!(value >= lo && value <= hi)) return false;
        const k = Math.min(Math.floor((hi - value) * perUnit + 0.5), last);
        f64[at + 2 * k] += weigh(center - (m - value) * perOctave);
        return false;
      });
    },

    vocabularyGather(state, list, capacity, x, mask, from, n, shift, lo, hi, top, perUnit, bin, lastBin, ties) {
      const word = state >>> 2;
      const first = from === 0;
      let found = first ? 0 : u32[word + (count >>> 2)];
      let smallest = first ? Infinity : f32[word + (least >>> 2)];
      let largest = first ? -Infinity : f32[word + (most >>> 2)];
      let left = first ? ties : u32[word + (tiesAt >>> 2)];
      each(state, x, mask, from, n, shift, lo, (value, i) => {
        if (!(value >= lo && value <= hi)) return false;
        const place = Math.floor((top - value) * perUnit + 0.5);
        if (place < bin || place > lastBin) return false;
        if (value === lo) {
          if (left === 0) return false;
          left--;
        }
        if (found < capacity) {
          f32[(list >>> 2) + found] = value;
          u32[(list >>> 2) + capacity + found] = from + i;
        }
        found++;
        if (value < smallest) smallest = value;
        if (value > largest) largest = value;
        return false;
      });
      u32[word + (count >>> 2)] = found;
      f32[word + (least >>> 2)] = smallest;
      f32[word + (most >>> 2)] = largest;
      u32[word + (tiesAt >>> 2)] = left;
    },

    vocabularyOrder(list, capacity, n) {
      const values = f32.slice(list >>> 2, (list >>> 2) + n);
      const indices = u32.slice((list >>> 2) + capacity, (list >>> 2) + capacity + n);
      const order = Uint32Array.from(values.keys()).sort((a, b) => values[b] - values[a] || indices[a] - indices[b]);
      order.forEach((from, to) => {
        f32[(list >>> 2) + to] = values[from];
        u32[(list >>> 2) + capacity + to] = indices[from];
      });
    },

    vocabularyCut(state, list, n, above, target, m, temperature) {
      let taken = 0;
      while (taken < n && (above < target || taken === 0)) {
        above += Math.exp((f32[(list >>> 2) + taken] - m) / temperature);
        taken++;
      }
      f64[(state + mass) >>> 3] = above;
      return taken;
    },

    vocabularyDraw(state, x, mask, from, n, shift, t, ties, target, m, temperature) {
      let taken = from === 0 ? 0 : f64[(state + mass) >>> 3];
      let left = from === 0 ? ties : u32[(state + tiesAt) >>> 2];
      let token = -1;
      each(state, x, mask, from, n, shift, t, (value, i) => {
        if (!(value >= t)) return false;
        if (value === t && left !== ALL_TIES) {
          if (left === 0) return false;
          left--;
        }
        const w = Math.fround(exp((value - m) / temperature)); // as a float32: what underflows weighs 0
        taken += w;
        if (!(w > 0 && taken > target)) return false;
        f64[(state + weight) >>> 3] = w;
        token = from + i;
        return true;
      });
      f64[(state + mass) >>> 3] = taken;
      u32[(state + tiesAt) >>> 2] = left;
      return token;
    },
  };
}

/** 2^(r/16), |r| <= 1/2. */
function weigh(r: number): number {
  return 1 + r * (C1 + r * (C2 + r * (C3 + r * C4)));
}

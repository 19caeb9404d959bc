/** assembly/vocabulary/ in JavaScript: the same passes, one token at a time, with weights in float64. */

import { ALL_TIES, VOCABULARY_BINS, VOCABULARY_BLOCKS, VOCABULARY_STRIP } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { VOCABULARY } from "../../kernels/vocabulary";
import { keyOf, logitOf, orderPairs } from "../../order";
import { perTemperature } from "../columns";
import { exp } from "../exp";
import { rowExpSum, rowMax } from "../row";
import { logTotal } from "../rows/logSumExp";
import type { Memory } from "../state";

const {
  sum,
  log,
  total,
  count,
  above,
  least,
  most,
  ties: tiesAt,
  mass,
  weight,
  threshold,
  tail,
  bins,
  maxima,
} = VOCABULARY;

/** exp((x - m) / T); 1, where T is Infinity. */
const weigh = (x: number, m: number, temperature: number): number =>
  temperature === Infinity ? 1 : Math.exp((x - m) / temperature);

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

    vocabularyRange(state, x, n) {
      let [a, b] = [f32[x >>> 2], f32[x >>> 2]];
      for (let i = x >>> 2, end = i + n; i < end; i++) {
        if (f32[i] < a) a = f32[i];
        if (f32[i] > b) b = f32[i];
      }
      f32[(state + least) >>> 2] = a;
      f32[(state + most) >>> 2] = b;
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

    vocabularyTail(state, x, mask, from, n, shift, end, m, temperature) {
      const at = (state + tail) >>> 3;
      let s = from === 0 ? 0 : f64[at];
      const perT = perTemperature(temperature);
      each(state, x, mask, from, n, shift, -3.4028234663852886e38, (value) => {
        if (value <= end) s += exp((value - m) * perT);
        return false;
      });
      f64[at] = s;
      f64[at + 1] = 0;
    },

    vocabularyHistogram(state, x, mask, from, n, shift, first, last, bits, m, temperature) {
      const at = (state + bins) >>> 3;
      if (from === 0) f64.fill(0, at, at + 2 * VOCABULARY_BINS);
      const [lo, hi] = [logitOf(last), logitOf(first)];
      each(state, x, mask, from, n, shift, lo, (value) => {
        if (!(value >= lo && value <= hi)) return false;
        f64[at + 2 * ((keyOf(value) - first) >>> bits)] += weigh(value, m, temperature);
        return false;
      });
    },

    vocabularyTotal(state) {
      let s = 0;
      for (let b = 0, at = (state + bins) >>> 3; b < 2 * VOCABULARY_BINS; b += 2) s += f64[at + b];
      return s;
    },

    vocabularyBin(state, sumAbove, target) {
      let bin = 0;
      let s = sumAbove;
      let own = 0;
      for (let b = 0; b < VOCABULARY_BINS && !(s >= target && b > 0); b++) {
        const w = f64[((state + bins) >>> 3) + 2 * b];
        if (w === 0) continue;
        bin = b;
        sumAbove = s;
        own = w;
        s += w;
      }
      f64[(state + mass) >>> 3] = sumAbove;
      f64[(state + weight) >>> 3] = own;
      return bin;
    },

    vocabularyGather(state, list, capacity, pairs, x, mask, from, n, shift, lo, hi, ties) {
      const word = state >>> 2;
      const first = from === 0;
      let found = first ? 0 : u32[word + (count >>> 2)];
      let over = first ? 0 : u32[word + (above >>> 2)];
      let left = first ? ties : u32[word + (tiesAt >>> 2)];
      each(state, x, mask, from, n, shift, lo, (value, i) => {
        if (!(value >= lo)) return false;
        if (value > hi) {
          over++;
          return false;
        }
        if (value === lo) {
          if (left === 0) return false;
          left--;
        }
        if (found < capacity) {
          if (pairs === 0) {
            f32[(list >>> 2) + found] = value;
          } else {
            u32[(list >>> 2) + 2 * found] = from + i;
            u32[(list >>> 2) + 2 * found + 1] = keyOf(value);
          }
        }
        found++;
        return false;
      });
      u32[word + (count >>> 2)] = found;
      u32[word + (above >>> 2)] = over;
      u32[word + (tiesAt >>> 2)] = left;
    },

    vocabularyOrder(_, list, capacity, n) {
      const from = list >>> 2;
      const pairs = orderPairs(u32, from, from + 2 * capacity, n);
      const to = pairs === from ? from + 2 * capacity : from;
      for (let j = 0; j < n; j++) {
        f32[to + j] = logitOf(u32[pairs + 2 * j + 1]);
        u32[to + capacity + j] = u32[pairs + 2 * j];
      }
      return 4 * to;
    },

    vocabularyShift(x, n, m, temperature, logS) {
      for (let i = x >>> 2, end = i + n; i < end; i++) f32[i] = (f32[i] - m) / temperature - logS;
    },

    vocabularyCut(state, logits, n, s, target, m, temperature) {
      let t = Number.NaN;
      let ties = 0;
      for (let taken = 0; taken < n && (s < target || taken === 0); taken++) {
        const x = f32[(logits >>> 2) + taken];
        s += weigh(x, m, temperature);
        ties = x === t ? ties + 1 : 1;
        t = x;
      }
      f32[(state + threshold) >>> 2] = t;
      u32[(state + tiesAt) >>> 2] = ties;
      f64[(state + mass) >>> 3] = s;
    },

    vocabularyDraw(state, x, mask, from, n, shift, t, ties, target, m, temperature) {
      let taken = from === 0 ? 0 : f64[(state + mass) >>> 3];
      let left = from === 0 ? ties : u32[(state + tiesAt) >>> 2];
      let token = -1;
      const take = (value: number, i: number): boolean => {
        if (!(value >= t)) return false;
        if (value === t && left !== ALL_TIES) {
          if (left === 0) return false;
          left--;
        }
        const w = Math.fround(exp((value - m) / temperature)); // as a float32: what underflows weighs 0
        taken += w;
        if (!(w > 0 && taken > target)) return false;
        f64[(state + weight) >>> 3] = w;
        token = i;
        return true;
      };
      for (let i = from; i < from + n && token < 0; ) {
        const block = i >>> shift;
        const end = Math.min(from + n, (block + 1) * 2 ** shift);
        if (i === block * 2 ** shift) {
          f64[((state + bins) >>> 3) + block] = taken;
          u32[((state + bins) >>> 2) + 2 * VOCABULARY_BLOCKS + block] = left;
        }
        const j = i;
        each(state, x + 4 * (j - from), mask === 0 ? 0 : mask + ((j - from) >>> 3), j, end - j, shift, t, (value, k) =>
          take(value, j + k),
        );
        i = end;
      }
      f64[(state + mass) >>> 3] = taken;
      u32[(state + tiesAt) >>> 2] = left;
      return token;
    },

    vocabularySeek(state, blocks, target) {
      const first = (state + bins) >>> 3;
      let block = blocks - 1;
      while (block > 0 && f64[first + block] > target) block--;
      f64[(state + mass) >>> 3] = f64[first + block];
      u32[(state + tiesAt) >>> 2] = u32[2 * (first + VOCABULARY_BLOCKS) + block];
      return block;
    },
  };
}

/**
 * A list of tokens in two arrays beside each other: f32 logits, and `capacity` floats behind them u32 indices.
 */
import { exp64 } from "../log";
import { below, COUNT, LEAST, MASS, MOST, STRIP, strip, TIES } from "./tokens";

/**
 * Appends the allowed logits with lo <= x <= hi and bin <= round((top - x)·perUnit) <= lastBin, of those equal to lo the first
 * `ties` alone. COUNT goes on where the list is full, LEAST and MOST with it. x may be the list itself.
 */
export function vocabularyGather(
  state: usize, list: usize, capacity: u32, x: usize, mask: usize, from: usize, n: usize, shift: u32,
  lo: f32, hi: f32, top: f32, perUnit: f64, bin: f64, lastBin: f64, ties: u32,
): void {
  let count: u32 = 0, least: f32 = Infinity, most: f32 = -Infinity;
  if (from) {
    count = load<u32>(state, COUNT);
    least = load<f32>(state, LEAST);
    most = load<f32>(state, MOST);
    ties = load<u32>(state, TIES);
  }
  const indices = list + (<usize>capacity << 2);
  const lov = f32x4.splat(lo), hiv = f32x4.splat(hi);
  for (let i: usize = 0; i < n; i += STRIP) {
    if (below(state, from + i, shift, lo)) continue;
    const part = min(n - i, STRIP);
    const source = strip(x, mask, i, part, 1, NaN);
    for (let j: usize = 0; j < part; j += 16) {
      // a bit for each of 16 logits
      const at = source + (j << 2);
      const v0 = v128.load(at), v1 = v128.load(at, 16), v2 = v128.load(at, 32), v3 = v128.load(at, 48);
      const t0 = v128.and(f32x4.ge(v0, lov), f32x4.le(v0, hiv)), t1 = v128.and(f32x4.ge(v1, lov), f32x4.le(v1, hiv));
      const t2 = v128.and(f32x4.ge(v2, lov), f32x4.le(v2, hiv)), t3 = v128.and(f32x4.ge(v3, lov), f32x4.le(v3, hiv));
      let hits = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(t0, t1), i16x8.narrow_i32x4_s(t2, t3)));
      if (part - j < 16) hits &= (1 << <i32>(part - j)) - 1;
      for (; hits; hits &= hits - 1) {
        const k = j + ctz(hits);
        const value = load<f32>(source + (k << 2));
        const place = nearest((<f64>top - <f64>value) * perUnit);
        if (place < bin || place > lastBin) continue; // with perUnit 0 and -Infinity it is NaN
        if (value == lo) {
          if (ties == 0) continue;
          ties--;
        }
        if (count < capacity) {
          store<f32>(list + (<usize>count << 2), value);
          store<u32>(indices + (<usize>count << 2), <u32>(from + i + k));
        }
        count++;
        least = min(least, value);
        most = max(most, value);
      }
    }
  }
  store<u32>(state, count, COUNT);
  store<f32>(state, least, LEAST);
  store<f32>(state, most, MOST);
  store<u32>(state, ties, TIES);
}

/** Whether entry a comes before entry b: a larger logit, or an equal one of a lower index. */
// @ts-ignore: decorator
@inline
function before(a: f32, i: u32, b: f32, j: u32): bool {
  return a > b || (a == b && i < j);
}

/** Lets the entry at `root` sink until none under it comes after it, so that the root of the heap is the last of all. */
function sink(list: usize, indices: usize, root: usize, count: usize): void {
  const value = load<f32>(list + (root << 2)), index = load<u32>(indices + (root << 2));
  for (let child: usize = 2 * root + 1; child < count; child = 2 * root + 1) {
    let v = load<f32>(list + (child << 2)), k = load<u32>(indices + (child << 2));
    if (child + 1 < count) {
      const w = load<f32>(list + (child << 2), 4), l = load<u32>(indices + (child << 2), 4);
      if (before(v, k, w, l)) {
        child++;
        v = w;
        k = l;
      }
    }
    if (before(v, k, value, index)) break;
    store<f32>(list + (root << 2), v);
    store<u32>(indices + (root << 2), k);
    root = child;
  }
  store<f32>(list + (root << 2), value);
  store<u32>(indices + (root << 2), index);
}

/** Sorts the first `count` entries: logits downwards, equal ones by index. Heapsort: no stack, no worst case. */
export function vocabularyOrder(list: usize, capacity: u32, count: u32): void {
  const indices = list + (<usize>capacity << 2);
  for (let root: usize = count >> 1; root-- > 0; ) sink(list, indices, root, count);
  for (let end: usize = count; end-- > 1; ) {
    const value = load<f32>(list + (end << 2)), index = load<u32>(indices + (end << 2));
    store<f32>(list + (end << 2), load<f32>(list));
    store<u32>(indices + (end << 2), load<u32>(indices));
    store<f32>(list, value);
    store<u32>(indices, index);
    sink(list, indices, 0, end);
  }
}

/**
 * How many of an ordered list's entries it takes until MASS, which is `above` and their weights, reaches `target`; all, if it
 * never does. Weights are exp((x - m) / T), at T = Infinity 1.
 */
export function vocabularyCut(
  state: usize, list: usize, count: u32, above: f64, target: f64, m: f32, temperature: f64,
): u32 {
  let taken: u32 = 0;
  while (taken < count && (above < target || taken == 0)) {
    above += exp64((<f64>load<f32>(list + (<usize>taken << 2)) - <f64>m) / temperature);
    taken++;
  }
  store<f64>(state, above, MASS);
  return taken;
}

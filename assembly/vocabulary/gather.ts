/**
 * Lists the allowed logits with lo <= x <= hi, of those equal to lo the first `ties` alone. The list is in index order: f32, or
 * where `pairs` is not 0 u64, the index and the key.
 *
 * Marks how many there are, which may be more than the list has room for, and how many are above hi. A list of f32 may be the
 * tile's x.
 */
import { front } from "../compact";
import { Marks, Tile } from "./marks";
import { ALL, below, flip, keyOf, next, STRIP, strip } from "./tokens";

/** Logits that are compared together: their hits are the bits of one u64. */
const GROUP: usize = 64;

/** With more hits than this among a group, a vector at a time is faster than one by one: for lists of logits, and of pairs. */
const DENSE: u32 = 3;
const DENSE_PAIRS: u32 = 12;

// @ts-ignore: decorator
@inline
function bits16(t0: v128, t1: v128, t2: v128, t3: v128): u64 {
  return <u64>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(t0, t1), i16x8.narrow_i32x4_s(t2, t3)));
}

// a bit for each of the 64 logits at `at`
// @ts-ignore: decorator
@inline
function atLeast16(at: usize, t: v128): u64 {
  return bits16(
    f32x4.ge(v128.load(at), t), f32x4.ge(v128.load(at, 16), t), f32x4.ge(v128.load(at, 32), t), f32x4.ge(v128.load(at, 48), t));
}
// @ts-ignore: decorator
@inline
function atLeast(at: usize, t: v128): u64 {
  return atLeast16(at, t) | (atLeast16(at + 64, t) << 16) | (atLeast16(at + 128, t) << 32) | (atLeast16(at + 192, t) << 48);
}

/** Those of four logits that `hits` has a bit for, to the front of 32 bytes at `at`. @returns where the next one goes */
// @ts-ignore: decorator
@inline
function append(at: usize, x: v128, token: v128, hits: i32): usize {
  const keys = flip(f32x4.add(x, f32x4.splat(0)));
  const taken = front(hits & 15);
  const i = i8x16.swizzle(token, taken), k = i8x16.swizzle(keys, taken);
  v128.store(at, v128.shuffle<i32>(i, k, 0, 4, 1, 5));
  v128.store(at, v128.shuffle<i32>(i, k, 2, 6, 3, 7), 16);
  return at + (popcnt(hits & 15) << 3);
}

/** The same without their indices, in 16 bytes. */
// @ts-ignore: decorator
@inline
function appendLogits(at: usize, x: v128, hits: i32): usize {
  v128.store(at, i8x16.swizzle(x, front(hits & 15)));
  return at + (popcnt(hits & 15) << 2);
}

/** The `hits` of the 64 logits at `at`, the first of which is `token`, to `to`; up to 16 more are written over. */
function appendAll(to: usize, pairs: u32, at: usize, token: u32, hits: u64): void {
  for (let left: u32 = 4; left; left--, at += 64, token += 16, hits >>= 16) {
    const h = <i32>hits;
    const v0 = v128.load(at), v1 = v128.load(at, 16), v2 = v128.load(at, 32), v3 = v128.load(at, 48);
    if (pairs) {
      const four = i32x4.add(i32x4.splat(token), i32x4(0, 1, 2, 3));
      to = append(to, v0, four, h);
      to = append(to, v1, i32x4.add(four, i32x4.splat(4)), h >> 4);
      to = append(to, v2, i32x4.add(four, i32x4.splat(8)), h >> 8);
      to = append(to, v3, i32x4.add(four, i32x4.splat(12)), h >> 12);
    } else {
      to = appendLogits(to, v0, h);
      to = appendLogits(to, v1, h >> 4);
      to = appendLogits(to, v2, h >> 8);
      to = appendLogits(to, v3, h >> 12);
    }
  }
}

/** A logit, or its pair, to place `count` of the list. */
// @ts-ignore: decorator
@inline
function put(list: usize, count: u32, pairs: u32, token: u32, logit: f32): void {
  if (pairs) store<u64>(list + (<usize>count << 3), (<u64>keyOf(logit) << 32) | <u64>token);
  else store<f32>(list + (<usize>count << 2), logit);
}

export function vocabularyGather(
  marks: Marks, tile: Tile, list: usize, capacity: u32, pairs: u32, lo: f32, hi: f32, ties: u32,
): void {
  const from = tile.from, n = tile.n, shift = tile.shift;
  let count: u32 = 0, above: u32 = 0, left = ties;
  if (from) {
    count = marks.count;
    above = marks.above;
    left = marks.ties;
  }
  let least = left == 0 ? next(lo) : lo;
  marks.splat0 = f32x4.splat(least);
  marks.splat1 = f32x4.splat(next(hi));
  marks.splat2 = f32x4.splat(next(lo));
  const bounded = hi < Infinity;
  for (let i: usize = 0; i < n; i += STRIP) {
    if (below(marks, from + i, shift, least)) continue;
    const part = min(n - i, STRIP);
    const source = strip(tile, i, part, 1, NaN);
    for (let j: usize = 0; j < part; j += GROUP) {
      const at = source + (j << 2), token = <u32>(from + i + j);
      let hits = atLeast(at, marks.splat0);
      if (part - j < GROUP) hits &= (<u64>1 << (part - j)) - 1;
      if (hits == 0) continue;
      if (bounded) {
        const over = hits & atLeast(at, marks.splat1);
        above += <u32>popcnt(over);
        hits ^= over;
      }
      const found = <u32>popcnt(hits);
      if (count >= capacity) {
        count += found;
        continue;
      }
      if (found > (pairs ? DENSE_PAIRS : DENSE) && count + <u32>GROUP <= capacity) {
        // none that equals lo, or all of them
        if (ties == ALL || left == 0 || (hits & ~atLeast(at, marks.splat2)) == 0) {
          appendAll(list + (<usize>count << (pairs ? 3 : 2)), pairs, at, token, hits);
          count += found;
          continue;
        }
      }
      for (; hits; hits &= hits - 1) {
        const k = <u32>ctz(hits), logit = load<f32>(at + (<usize>k << 2));
        if (logit == lo && ties != ALL) {
          if (left == 0) continue;
          left--;
          if (left == 0) {
            least = next(lo);
            marks.splat0 = f32x4.splat(least);
          }
        }
        if (count < capacity) put(list, count, pairs, token + k, logit);
        count++;
      }
    }
  }
  marks.count = count;
  marks.above = above;
  marks.ties = left;
}

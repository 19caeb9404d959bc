/**
 * From products to scores, a row of them at a time, in place:
 *
 *   s = softcap·tanh(s / softcap)      softcap 0: none
 *   s -= slope·|key - position|        ALiBi; 0: none
 *   s += bias                          0: none
 *   s = -Infinity                      where bias is -Infinity or mask is 0, and outside of from <= key < to
 *
 * n is a multiple of 4; what stands behind the last key is outside. Masked bias is read, and dropped. Sums of finite operands
 * that overflow are FLT_MAX or -Infinity, +Infinity of an infinite one is NaN: after this no score is +Infinity.
 */
import { horizontalMax, maxNumber } from "../lanes";
import { rowFill } from "../row";
import { maskLanes } from "../stage";
import { tanh } from "../tanh";

function soften(s: usize, n: usize, softcap: f32): void {
  const cap = f32x4.splat(softcap), perCap = f32x4.splat(1 / softcap);
  for (const end = s + (n << 2); s < end; s += 16) {
    v128.store(s, f32x4.mul(cap, tanh(f32x4.mul(v128.load(s), perCap))));
  }
}

/** @param position  of the query, counted from key 0 */
function slant(s: usize, n: usize, slope: f32, position: f32): void {
  const slopes = f32x4.splat(slope), p = f32x4.splat(position), four = f32x4.splat(4);
  let j = f32x4(0, 1, 2, 3);
  for (const end = s + (n << 2); s < end; s += 16) {
    const far = f32x4.abs(f32x4.sub(j, p));
    v128.store(s, f32x4.sub(v128.load(s), f32x4.mul(slopes, far)));
    j = f32x4.add(j, four);
  }
}

function addBias(s: usize, n: usize, bias: usize): void {
  const none = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < n << 2; i += 16) {
    const b = v128.load(bias + i);
    v128.store(s + i, v128.bitselect(none, f32x4.add(v128.load(s + i), b), f32x4.eq(b, none)));
  }
}

/** The largest of n floats, NaN left out. */
function largestNumber(s: usize, n: usize): f32 {
  let m0 = f32x4.splat(-Infinity), m1 = m0;
  for (; n >= 8; n -= 8, s += 32) {
    m0 = maxNumber(m0, v128.load(s));
    m1 = maxNumber(m1, v128.load(s, 16));
  }
  if (n) m0 = maxNumber(m0, v128.load(s));
  return horizontalMax(f32x4.pmax(m0, m1));
}

/** What became +Infinity: FLT_MAX, or NaN where it was added so. */
function capScores(s: usize, n: usize, bias: usize, slope: f32): void {
  for (let i: usize = 0; i < n << 2; i += 4) {
    if (load<f32>(s + i) != Infinity) continue;
    const infinite = slope - slope != 0 || (bias != 0 && load<f32>(bias + i) == Infinity);
    store<f32>(s + i, infinite ? NaN : f32.MAX_VALUE);
  }
}

/** @returns the largest score, NaN left out: at most FLT_MAX */
export function rowScores(
  s: usize, bias: usize, mask: usize, n: usize, from: usize, to: usize, position: f32, softcap: f32, slope: f32,
): f32 {
  if (softcap > 0) soften(s, n, softcap);
  if (slope != 0) slant(s, n, slope, position);
  if (bias) addBias(s, n, bias);
  if (mask) {
    const masked = f32x4.splat(-Infinity);
    for (let i: usize = 0; i < n; i += 4) {
      const at = s + (i << 2);
      v128.store(at, v128.bitselect(v128.load(at), masked, maskLanes(mask + i)));
    }
  }
  if (from > 0) rowFill(s, from, -Infinity);
  if (to < n) rowFill(s + (to << 2), n - to, -Infinity);
  const m = largestNumber(s, n);
  if (m < Infinity) return m;
  capScores(s, n, bias, slope);
  return largestNumber(s, n);
}

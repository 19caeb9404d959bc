/**
 * Operations on four floats that the instruction set lacks.
 *
 * Rows end anywhere. The last vector of a row is loaded whole (the host keeps 32 readable bytes behind the heap), its
 * lanes past the end are replaced, it goes through the same arithmetic as every other vector, and only its own lanes
 * are stored: a value does not depend on where it stands.
 */

/** a·b + c; fused in the relaxed binary, the product rounded first in the other. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// Ones before zeros: the lane mask of the first n lanes starts at word 3 - n.
// @ts-ignore: decorator
@lazy const TAIL: usize = memory.data<i32>([-1, -1, -1, 0, 0, 0], 16);

/** All ones in the first n lanes, 1 <= n <= 3. */
// @ts-ignore: decorator
@inline
export function firstLanes(n: usize): v128 {
  return v128.load(TAIL + 12 - (n << 2));
}

/** The n floats at x, 1 <= n <= 3, then `fill`. */
// @ts-ignore: decorator
@inline
export function loadTail(x: usize, n: usize, fill: v128): v128 {
  return v128.bitselect(v128.load(x), fill, firstLanes(n));
}

/** The first n lanes of v to y, 1 <= n <= 3; nothing behind them is touched. */
// @ts-ignore: decorator
@inline
export function storeTail(y: usize, v: v128, n: usize): void {
  if (n == 1) {
    v128.store_lane<u32>(y, v, 0);
  } else {
    v128.store_lane<u64>(y, v, 0);
    if (n == 3) v128.store_lane<u32>(y, v, 2, 8);
  }
}

/** v to y where n >= 4, else its first n lanes. */
// @ts-ignore: decorator
@inline
export function storeUpTo4(y: usize, v: v128, n: usize): void {
  if (n >= 4) v128.store(y, v);
  else storeTail(y, v, n);
}

/** max(a, b) where b is a number; a NaN in b is dropped (pmax is one instruction, f32x4.max six on x86). */
// @ts-ignore: decorator
@inline
export function maxNumber(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}

/** [a b c d] -> max(a, b, c, d), no lane NaN. */
// @ts-ignore: decorator
@inline
export function horizontalMax(v: v128): f32 {
  v = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1)); // [a b c d] -> [a|c b|d . .]
  v = f32x4.pmax(v, v128.shuffle<f32>(v, v, 1, 0, 3, 2)); // -> [a|c|b|d . . .]
  return f32x4.extract_lane(v, 0);
}

/** [a b c d] -> [a+c b+d] in float64. */
// @ts-ignore: decorator
@inline
export function widen(v: v128): v128 {
  return f64x2.add(low(v), high(v));
}

/** [a b . .] in float64. */
// @ts-ignore: decorator
@inline
export function low(v: v128): v128 {
  return v128.promote_low<f32>(v);
}

/** [. . c d] in float64. */
// @ts-ignore: decorator
@inline
export function high(v: v128): v128 {
  return v128.promote_low<f32>(v128.shuffle<u64>(v, v, 1, 1));
}

/** The float64 pairs a and b, rounded once, as [a0 a1 b0 b1]. */
// @ts-ignore: decorator
@inline
export function narrow(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(v128.demote_zero<f64>(a), v128.demote_zero<f64>(b), 0, 2);
}

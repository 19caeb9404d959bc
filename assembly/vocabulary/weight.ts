/**
 * 2^(r/16) in float64, |r| <= 1/2, two lanes
 *
 * Where a nucleus ends is decided by sums of up to all the weights, and one token of a flat vocabulary of 262144 weighs
 * 4e-6 of them: float32 weights, good to 3e-7, would take one token too many or too few in every tenth row. In steps of a
 * sixteenth of an octave a short polynomial is good for 12 digits, and what makes a bin of its tokens' weights is one
 * multiplication for the whole bin.
 *
 *   1 + r·(C1 + r·(C2 + r·(C3 + r·C4)))        exactly 1 at 0
 *
 * error   relative 5.1e-12
 * source  the polynomial of degree 4 through the Chebyshev nodes of (2^(r/16) - 1) / r on [-1/2, 1/2]
 */

// @ts-ignore: decorator
@lazy const TABLE: usize = memory.data<f64>([
  0.043321698775062194, 0.043321698775062194,
  0.0009383847927372452, 0.0009383847927372452,
  0.00001355112567938221, 0.00001355112567938221,
  1.467632986259077e-7, 1.467632986259077e-7,
  1, 1,
  6755399441055744, 6755399441055744, // 1.5·2^52: added, it leaves the nearest integer in the low bits
], 16);

// loaded before a loop and passed in: V8 builds vector constants anew in every round (exp.ts)
// @ts-ignore: decorator
@inline
export function loadC1(): v128 { return v128.load(TABLE); }
// @ts-ignore: decorator
@inline
export function loadC2(): v128 { return v128.load(TABLE, 16); }
// @ts-ignore: decorator
@inline
export function loadC3(): v128 { return v128.load(TABLE, 32); }
// @ts-ignore: decorator
@inline
export function loadC4(): v128 { return v128.load(TABLE, 48); }
// @ts-ignore: decorator
@inline
export function loadOne(): v128 { return v128.load(TABLE, 64); }
// @ts-ignore: decorator
@inline
export function loadWhole(): v128 { return v128.load(TABLE, 80); }

/** a·b + c, fused in the relaxed binary. */
// @ts-ignore: decorator
@inline
function fma64(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function weight(r: v128, C1: v128, C2: v128, C3: v128, C4: v128, one: v128): v128 {
  return fma64(fma64(fma64(fma64(C4, r, C3), r, C2), r, C1), r, one);
}

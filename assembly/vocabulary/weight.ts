/**
 * exp((x - m) / T) = 2^((x - m)·c) in float64, x <= m, two lanes
 *
 * Where a nucleus ends is decided by sums of up to all the weights, and one token of a flat vocabulary of 262144 weighs
 * 4e-6 of them: float32 weights, good to 3e-7, would take one token too many or too few in every tenth row.
 *
 *   n = round(z), f = z - n in [-1/2, 1/2], 2^n·(1 + f·q(f))
 *
 * range   z = (x - m)·c, clamped at -1000; 2^0 is exactly 1, and c = 0 makes every weight 1
 * error   relative 2e-12 + 2^-52·|z|
 * source  q: degree 7 through the Chebyshev nodes of (2^f - 1) / f on [-1/2, 1/2]
 */

// @ts-ignore: decorator
@lazy const TABLE: usize = memory.data<f64>([
  6755399441056767, 6755399441056767, // B = 1.5·2^52 + 1023
  0.6931471805568324, 0.6931471805568324,
  0.24022650695888573, 0.24022650695888573,
  0.05550410906325562, 0.05550410906325562,
  0.00961812913521505, 0.00961812913521505,
  0.001333347847393582, 0.001333347847393582,
  0.0001540347520414125, 0.0001540347520414125,
  0.000015303700655699227, 0.000015303700655699227,
  0.0000013250801199123273, 0.0000013250801199123273,
  1, 1,
  -1000, -1000,
], 16);

/** c for weight(); a temperature of Infinity counts tokens: all weigh 1. */
export function weightScale(temperature: f64): f64 {
  return min<f64>(1.4426950408889634 / temperature, 1e300);
}

/** a·b + c, fused in the relaxed binary. */
// @ts-ignore: decorator
@inline
function fma64(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function weight(d: v128, c: v128): v128 {
  const z = f64x2.pmax(f64x2.mul(d, c), v128.load(TABLE, 160));
  const n = f64x2.add(z, v128.load(TABLE));
  const f = f64x2.sub(z, f64x2.sub(n, v128.load(TABLE)));
  let q = v128.load(TABLE, 128);
  q = fma64(q, f, v128.load(TABLE, 112));
  q = fma64(q, f, v128.load(TABLE, 96));
  q = fma64(q, f, v128.load(TABLE, 80));
  q = fma64(q, f, v128.load(TABLE, 64));
  q = fma64(q, f, v128.load(TABLE, 48));
  q = fma64(q, f, v128.load(TABLE, 32));
  q = fma64(q, f, v128.load(TABLE, 16));
  return f64x2.mul(fma64(q, f, v128.load(TABLE, 144)), i64x2.shl(n, 52));
}

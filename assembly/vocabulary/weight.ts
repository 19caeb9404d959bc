/**
 * 2^v in float64, v <= 0, two lanes; 2^-1022 from there on
 *
 * Where a nucleus ends is decided by sums of up to all the weights, and one token of a flat vocabulary of 262144 weighs
 * 4e-6 of them: float32 weights, good to 3e-7, would take one token too many or too few in every tenth row.
 *
 *   q = round(v), r = v - q      q by adding 1.5·2^52: it is left in the low bits of the sum
 *   1 + r·(C1 + r·(C2 + … + r·C8)), and q added to its exponent        exactly 1 at 0
 *
 * error   relative 2.2e-12
 * source  the polynomial of degree 8 through the Chebyshev nodes of (2^r - 1) / r on [-1/2, 1/2]
 */
import { Marks, Weights } from "./marks";

// @ts-ignore: decorator
@lazy const TABLE: usize = memory.data<f64>([
  0.6931471805568324, 0.6931471805568324,
  0.24022650695888503, 0.24022650695888503,
  0.055504109063258665, 0.055504109063258665,
  0.00961812913523614, 0.00961812913523614,
  0.0013333478473685416, 0.0013333478473685416,
  0.00015403475186530786, 0.00015403475186530786,
  0.000015303700711365693, 0.000015303700711365693,
  0.000001325080551750225, 0.000001325080551750225,
  1, 1,
  6755399441055744, 6755399441055744, // 1.5·2^52
  -1022, -1022,
], 16);

/** Stores m and -log2(e) / T, from which weights are computed; finite, so that 0 times it is 0. */
export function markScale(marks: Marks, weights: Weights): void {
  marks.splat0 = f64x2.splat(weights.m);
  marks.splat1 = f64x2.splat(max<f64>(-1.4426950408889634 / weights.temperature, -1e300));
}

/** a·b + c, fused in the relaxed binary. */
// @ts-ignore: decorator
@inline
function fma64(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

/** exp((x - m) / T) of logits in float64; m and scale as markScale has left them. */
// @ts-ignore: decorator
@inline
export function weight(x: v128, m: v128, scale: v128): v128 {
  const v = f64x2.pmax(f64x2.mul(f64x2.sub(m, x), scale), v128.load(TABLE, 160));
  const whole = v128.load(TABLE, 144);
  const bin = f64x2.add(v, whole);
  const r = f64x2.sub(v, f64x2.sub(bin, whole));
  let p = fma64(v128.load(TABLE, 112), r, v128.load(TABLE, 96));
  p = fma64(p, r, v128.load(TABLE, 80));
  p = fma64(p, r, v128.load(TABLE, 64));
  p = fma64(p, r, v128.load(TABLE, 48));
  p = fma64(p, r, v128.load(TABLE, 32));
  p = fma64(p, r, v128.load(TABLE, 16));
  p = fma64(p, r, v128.load(TABLE));
  p = fma64(p, r, v128.load(TABLE, 128));
  return i64x2.add(p, i64x2.shl(bin, 52));
}

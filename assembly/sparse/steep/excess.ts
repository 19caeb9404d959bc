/**
 * A share p is a power of its logit's excess d over τ: p = (k·d)^(1/s). Here is each from the other, in float64 by the
 * logarithm of k, and what the float32 powers need: exponents, and differences lifted out of the range of denormals.
 */
import { exp64, log } from "../../log";

/** (k·d)^(1/s) for d >= 0, k by its logarithm, at most 1: k·d may be too small for a float64. */
export function shareOf(d: f64, s: f64, logRate: f64): f64 {
  return d > 0 ? exp64(min((log(d) + logRate) / s, 0)) : 0;
}

/** The d of which q is the share. */
export function excessOf(q: f64, s: f64, logRate: f64): f64 {
  return q > 0 ? exp64(s * log(q) - logRate) : 0;
}

/** w^c for w > 0 */
function power64(w: f64, c: f64): f64 {
  return exp64(min<f64>(c * log(max<f64>(w, 1e-300)), 0));
}

/** k = 2^e·σ with σ in [1, 2) */
// @ts-ignore: decorator
@inline
export function exponentOf(k: f64): i32 {
  return <i32>(reinterpret<u64>(k) >> 52) - 1023;
}

// @ts-ignore: decorator
@inline
export function powerOf2(e: i32): f64 {
  return reinterpret<f64>(<u64>(e + 1023) << 52);
}

/** 2^64·σ·q^s / k; 0 where it would be denormal, beside a least difference of 2^-85. */
export function liftedShare(q: f64, s: f64, e: i32): f32 {
  const lifted = power64(q, s) * powerOf2(64 - e);
  return lifted < 1.2e-38 ? 0 : <f32>lifted;
}

/** 2^64·σ·d for d >= 0, of which denormal ones go through an integer: a product with one takes 150 cycles. */
// @ts-ignore: decorator
@inline
export function lifted(d: v128, normal: v128, denormal: v128): v128 {
  const small = i32x4.lt_s(d, i32x4.splat(0x00800000));
  const a = f32x4.mul(v128.andnot(d, small), normal);
  const b = f32x4.mul(f32x4.convert_i32x4_s(v128.and(d, small)), denormal);
  return f32x4.add(a, b);
}

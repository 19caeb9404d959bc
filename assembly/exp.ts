/**
 * exp(d / T) = 2^(d·c) for d <= 0, with c = log2(e) / T rounded to float32
 *
 *   n = round(d·c)           by the magic bias B: adding it leaves n + 127 in the low bits of the sum
 *   f = d·c - n              in [-1/2, 1/2]; one rounding with fma, two without
 *   s = 2^n                  from those bits, shifted into the exponent
 *   p = (2^f - 1) / f        C1 + f·(C2 + f·(C3 + f·(C4 + f·C5)))
 *   s + (f·s)·p              f·s is exact, unless it is subnormal, and is there before p is. A product after s·(1 + f·p) would make the
 *                            chain longer, and the 1 take a register: 0.93 of the time with fma, 0.95 without (Zen 4)
 *
 * range   d in [-Infinity, 0]; d·c <= -126.5 gives exactly 0, and exp(0) is exactly 1
 * NaN     stays NaN (a product with it, never an addition to its bits)
 * error   relative 2^-24 · (4 + 1.5·|d|/T), and 2^-150 more where the result is subnormal. Over every float32 d at T = 1 at most
 *         0.81 of it without fma, 0.61 with                                                test/house/everyFloat.test.ts
 * source  C1…C5: least maximum relative error of p on [-1/2, 1/2] (Lawson's reweighted least squares), rounded to float32
 *         one after the other from C1 on; 1.6·2^-24 before evaluation. Base 2 needs one reduction step where base e
 *         needs two: 0.72 against 0.84 ns a float without fma (Zen 4), level with it.
 *
 * V8 builds every vector constant anew inside a loop and Binaryen folds `splat(constant)` back into it, so the
 * constants come from memory and are passed in: loops load them once. Loading them inside cost 15 % with fma.
 */
import { fma } from "./lanes";
import { PLAIN_TEMPERATURE } from "./layout";

// @ts-ignore: decorator
@lazy const TABLE: usize = memory.data<f32>([
  12583039, 12583039, 12583039, 12583039, // B = 1.5·2^23 + 127
  1, 1, 1, 1, // C0, for logarithms (assembly/sparse/power.ts)
  0.693147004, 0.693147004, 0.693147004, 0.693147004, // C1 = 0x1.62e42ap-1
  0.240222380, 0.240222380, 0.240222380, 0.240222380, // C2 = 0x1.ebf9b6p-3
  0.0555071123, 0.0555071123, 0.0555071123, 0.0555071123, // C3 = 0x1.c6b6dap-5
  0.00967168529, 0.00967168529, 0.00967168529, 0.00967168529, // C4 = 0x1.3cebfap-7
  0.00132696854, 0.00132696854, 0.00132696854, 0.00132696854, // C5 = 0x1.5bdb5ap-10
], 16);

// @ts-ignore: decorator
@inline
export function loadB(): v128 { return v128.load(TABLE); }
// @ts-ignore: decorator
@inline
export function loadC0(): v128 { return v128.load(TABLE, 16); }
// @ts-ignore: decorator
@inline
export function loadC1(): v128 { return v128.load(TABLE, 32); }
// @ts-ignore: decorator
@inline
export function loadC2(): v128 { return v128.load(TABLE, 48); }
// @ts-ignore: decorator
@inline
export function loadC3(): v128 { return v128.load(TABLE, 64); }
// @ts-ignore: decorator
@inline
export function loadC4(): v128 { return v128.load(TABLE, 80); }
// @ts-ignore: decorator
@inline
export function loadC5(): v128 { return v128.load(TABLE, 96); }

/** The factor of logits before their differences are taken: 1. Past T = 2^64 it is 2^-64, because there even differences that
 *  overflow give weights above 0. */
export function prescale(temperature: f64): f32 {
  return temperature > PLAIN_TEMPERATURE ? <f32>(1.0 / PLAIN_TEMPERATURE) : 1;
}

/** As prescale, for functions whose limit at T = 0 is asked for, as log-sum-exp. There it is 2^127: any difference must make a weight
 *  0, and the smallest difference is 2^-149. */
export function prescaleLimit(temperature: f64): f32 {
  return temperature == 0 ? <f32>1.7014118346046923e38 : prescale(temperature);
}

/** The temperature that goes with prescaled logits; past 2^120 every weight is 1 already. */
export function prescaled(temperature: f64): f64 {
  return temperature > PLAIN_TEMPERATURE ? min<f64>(temperature / PLAIN_TEMPERATURE, 1.329227995784916e36) : temperature;
}

/** c = log2(e) / T, finite: a T below log2(e) / FLT_MAX = 4.24e-39 weighs as that one does. */
export function exponentScale(temperature: f64): f32 {
  return <f32>min<f64>(1.4426950408889634 / temperature, <f64>f32.MAX_VALUE);
}

/** The d below which exp is 0, finite: d·c = -127. */
export function exponentFloor(c: f32): f32 {
  return max<f32>(<f32>-127 / c, -f32.MAX_VALUE);
}

// @ts-ignore: decorator
@inline
export function exp(
  d: v128, c: v128, floor: v128,
  B: v128, C1: v128, C2: v128, C3: v128, C4: v128, C5: v128,
): v128 {
  return expNotBelow(notBelow(d, floor), c, B, C1, C2, C3, C4, C5);
}

/** d < floor ? floor : d, so NaN stays */
// @ts-ignore: decorator
@inline
export function notBelow(d: v128, floor: v128): v128 {
  return f32x4.pmax(d, floor);
}

/** exp of a d that is not below the floor */
// @ts-ignore: decorator
@inline
export function expNotBelow(
  d: v128, c: v128,
  B: v128, C1: v128, C2: v128, C3: v128, C4: v128, C5: v128,
): v128 {
  const n = fma(d, c, B);
  const f = fma(d, c, f32x4.sub(B, n));
  const s = i32x4.shl(n, 23);
  const fs = f32x4.mul(f, s);
  let p = fma(C5, f, C4);
  p = fma(p, f, C3);
  p = fma(p, f, C2);
  p = fma(p, f, C1);
  return fma(p, fs, s);
}

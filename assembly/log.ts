/** The least z, the double behind 1/√2. */
const Z0: i64 = 0x3fe6a09e667f3bce;

/**
 * log(s) in float64, s > 0 and normal
 *
 *   s = 2^k·z                z in [1/√2, √2)
 *   t = (z - 1) / (z + 1)    |t| <= 0.1716
 *   log z = 2t·(1 + t²/3 + t⁴/5 + … + t^10/11)        in pairs, which makes the chain shorter than Horner's rule: 3 of 50 ns of a row
 *
 * 0 gives -Infinity; NaN gives NaN.
 * error   1e-10 + 1e-16·|log s|; at most 0.18 of it over every float32 s                   test/house/everyFloat.test.ts
 * source  the series of artanh, Abramowitz & Stegun 4.1.27; next term t^12/13 < 6e-11
 *
 * WebAssembly has no logarithm, the standard library's carries 4 KB of tables, and a call per row out to Math.log
 * would give other bits on other engines.
 */
export function log(s: f64): f64 {
  if (s == 0) return -Infinity;
  const above = reinterpret<i64>(s) - Z0; // its exponent is that of s / z0
  const k = <f64><i32>(above >> 52);
  const z = reinterpret<f64>((above & 0x000fffffffffffff) + Z0);
  const t = (z - 1) / (z + 1);
  const q = t * t;
  const q2 = q * q;
  const p = ((q * (1.0 / 11) + 1.0 / 9) * q2 + (q * (1.0 / 7) + 1.0 / 5)) * q2 + (q * (1.0 / 3) + 1.0);
  return k * 0.6931471805599453 + (s - s) + 2 * t * p; // s - s: NaN and Infinity
}

/** m / T + log s, or m where it is not finite: NaN, Infinity, -Infinity. At T = 0 the limit, s being how often m occurs. */
export function logTotal(m: f32, s: f64, t: f64): f32 {
  if (m - m != 0) return m;
  return <f32>((m == 0 ? 0 : <f64>m / t) + log(s));
}

/**
 * exp(v) in float64, v <= 0; exactly 1 at 0, 0 below -708
 *
 *   k = round(v / ln 2), r = v - k·ln 2, 2^k·(1 + r + r²/2 + … + r^9/9!)
 *
 * error   relative 1e-11: |r|^10/10! at ln 2 / 2 is 7e-12
 * source  the series, and k·ln 2 taken away in one step, which costs 1e-16·|v|
 */
export function exp64(v: f64): f64 {
  if (!(v > -708)) return v != v ? v : 0;
  const k = nearest(v * 1.4426950408889634);
  const r = v - k * 0.6931471805599453;
  let p: f64 = 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return p * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** c = 16 / (16 + j) rounded to 1/128, which leaves few bytes that are not 0, and -log c; 0 <= j < 16. */
// @ts-ignore: decorator
@lazy const TABLE: usize = memory.data<f64>([
  1, 0,
  0.9375, 0.06453852113757118,
  0.890625, 0.1158318155251217,
  0.84375, 0.16989903679539747,
  0.796875, 0.22705745063534608,
  0.765625, 0.26706278524904525,
  0.7265625, 0.3194307707663612,
  0.6953125, 0.3633938941874773,
  0.6640625, 0.4093790074293007,
  0.640625, 0.44531101665536404,
  0.6171875, 0.48258241145259567,
  0.59375, 0.5212969236332861,
  0.5703125, 0.561570822771226,
  0.5546875, 0.5893503868783018,
  0.53125, 0.6325225587435105,
  0.515625, 0.6623755218931916,
], 16);

/** The least z: 2^47 below the bits of 1, half of a step of the table. */
const Z0: i64 = 0x3fef800000000000;

/**
 * log(s) in float64, s > 0 and normal
 *
 *   s = 2^k·z                z in [63/64, 63/32)
 *   c = 16 / (16 + j)        about 1 / z, by the j of z: a look-up is there sooner than a quotient
 *   r = z·c - 1              -0.0332 <= r <= 0.0312
 *   log s = k·log 2 - log c + r + r²·(C2 + C3·r + C4·r² + C5·r³)
 *
 * 0 gives -Infinity; NaN gives NaN; 1 gives 0.
 * error   1e-10 + 1e-16·|log s|; at most 0.09 of it over every float32 s                   test/house/everyFloat.test.ts
 * source  C2…C5: least maximum error there (Lawson's reweighted least squares), 7.9e-12; Tang 1990, doi:10.1145/98267.98294
 *
 * WebAssembly has no logarithm, the standard library's carries 4 KB of tables, and a call per row out to Math.log
 * would give other bits on other engines.
 */
export function log(s: f64): f64 {
  if (s == 0) return -Infinity;
  const above = reinterpret<i64>(s) - Z0; // its exponent is that of s / z0
  const k = <f64><i32>(above >> 52);
  const z = reinterpret<f64>((above & 0x000fffffffffffff) + Z0);
  const at = TABLE + ((<usize>(above >> 48) & 15) << 4);
  const r = z * load<f64>(at) - 1;
  const q = r * r;
  const p = (r * 0.20105395125347147 - 0.2502344965500601) * q + (r * 0.33333262524331947 - 0.49999992774957824);
  return k * 0.6931471805599453 + load<f64>(at, 8) + (s - s) + r + q * p; // s - s: NaN and Infinity
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

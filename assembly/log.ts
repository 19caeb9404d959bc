/**
 * log(s) in float64, s > 0 and normal
 *
 *   s = 2^k·z                z in [1/√2, √2)
 *   t = (z - 1) / (z + 1)    |t| <= 0.1716
 *   log z = 2t·(1 + t²/3 + t⁴/5 + … + t^10/11)
 *
 * 0 gives -Infinity; NaN gives NaN.
 * error   1e-10 + 1e-16·|log s|                                                            test/logSumExp.test.ts
 * source  the series of artanh, Abramowitz & Stegun 4.1.27; next term t^12/13 < 6e-11
 *
 * WebAssembly has no logarithm, the standard library's carries 4 KB of tables, and a call per row out to Math.log
 * would give other bits on other engines.
 */
export function log(s: f64): f64 {
  if (s == 0) return -Infinity;
  const bits = reinterpret<i64>(s);
  let k = <f64>(<i32>(bits >> 52) - 1023);
  let z = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (z > 1.4142135623730951) {
    z *= 0.5;
    k += 1;
  }
  const t = (z - 1) / (z + 1);
  const q = t * t;
  let p: f64 = 1.0 / 11;
  p = p * q + 1.0 / 9;
  p = p * q + 1.0 / 7;
  p = p * q + 1.0 / 5;
  p = p * q + 1.0 / 3;
  p = p * q + 1.0;
  return k * 0.6931471805599453 + 2 * t * p + (s - s); // s - s: NaN and Infinity
}

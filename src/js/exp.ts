/**
 * exp(d) in float64 for d <= 0; below -104 it is 6.8e-46, which a float32 holds as 0
 *
 *   k = round(d·32/ln2)            32 steps to a factor of 2
 *   r = d - k·ln2/32               |r| <= ln2/64 = 0.0108
 *   exp(d) = 2^(k/32)·exp(r)       2^(k/32) from two tables, exp(r) by its series to r³; r⁴/24 < 6e-10 is left out
 *
 * error   relative 6e-10, a hundredth of a float32 rounding                            test/house/everyFloat.test.ts
 * source  Tang 1989, doi:10.1145/63522.214389 (table-driven exponential)
 */

/** 2^(j/32) */
const ROOTS = Float64Array.from({ length: 32 }, (_, j) => 2 ** (j / 32));
/** k >> 5 is -151 at the least, where d is -104 = -150.04·ln2. */
const LEAST = 151;
/** 2^(e - LEAST) */
const POWERS = Float64Array.from({ length: LEAST + 1 }, (_, e) => 2 ** (e - LEAST));
const STEPS_PER_UNIT = 32 / Math.LN2;
const UNIT_PER_STEP = Math.LN2 / 32;

export function exp(d: number): number {
  if (d < -104) d = -104; // NaN goes on as NaN
  const k = (d * STEPS_PER_UNIT - 0.5) | 0;
  const r = d - k * UNIT_PER_STEP;
  return ROOTS[k & 31] * POWERS[(k >> 5) + LEAST] * (1 + r * (1 + r * (1 / 2 + r * (1 / 6))));
}

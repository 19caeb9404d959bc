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

/**
 * A function whose tables are constants of its own context: V8 compiles them into the code. Constants of a module are variables there,
 * once it is bundled.
 */
export const exp: (d: number) => number = /* @__PURE__ */ (() => {
  /** 2^(j/32) */
  const roots = Float64Array.from({ length: 32 }, (_, j) => 2 ** (j / 32));
  /** k >> 5 is -151 at the least, where d is -104 = -150.04·ln2. */
  const least = 151;
  /** 2^(e - least) */
  const powers = Float64Array.from({ length: least + 1 }, (_, e) => 2 ** (e - least));
  const stepsPerUnit = 32 / Math.LN2;
  const unitPerStep = Math.LN2 / 32;

  return (d) => {
    if (d < -104) d = -104; // NaN goes on as NaN
    const k = (d * stepsPerUnit - 0.5) | 0;
    const r = d - k * unitPerStep;
    return roots[k & 31] * powers[(k >> 5) + least] * (1 + r * (1 + r * (1 / 2 + r * (1 / 6))));
  };
})();

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

/** 2^(j/32), 0 <= j < 32 */
const rootTable = (): Float64Array => Float64Array.from({ length: 32 }, (_, j) => 2 ** (j / 32));
/** k >> 5 is -151 at the least, where d is -104 = -150.04·ln2. */
const LEAST = 151;
/** 2^(e - LEAST), 0 <= e <= LEAST */
const powerTable = (): Float64Array => Float64Array.from({ length: LEAST + 1 }, (_, e) => 2 ** (e - LEAST));

/**
 * Functions whose constants are those of a context of their own: V8 compiles them into the code. Constants of a module are variables
 * there, once it is bundled.
 */
export const exp: (d: number) => number = /* @__PURE__ */ (() => {
  const roots = rootTable();
  const powers = powerTable();
  const least = LEAST;
  const stepsPerUnit = 32 / Math.LN2;
  const unitPerStep = Math.LN2 / 32;

  return (d: number): number => {
    if (d < -104) d = -104; // NaN goes on as NaN
    const k = (d * stepsPerUnit - 0.5) | 0;
    const r = d - k * unitPerStep;
    return roots[k & 31] * powers[(k >> 5) + least] * (1 + r * (1 + r * (1 / 2 + r * (1 / 6))));
  };
})();

/** y = exp((x - m)·perT), n floats, stored unless y < 0. @returns s + Σ y */
type ExpSum = (f32: Float32Array, y: number, x: number, n: number, m: number, perT: number, s: number) => number;

/**
 * exp is written out, because V8 does not always inline it where it inlines this loop, which takes twice the time. One float to an
 * iteration: four take 1.4 times as long.
 */
export const rowExpSum: ExpSum = /* @__PURE__ */ ((): ExpSum => {
  const roots = rootTable();
  const powers = powerTable();
  const least = LEAST;
  const stepsPerUnit = 32 / Math.LN2;
  const unitPerStep = Math.LN2 / 32;

  return (f32, y, x, n, m, perT, s) => {
    const end = x + n;
    const store = y >= 0;
    for (; x < end; x++, y++) {
      let d = (f32[x] - m) * perT;
      if (d < -104) d = -104;
      const k = (d * stepsPerUnit - 0.5) | 0;
      const r = d - k * unitPerStep;
      const e = roots[k & 31] * powers[(k >> 5) + least] * (1 + r * (1 + r * (1 / 2 + r * (1 / 6))));
      if (store) f32[y] = e;
      s += e;
    }
    return s;
  };
})();

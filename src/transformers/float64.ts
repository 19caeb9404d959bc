/**
 * y_j = exp(x_j - m) / Σ_k exp(x_k - m)                 m = max x, at the first position that has it
 * y_j = (x_j - m) - log(1 + Σ' exp(x_k - m))            Σ' leaves the maximum out: log1p keeps what 1 would swallow
 *
 * In float64, with compensated sums, for what float32 would round.
 *
 * NaN, +Infinity  anywhere make all of it NaN, as does -Infinity everywhere; beside finite values -Infinity is 0, or -Infinity
 * error           softmax relative 2^-53 · (8 + |x - m| + μ), log-softmax relative 2^-53 · (8 + μ'): μ and μ' are the mean of
 *                 |x - m| under the probabilities, of all and of all but the maximum             test/functions/transformers.test.ts
 */

/** An array that this package made: not the caller's. */
export type Float64s = number[] | Float64Array;

/** Index of the first maximum. A NaN at index 0 is taken for it; others are passed over: their exponentials make the result NaN. */
function firstMaximum(x: Float64s): number {
  let at = 0;
  for (let k = 1; k < x.length; k++) if (x[k] > x[at]) at = k;
  return at;
}

/** x = exp(x - m). @returns Σ x, Kahan's compensation: no term is negative */
function exponentials(x: Float64s, m: number): number {
  let s = 0;
  let c = 0;
  for (let k = 0; k < x.length; k++) {
    x[k] = Math.exp(x[k] - m);
    const term = x[k] - c;
    const t = s + term;
    c = t - s - term;
    s = t;
  }
  return s;
}

/** Softmax of x, in place. @param x  at least one number */
export function softmax64(x: Float64s): Float64s {
  const s = exponentials(x, x[firstMaximum(x)]);
  for (let k = 0; k < x.length; k++) x[k] /= s;
  return x;
}

/** Log-softmax of x, in place. @param x  at least one number */
export function logSoftmax64(x: Float64s): Float64s {
  const at = firstMaximum(x);
  const m = x[at];
  const terms = Float64Array.from(x);
  terms[at] = -Infinity;
  const logS = Math.log1p(exponentials(terms, m)) + (m - m); // m - m is NaN where m is not finite
  for (let k = 0; k < x.length; k++) x[k] = x[k] - m - logS;
  return x;
}

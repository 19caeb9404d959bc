// @ts-check
/** Softmax by its definition in float64 with compensated sums: what the tests and the bench judge by. */

/**
 * Adds up with Neumaier's compensation.
 * @returns {(v: number) => number} takes one more value and returns the sum so far
 */
export function adder() {
  let s = 0;
  let c = 0;
  return (v) => {
    const t = s + v;
    c += Math.abs(s) >= Math.abs(v) ? s - t + v : v - t + s;
    s = t;
    return Number.isFinite(s) ? s + c : s;
  };
}

/**
 * Σ values
 * @param {Iterable<number>} values
 */
export function sum(values) {
  const add = adder();
  let total = 0;
  for (const v of values) total = add(v);
  return total;
}

/**
 * Where x holds NaN or +Infinity, or nothing but -Infinity, probs are NaN; m and logSumExp are NaN, +Infinity or -Infinity.
 *
 * @param {ArrayLike<number>} x
 * @param {number} [temperature]  T
 * @returns m = max x, weights = exp((x - m) / T), s = Σ weights, probs = weights / s, logSumExp = log Σ exp(x / T)
 */
export function softmax64(x, temperature = 1) {
  let m = -Infinity;
  for (let j = 0; j < x.length; j++) m = Math.max(m, x[j]);
  const weights = new Float64Array(x.length);
  if (m !== -Infinity) for (let j = 0; j < x.length; j++) weights[j] = Math.exp((x[j] - m) / temperature);
  const s = sum(weights);
  const logSumExp = Number.isFinite(m) ? m / temperature + Math.log(s) : m;
  return { m, weights, s, probs: weights.map((w) => w / s), logSumExp };
}

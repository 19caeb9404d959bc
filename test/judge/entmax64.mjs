// @ts-check
/**
 * sparsemax, entmax15 and entmax of a row by their definition in float64: by sorting where there is a formula for τ, by
 * bisection where there is none. For the tests and the bench.
 */

/** @param {readonly number[]} values */
const descending = (values) => [...values].sort((a, b) => b - a);

/**
 * Martins & Astudillo 2016, algorithm 1.
 * @param {readonly number[]} z
 */
function sparsemaxRow(z) {
  const sorted = descending(z);
  let tau = 0;
  let prefix = 0;
  sorted.forEach((v, j) => {
    prefix += v;
    if (1 + (j + 1) * v > prefix) tau = (prefix - 1) / (j + 1);
  });
  return z.map((v) => Math.max(0, v - tau));
}

/**
 * Peters, Niculae & Martins 2019, algorithm 2: on z / 2.
 * @param {readonly number[]} z
 */
function entmax15Row(z) {
  const sorted = descending(z).map((v) => v / 2);
  let tau = 0;
  let mean = 0;
  let spread = 0; // Σ (v - mean)²
  let open = true;
  sorted.forEach((v, j) => {
    if (!open || v === -Infinity) return;
    const delta = v - mean;
    mean += delta / (j + 1);
    spread += delta * (v - mean);
    const root = (1 - spread) / (j + 1);
    const candidate = mean - Math.sqrt(Math.max(0, root));
    if (root >= 0 && candidate <= v) tau = candidate;
    else open = false;
  });
  return z.map((v) => Math.max(0, v / 2 - tau) ** 2);
}

/**
 * The largest value of [low, high] at which `above` holds, which is true up to it.
 * @param {number} low
 * @param {number} high
 * @param {(v: number) => boolean} above
 */
function bisect(low, high, above) {
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return low;
    if (above(middle)) low = middle;
    else high = middle;
  }
}

/**
 * 1 < alpha <= 2: the t = 1 + τ at which Σ [s·z - τ]^(1/s) is 1; z <= 0.
 * @param {readonly number[]} z
 * @param {number} s  alpha - 1
 */
function flatRow(z, s) {
  /** @type {(v: number, t: number) => number} */
  const share = (v, t) => (s * v - t > -1 ? Math.exp(Math.log1p(s * v - t) / s) : 0);
  const near = z.filter((v) => v > -1 / s);
  const t = bisect(0, 1, (at) => near.reduce((S, v) => S + share(v, at), 0) > 1);
  return z.map((v) => share(v, t));
}

/**
 * alpha > 2: the support first, by S at each value from above; then its smallest share q. Of the logits themselves, by
 * logarithms: neither a quotient by T, nor a difference of two such, nor q^s need be a float64.
 * @param {readonly number[]} x
 * @param {number} s  alpha - 1
 * @param {number} temperature
 */
function steepRow(x, s, temperature) {
  const logRate = Math.log(s) - Math.log(temperature);
  const sorted = descending(x);
  /** @type {(d: number) => number} */
  const share = (d) => Math.exp(Math.min(0, (Math.log(d) + logRate) / s));
  /** @type {(q: number) => number} */
  const excess = (q) => Math.exp(s * Math.log(q) - logRate);
  /** @type {(root: number, q: number) => number} */
  const total = (root, q) => {
    const e = excess(q);
    let S = 0;
    for (let j = 0; j < sorted.length && sorted[j] >= root; j++)
      S += sorted[j] === root ? q : share(sorted[j] - root + e);
    return S;
  };
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (total(sorted[middle], 0) < 1) low = middle;
    else high = middle - 1;
  }
  const root = sorted[low];
  const q = bisect(0, 1, (at) => total(root, at) < 1);
  return x.map((v) => {
    if (v > root) return share(v - root + excess(q));
    return v === root ? q : 0;
  });
}

/**
 * The shares of one row, its special values included.
 * @param {readonly number[]} values
 * @param {number} alpha
 * @param {number} [temperature]
 * @returns {number[]}
 */
export function entmax64(values, alpha, temperature = 1) {
  const m = values.reduce((a, b) => (Number.isNaN(b) ? b : Math.max(a, b)), -Infinity);
  if (values.some(Number.isNaN) || !Number.isFinite(m)) return values.map(() => Number.NaN);
  if (alpha > 2) return steepRow(values, alpha - 1, temperature);
  const z = values.map((v) => (v - m) / temperature);
  if (alpha === 2) return sparsemaxRow(z);
  if (alpha === 1.5) return entmax15Row(z);
  return flatRow(z, alpha - 1);
}

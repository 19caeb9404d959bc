/**
 * sparsemax, entmax15 and entmax by definition in float64: by sorting where there is a formula for τ, by bisection where
 * there is none. Special values by docs/numerics.md.
 */
import { type Case, reference, rowsOf } from "./reference";

const descending = (values: readonly number[]): number[] => [...values].sort((a, b) => b - a);

/** Martins & Astudillo 2016, algorithm 1. */
function sparsemaxRow(z: readonly number[]): number[] {
  const sorted = descending(z);
  let tau = 0;
  let prefix = 0;
  sorted.forEach((v, j) => {
    prefix += v;
    if (1 + (j + 1) * v > prefix) tau = (prefix - 1) / (j + 1);
  });
  return z.map((v) => Math.max(0, v - tau));
}

/** Peters, Niculae & Martins 2019, algorithm 2: on z / 2. */
function entmax15Row(z: readonly number[]): number[] {
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

/** The largest value of [low, high] at which `above` holds, which is true up to it. */
function bisect(low: number, high: number, above: (v: number) => boolean): number {
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return low;
    if (above(middle)) low = middle;
    else high = middle;
  }
}

/** 1 < alpha <= 2: the t = 1 + τ at which Σ [s·z - τ]^(1/s) is 1; z <= 0. */
function flatRow(z: readonly number[], s: number): number[] {
  const share = (v: number, t: number) => (s * v - t > -1 ? Math.exp(Math.log1p(s * v - t) / s) : 0);
  const near = z.filter((v) => v > -1 / s);
  const t = bisect(0, 1, (at) => near.reduce((S, v) => S + share(v, at), 0) > 1);
  return z.map((v) => share(v, t));
}

/**
 * alpha > 2: the support first, by S at each value from above; then its smallest share q. Of the logits themselves, by
 * logarithms: neither a quotient by T, nor a difference of two such, nor q^s need be a float64.
 */
function steepRow(x: readonly number[], s: number, temperature: number): number[] {
  const logRate = Math.log(s) - Math.log(temperature);
  const sorted = descending(x);
  const share = (d: number) => Math.exp(Math.min(0, (Math.log(d) + logRate) / s));
  const excess = (q: number) => Math.exp(s * Math.log(q) - logRate);
  const total = (root: number, q: number) => {
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

/** One row of what takes part, its special values included. */
function entmaxRow(values: readonly number[], alpha: number, temperature: number): number[] {
  const m = values.reduce((a, b) => (Number.isNaN(b) ? b : Math.max(a, b)), -Infinity);
  if (values.some(Number.isNaN) || !Number.isFinite(m)) return values.map(() => Number.NaN);
  if (alpha > 2) return steepRow(values, alpha - 1, temperature);
  const z = values.map((v) => (v - m) / temperature);
  if (alpha === 2) return sparsemaxRow(z);
  if (alpha === 1.5) return entmax15Row(z);
  return flatRow(z, alpha - 1);
}

export function entmaxReference(c: Case, alpha: number): number[] {
  const { temperature = 1 } = c;
  if (temperature === 0) return reference(c).at.map((r) => r.hardmax);
  const want: number[] = new Array(c.x.length).fill(0);
  for (const { values, indices, taken } of rowsOf(c)) {
    const part = indices.filter((_, j) => taken[j]);
    const shares = entmaxRow(
      values.filter((_, j) => taken[j]),
      alpha,
      temperature,
    );
    shares.forEach((v, j) => {
      want[part[j]] = v;
    });
    // a NaN row is NaN where it is masked too
    if (shares.some(Number.isNaN)) for (const i of indices) want[i] = Number.NaN;
  }
  return want;
}

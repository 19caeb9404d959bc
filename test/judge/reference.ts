/** The definitions in float64 with compensated sums: what every backend is judged by. Also the contract's bounds. */

export interface Case {
  x: Float32Array;
  shape: readonly number[];
  axis: number;
  temperature?: number;
  mask?: Uint8Array;
}

/** What the call is given beside x. */
export function optionsOf({ x: _, ...options }: Case): Omit<Case, "x"> {
  return options;
}

/** One row of a case: its logits, which of them take part, and where they stand in x. */
interface Row {
  values: number[];
  taken: boolean[];
  indices: number[];
}

export function rowsOf({ x, shape, axis, mask }: Case): Row[] {
  const at = axis < 0 ? axis + shape.length : axis;
  const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, at).reduce((a, b) => a * b, 1);
  const n = shape[at];
  const rows: Row[] = [];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const indices = Array.from({ length: n }, (_, j) => (o * n + j) * inner + i);
      const taken = indices.map((index, j) => {
        if (mask === undefined) return true;
        return mask[mask.length === x.length ? index : j] !== 0;
      });
      rows.push({ values: indices.map((index) => x[index]), taken, indices });
    }
  }
  return rows;
}

/** Σ values, Neumaier's compensation. */
export function sum(values: Iterable<number>): number {
  let s = 0;
  let c = 0;
  for (const v of values) {
    const t = s + v;
    c += Math.abs(s) >= Math.abs(v) ? s - t + v : v - t + s;
    s = t;
  }
  return Number.isFinite(s) ? s + c : s;
}

const U = 2 ** -24;
const SMALLEST_NORMAL = 2 ** -126;

/** Relative, where the result is normal. d = (x - max) / T. */
export const softmaxBound = (d: number): number => U * (8 + 3 * Math.abs(d));
/** Absolute. */
export const logSumExpBound = (y: number): number => U * (6 + Math.abs(y));
/** Absolute. */
export const logSoftmaxBound = (y: number): number => U * (6 + 2 * Math.abs(y));

/**
 * What the errors of a row's own sum can add where they all point the same way, beyond the bounds above: each term is off by
 * up to 1.5·2^-24 for every unit of its distance from the maximum. `mean` is that distance's mean under the row's
 * probabilities, Σ p_k·|x_k - max|/T; it is at most log(cols), and the errors of unlike terms cancel.
 */
export const denominatorBound = (mean: number): number => U * 1.5 * mean;

interface Result {
  softmax: number;
  logSoftmax: number;
  hardmax: number;
  /** (x - max) / T, 0 where it does not matter */
  d: number;
}

/** By docs/numerics.md, special values and all. @returns per position of x, and per row */
export function reference(c: Case): { at: Result[]; logSumExp: number[] } {
  const t = c.temperature ?? 1;
  const at: Result[] = new Array(c.x.length);
  const lses: number[] = [];
  for (const { values, taken, indices } of rowsOf(c)) {
    const part = values.filter((_, j) => taken[j]);
    const none = part.length === 0;
    const poisoned = part.some(Number.isNaN);
    const m = poisoned ? Number.NaN : part.reduce((a, b) => Math.max(a, b), -Infinity);
    const finite = Number.isFinite(m);
    const s = finite ? sum(part.map((v) => Math.exp((v - m) / t))) : 0;
    lses.push(finite ? m / t + Math.log(s) : m);
    const first = values.findIndex((v, j) => taken[j] && v === m);
    values.forEach((v, j) => {
      const d = (v - m) / t;
      at[indices[j]] = {
        softmax: none ? 0 : !finite ? Number.NaN : taken[j] ? Math.exp(d) / s : 0,
        logSoftmax: none ? -Infinity : !finite ? Number.NaN : taken[j] ? d - Math.log(s) : -Infinity,
        hardmax: poisoned ? Number.NaN : j === first ? 1 : 0,
        d: finite && taken[j] ? d : 0,
      };
    });
  }
  return { at, logSumExp: lses };
}

/** What is off first, in words; undefined when all is within bounds. `tolerance` is absolute, of the expected value. */
export function worst(
  got: ArrayLike<number>,
  want: readonly number[],
  tolerance: (index: number) => number,
  label: string,
): string | undefined {
  if (got.length !== want.length) return `${label}: length ${got.length} instead of ${want.length}`;
  let worstIndex = -1;
  let worstRatio = 1;
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i]) || got[i] === want[i]) continue;
    const ratio = Math.abs(got[i] - want[i]) / tolerance(i);
    // Not `ratio > 1`: a NaN where none belongs must not pass.
    if (!(ratio <= worstRatio)) {
      worstIndex = i;
      worstRatio = Number.isNaN(ratio) ? Infinity : ratio;
    }
  }
  if (worstIndex < 0) return undefined;
  const expected = want[worstIndex];
  const ulp =
    Math.abs(got[worstIndex] - expected) / (2 ** Math.floor(Math.log2(Math.abs(expected) || 2 ** -126)) * 2 ** -23);
  return `${label}: index ${worstIndex} expected ${expected}, got ${got[worstIndex]} (${ulp.toPrecision(3)} ulp, ${worstRatio.toPrecision(3)} of the bound)`;
}

/** y of softmax is right: within the relative bound where normal, below the smallest normal number where not. */
export const softmaxTolerance =
  (results: readonly Result[]) =>
  (i: number): number => {
    const { softmax, d } = results[i];
    return Math.max(softmax * softmaxBound(d), softmax < SMALLEST_NORMAL * 1.0001 ? SMALLEST_NORMAL : 0);
  };

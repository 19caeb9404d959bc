/** The definitions in float64 with compensated sums: what every backend is judged by. */
import { softmaxBound } from "./bounds.mjs";
import { softmax64, sum } from "./softmax64.mjs";

export interface Case {
  x: Float32Array;
  shape: readonly number[];
  axis: number;
  temperature?: number;
  mask?: Uint8Array;
}

/** The arguments of a call beside x. */
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

const SMALLEST_NORMAL = 2 ** -126;

interface Result {
  softmax: number;
  logSoftmax: number;
  hardmax: number;
  /** (x - max) / T, 0 where it does not matter */
  d: number;
}

/** By docs/numerics.md, special values and all. @returns per position of x, and per row */
export function reference(c: Case): { at: Result[]; logSumExp: number[]; entropy: number[] } {
  const t = c.temperature ?? 1;
  const at: Result[] = new Array(c.x.length);
  const lses: number[] = [];
  const entropies: number[] = [];
  for (const { values, taken, indices } of rowsOf(c)) {
    const part = values.filter((_, j) => taken[j]);
    const none = part.length === 0;
    const poisoned = part.some(Number.isNaN);
    const { m, s, logSumExp } = softmax64(part, t);
    const finite = Number.isFinite(m);
    lses.push(logSumExp);
    entropies.push(
      none
        ? 0
        : finite
          ? entropyOf(
              part.map((v) => (m - v) / t),
              s,
            )
          : Number.NaN,
    );
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
  return { at, logSumExp: lses, entropy: entropies };
}

/** log s + Σ p·distance, where what weighs nothing adds nothing however far it is. */
function entropyOf(distances: readonly number[], s: number): number {
  return (
    Math.log(s) +
    sum(
      distances.map((d) => {
        const p = Math.exp(-d) / s;
        return p === 0 ? 0 : p * d;
      }),
    )
  );
}

/** The first wrong value, in words; undefined when all are within bounds. @param tolerance  absolute, from the expected value */
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

/** assembly/attention/overflow.ts in JavaScript. Products are float64s here, so their size tells whether float32 can hold them. */

import { FLT_MAX, LEAST_SCALE, TOP_EXPONENT as TOP } from "../../../assembly/layout";

export const scaleIsPlain = (scale: number): boolean =>
  scale === 0 || (Math.abs(scale) >= LEAST_SCALE && Math.abs(scale) <= FLT_MAX);

/** e of a finite x = [1, 2)·2^e, not 0 */
function exponentOf(x: number): number {
  let e = 0;
  let size = Math.abs(x);
  for (; size >= 2; size *= 0.5) e++;
  for (; size < 1; size *= 2) e--;
  return e;
}

/** x·2^n, in two steps of which each is in range */
const raise = (x: number, n: number): number => x * 2 ** (n >> 1) * 2 ** (n - (n >> 1));

/** q = source · scale / 2^e. @returns e, such that q is in range */
export function startWide(f32: Float32Array, q: number, source: number, headDim: number, scale: number): number {
  let most = 0;
  for (let d = 0; d < headDim; d++) {
    const x = Math.abs(f32[source + d]);
    if (x < Infinity && x > most) most = x;
  }
  const a = exponentOf(scale);
  const b = most > 0 ? exponentOf(most) : 0;
  const m = raise(scale, -a);
  for (let d = 0; d < headDim; d++) f32[q + d] = f32[source + d] * 2 ** (TOP - b) * m;
  return a + b - TOP;
}

/** 2^e · q·k. Beyond float32: FLT_MAX and -Infinity; of an infinite operand: NaN and -Infinity */
export function scoreAgain(f32: Float32Array, q: number, k: number, headDim: number, e: number): number {
  let sum = 0;
  for (let d = 0; d < headDim; d++) sum += f32[q + d] * f32[k + d];
  if (sum - sum !== 0) return sum === -Infinity ? sum : Number.NaN;
  return Math.fround(Math.min(raise(sum, e), FLT_MAX));
}

/** A score after additions: NaN where it is +Infinity because an operand was, FLT_MAX where finite operands overflowed */
export function capped(score: number): number {
  if (score <= FLT_MAX) return score;
  return score === Infinity ? Number.NaN : Math.min(score, FLT_MAX);
}

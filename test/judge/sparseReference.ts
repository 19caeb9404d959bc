/** sparsemax, entmax15 and entmax of a case by their definition in float64. Special values by docs/numerics.md. */
import { entmax64 } from "./entmax64.mjs";
import { type Case, reference, rowsOf } from "./reference";

export function entmaxReference(c: Case, alpha: number): number[] {
  const { temperature = 1 } = c;
  if (temperature === 0) return reference(c).at.map((r) => r.hardmax);
  const want: number[] = new Array(c.x.length).fill(0);
  for (const { values, indices, taken } of rowsOf(c)) {
    const part = indices.filter((_, j) => taken[j]);
    const shares = entmax64(
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

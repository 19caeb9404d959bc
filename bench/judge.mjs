import { SPARSE_BOUND } from "../test/judge/bounds.mjs";
import { entmax64 } from "../test/judge/entmax64.mjs";
import { softmax64 } from "../test/judge/softmax64.mjs";
import { OPS } from "./cases.mjs";

/** Holds y against the definition in float64. @throws {Error} naming contender, case and the first value that is off */
export function judge(contender, { name, op, alpha, outer, axis, inner }, y, x) {
  const { exact, bound, reduces } = OPS[op];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const row = Array.from({ length: axis }, (_, a) => x[from + a * inner]);
      const shares = alpha === undefined ? undefined : entmax64(row, alpha);
      const { m, s, weights } = shares === undefined ? softmax64(row) : {};
      const w = weights?.reduce((sum, weight, a) => sum + weight * (row[a] - m), 0); // of entropy
      for (let a = 0; a < (reduces ? 1 : axis); a++) {
        const at = reduces ? o * inner + i : from + a * inner;
        const want = shares === undefined ? exact(row[a], m, s, w) : shares[a];
        const most = shares === undefined ? bound(want, row[a], m, axis) : SPARSE_BOUND;
        if (!(Math.abs(y[at] - want) <= most)) {
          throw new Error(`${contender}, ${name}: [${at}] expected ${want}, got ${y[at]}`);
        }
      }
    }
  }
}

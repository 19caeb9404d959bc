import { OPS } from "./cases.mjs";

/** Holds y against the definition in float64. @throws {Error} naming contender, case and the first value that is off */
export function judge(contender, { name, op, outer, axis, inner }, y, x) {
  const { exact, bound, reduces } = OPS[op];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const to = from + axis * inner;
      let m = -Infinity;
      for (let j = from; j < to; j += inner) m = Math.max(m, x[j]);
      let s = 0;
      for (let j = from; j < to; j += inner) s += Math.exp(x[j] - m);
      for (let j = from; j < (reduces ? from + 1 : to); j += inner) {
        const at = reduces ? o * inner + i : j;
        const want = exact(x[j], m, s);
        if (!(Math.abs(y[at] - want) <= bound(want, x[j], m) * 2 ** -24)) {
          throw new Error(`${contender}, ${name}: [${at}] expected ${want}, got ${y[at]}`);
        }
      }
    }
  }
}

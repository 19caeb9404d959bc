import { OPS } from "./cases.mjs";

/** Holds y against the definition in float64. @throws {Error} naming contender, case and the first value that is off */
export function judge(contender, { name, op, alpha, outer, axis, inner }, y, x) {
  const { exact, bound, reduces } = OPS[op];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const to = from + axis * inner;
      let m = -Infinity;
      for (let j = from; j < to; j += inner) m = Math.max(m, x[j]);
      if (alpha !== undefined) {
        judgeSparse(`${contender}, ${name}`, alpha, m, y, x, from, to, inner);
        continue;
      }
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

/** p = [(alpha - 1)·x - τ]_+^(1 / (alpha - 1)) with τ by bisection, within 1e-6. */
function judgeSparse(label, alpha, m, y, x, from, to, inner) {
  const s = alpha - 1;
  let low = s * m - 1;
  let high = s * m;
  const share = (v, tau) => Math.max(0, s * v - tau) ** (1 / s);
  for (let k = 0; k < 60; k++) {
    const tau = (low + high) / 2;
    let sum = 0;
    for (let j = from; j < to; j += inner) if (s * x[j] > tau) sum += share(x[j], tau);
    if (sum > 1) low = tau;
    else high = tau;
  }
  for (let j = from; j < to; j += inner) {
    const want = share(x[j], low);
    if (!(Math.abs(y[j] - want) <= 1e-6)) throw new Error(`${label}: [${j}] expected ${want}, got ${y[j]}`);
  }
}

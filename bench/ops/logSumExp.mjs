export const cases = [{ shape: [16] }, { shape: [4096] }, { shape: [32000] }, { shape: [64, 1000] }];

/** The result has no axis. */
export const reduces = true;

/** Along the middle of three axes, as people write it. */
export function plain(y, x, outer, axis, inner) {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const to = from + axis * inner;
      let m = -Infinity;
      for (let j = from; j < to; j += inner) if (x[j] > m) m = x[j];
      let s = 0;
      for (let j = from; j < to; j += inner) s += Math.exp(x[j] - m);
      y[o * inner + i] = m + Math.log(s);
    }
  }
}

export const exact = (_x, m, s) => m + Math.log(s);

export { logSumExpBound as bound } from "../../test/judge/bounds.mjs";

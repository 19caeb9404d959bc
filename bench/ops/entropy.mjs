import { entropyBound } from "../../test/judge/bounds.mjs";

export const cases = [{ shape: [4096] }, { shape: [32000] }, { shape: [64, 1000] }];

/** The result has no axis. */
export const reduces = true;

/** Along the middle of three axes, as people write it: p, then -p·log p. */
export function plain(y, x, outer, axis, inner) {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const to = from + axis * inner;
      let m = -Infinity;
      for (let j = from; j < to; j += inner) if (x[j] > m) m = x[j];
      let s = 0;
      for (let j = from; j < to; j += inner) s += Math.exp(x[j] - m);
      let h = 0;
      for (let j = from; j < to; j += inner) {
        const p = Math.exp(x[j] - m) / s;
        if (p > 0) h -= p * Math.log(p);
      }
      y[o * inner + i] = h;
    }
  }
}

export const exact = (_x, _m, s, w) => Math.log(s) - w / s;

export const bound = (_y, _x, _m, n) => entropyBound(n);

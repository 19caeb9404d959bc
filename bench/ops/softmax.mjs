import { softmaxBound } from "../../test/judge/bounds.mjs";

/**
 * alloc: x and out are views that the runtime's alloc gave out, so that nothing is copied.
 * alone: without the plain loop, which of the functions with exact zeros sorts for seconds there.
 */
export const cases = [
  { shape: [16] },
  { shape: [16], alloc: true },
  { shape: [128] },
  { shape: [128], alloc: true },
  { shape: [1000] },
  { shape: [1000], alloc: true },
  { shape: [4096] },
  { shape: [4096], alloc: true },
  { shape: [32000] },
  { shape: [128256] },
  { shape: [128256], alloc: true },
  { shape: [64, 1000] },
  { shape: [1024, 64] },
  { shape: [512, 512] },
  { shape: [512, 512], axis: 0 },
  { shape: [32, 128256] },
  { shape: [3, 100000], axis: 0 },
  { shape: [8, 32768], axis: 0 },
  { shape: [1048576, 3], axis: 0, alone: true },
  { shape: [2100000, 2], axis: 0, alone: true },
];

/** Along the middle of three axes, as people write it. */
export function plain(y, x, outer, axis, inner) {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const to = from + axis * inner;
      let m = -Infinity;
      for (let j = from; j < to; j += inner) if (x[j] > m) m = x[j];
      let s = 0;
      for (let j = from; j < to; j += inner) {
        const e = Math.exp(x[j] - m);
        y[j] = e;
        s += e;
      }
      for (let j = from; j < to; j += inner) y[j] /= s;
    }
  }
}

export const exact = (x, m, s) => Math.exp(x - m) / s;

export const bound = (y, x, m) => y * softmaxBound(m - x);

/** The usual, then what is longest: large supports, clusters next to one another, alpha just above 2, ties, denormals; columns. */
export const cases = [
  { shape: [32000] },
  { shape: [64, 1000] },
  { shape: [32000], alpha: 1.1 },
  { shape: [32000], alpha: 1.01 },
  { shape: [32000], alpha: 1.25, within: 1e-3 },
  { shape: [32000], alpha: 2.0001, within: 1e-5 },
  { shape: [32000], alpha: 2.0001, around: 5, within: 1e-6 },
  { shape: [32000], alpha: 2.1, within: 1e-4 },
  { shape: [32000], alpha: 3, within: 1e-9 },
  { shape: [32000], alpha: 3, within: 0 },
  { shape: [32000], alpha: 1.25, within: 1e-40 },
  { shape: [3, 100000], axis: 0, alone: true },
  { shape: [8, 32768], axis: 0, alone: true },
];

export const alpha = 1.25;
export const options = { alpha };

/** By bisection with Math.pow, as entmax_bisect of the reference implementation. */
export function plain(y, x, outer, axis, inner, alpha) {
  const s = alpha - 1;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const to = from + axis * inner;
      let m = -Infinity;
      for (let j = from; j < to; j += inner) if (x[j] > m) m = x[j];
      let low = s * m - 1;
      let width = 1;
      let sum = 0;
      for (let k = 0; k < 50; k++) {
        width /= 2;
        const tau = low + width;
        sum = 0;
        for (let j = from; j < to; j += inner) sum += Math.max(0, s * x[j] - tau) ** (1 / s);
        if (sum >= 1) low = tau;
      }
      sum = 0;
      for (let j = from; j < to; j += inner) {
        y[j] = Math.max(0, s * x[j] - low) ** (1 / s);
        sum += y[j];
      }
      for (let j = from; j < to; j += inner) y[j] /= sum;
    }
  }
}

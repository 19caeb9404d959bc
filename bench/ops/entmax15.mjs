export { cases } from "./sparsemax.mjs";

export const alpha = 1.5;

/** As the paper has it and people write it: sort, running mean and spread, the last candidate below its own value. */
export function plain(y, x, outer, axis, inner) {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const row = Array.from({ length: axis }, (_, a) => x[from + a * inner] / 2);
      const sorted = [...row].sort((a, b) => b - a);
      let sum = 0;
      let squares = 0;
      let tau = 0;
      for (let k = 1; k <= axis; k++) {
        const v = sorted[k - 1] - sorted[0];
        sum += v;
        squares += v * v;
        const mean = sum / k;
        const root = (1 - (squares - k * mean * mean)) / k;
        const candidate = mean - Math.sqrt(Math.max(0, root));
        if (candidate > v) break;
        tau = candidate + sorted[0];
      }
      for (let a = 0; a < axis; a++) y[from + a * inner] = Math.max(0, row[a] - tau) ** 2;
    }
  }
}

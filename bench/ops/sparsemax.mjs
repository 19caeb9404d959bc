export const alpha = 2;

export const cases = [
  { shape: [32000] },
  { shape: [32000], within: 1 },
  { shape: [64, 1000] },
  { shape: [512, 512], axis: 0 },
  { shape: [3, 100000], axis: 0 },
  { shape: [8, 32768], axis: 0 },
  { shape: [1048576, 3], axis: 0, alone: true },
  { shape: [2100000, 2], axis: 0, alone: true },
];

/** As the paper has it and people write it: sort, running sums, the last that stays above. */
export function plain(y, x, outer, axis, inner) {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const from = o * axis * inner + i;
      const row = Array.from({ length: axis }, (_, a) => x[from + a * inner]);
      const sorted = [...row].sort((a, b) => b - a);
      let prefix = 0;
      let tau = 0;
      for (let k = 0; k < axis; k++) {
        prefix += sorted[k];
        if (1 + (k + 1) * sorted[k] > prefix) tau = (prefix - 1) / (k + 1);
      }
      for (let a = 0; a < axis; a++) y[from + a * inner] = Math.max(0, row[a] - tau);
    }
  }
}

/** Inputs that the functions along an axis are tried on. Seeded. */

/** Every tail, and main loops that run at least three times. */
export const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1000, 4099];

type Fill = (n: number, next: () => number) => number[];
const each = (n: number, value: (j: number) => number): number[] => Array.from({ length: n }, (_, j) => value(j));

export const RANGES: Record<string, Fill> = {
  "±1": (n, next) => each(n, () => 2 * next() - 1),
  "±30": (n, next) => each(n, () => 60 * next() - 30),
  "[90, 100]": (n, next) => each(n, () => 90 + 10 * next()),
  "one outlier": (n, next) => each(n, (j) => (j === n >> 1 ? 20 : 10 + next())),
  "equal but one": (n) => each(n, (j) => (j === n >> 1 ? 7.1 : 0.3)),
  "all equal": (n) => each(n, () => 3.7),
  descending: (n) => each(n, (j) => -j / 8),
  "denormal differences": (n, next) => each(n, () => next() * 1e-40),
  "huge and tiny": (n, next) => each(n, () => (next() < 0.5 ? 3.4e38 : -3.4e38)),
  "with -Infinity": (n, next) => each(n, (j) => (j > 0 && next() < 0.3 ? -Infinity : 10 * next())),
  "with -0": (n, next) => each(n, () => (next() < 0.5 ? -0 : 0)),
};

/** x at an element offset into its buffer: no alignment but that of 4 bytes. */
export function floats(values: ArrayLike<number>, offset = 0): Float32Array {
  const x = new Float32Array(values.length + offset).subarray(offset);
  x.set(values);
  return x;
}

/** One maximum above thousands of equal logits, whose rounding errors all point the same way; with their mean distance. */
export function* denominators(): Generator<[x: Float32Array, mean: number]> {
  for (const n of [1000, 4099, 131072]) {
    for (let step = 0; step < (n > 5000 ? 10 : 40); step++) {
      const x = new Float32Array(n).fill(0.1);
      x[n >> 1] = 1.1 + step * (n > 5000 ? 1.1 : 0.27);
      const d = x[n >> 1] - x[0];
      const weight = (n - 1) * Math.exp(-d);
      yield [x, (d * weight) / (1 + weight)];
    }
  }
}

/** The tests that sparsemax, entmax15 and entmax have in common. */
import { expect, it } from "vitest";
import type { SparseOptions } from "../../src/index";
import { optionsSuite } from "./axisSuite";
import { SPARSE_BOUND } from "./bounds.mjs";
import { floats, LENGTHS, RANGES } from "./cases";
import { random } from "./random.mjs";
import { type Case, rowsOf, worst } from "./reference";
import { sum } from "./softmax64.mjs";
import { entmaxReference } from "./sparseReference";

/** Equality of long arrays, for which toEqual would take seconds. */
export function equal(got: ArrayLike<number>, want: ArrayLike<number>, label: string): void {
  const failure = worst(got, Array.from(want), () => 0, label);
  if (failure) expect.fail(failure);
}

type Sparse = (x: Float32Array, options?: SparseOptions) => Float32Array;
const { NaN: nan } = Number;

/** y is the definition within the bound, sums to 1, and `support` counts what is not 0. */
export function checkSparse(f: Sparse, alpha: number, c: Case, label: string): void {
  const rows = rowsOf(c);
  const support = new Uint32Array(rows.length).fill(77);
  const { x, ...options } = c;
  const got = f(x, { ...options, support });
  const want = entmaxReference(c, alpha);
  const failure = worst(got, want, () => SPARSE_BOUND, label);
  if (failure) expect.fail(failure);
  rows.forEach(({ indices, taken }, r) => {
    const row = indices.map((i) => got[i]);
    const size = row.filter((v) => v !== 0).length;
    if (support[r] !== size) expect.fail(`${label}: support of row ${r} is ${support[r]} instead of ${size}`);
    if (indices.length === 0 || Number.isNaN(row[0]) || !taken.some(Boolean)) return;
    const off = sum(row) - 1;
    if (!(Math.abs(off) <= SPARSE_BOUND)) expect.fail(`${label}: row ${r} sums to 1 + ${off}`);
    if (!row.every((v) => v >= 0)) expect.fail(`${label}: row ${r} has a negative share`);
  });
}

/** The definition, for everything that can be in a row. */
function definitionSuite(f: Sparse, alpha: number): void {
  const check = (x: Float32Array, shape: readonly number[], axis: number, label: string) =>
    checkSparse(f, alpha, { x, shape, axis }, `alpha ${alpha}, ${label}`);

  it.each(LENGTHS)("is the definition for rows of %i", (n) => {
    for (const [name, fill] of Object.entries(RANGES)) {
      for (const rows of [1, 3]) {
        for (const offset of n < 100 ? [0, 1, 2, 3] : [1]) {
          const next = random(n * 31 + rows * 7 + offset);
          const x = floats(Array.from({ length: rows }, () => fill(n, next)).flat(), offset);
          check(x, [rows, n], -1, `${name} [${rows}, ${n}] offset ${offset}`);
        }
      }
    }
  });

  it.each([
    [[5, 7], 0],
    [[33, 8], 0],
    [[3, 9, 5], 1],
    [[4, 1, 6], 1],
    [[7, 300], 0],
    [[20, 513], 0],
    [[3000, 3], 0],
    [[2, 3, 4, 5], -3],
  ] as const)("is the definition for shape %j along axis %i", (shape, axis) => {
    const length = shape.reduce((a: number, b: number) => a * b, 1);
    for (const [name, fill] of Object.entries(RANGES)) {
      check(floats(fill(length, random(length))), shape, axis, `${name} ${shape} axis ${axis}`);
    }
  });

  optionsSuite((c, label) => checkSparse(f, alpha, c, `alpha ${alpha}, ${label}`));
}

/** @param streamed  the same function on a runtime whose heap is 64 KiB */
export function sparseSuite(f: Sparse, streamed: Sparse, alpha: number): void {
  definitionSuite(f, alpha);
  const check = (x: Float32Array, shape: readonly number[], axis: number, label: string) =>
    checkSparse(f, alpha, { x, shape, axis }, `alpha ${alpha}, ${label}`);

  it("finds a large support in passes over the row, and a small one among thousands of candidates", () => {
    const next = random(8);
    const n = 9001;
    const fills: Record<string, (j: number) => number> = {
      "within 1": () => next(),
      "within 1e-3": () => 1e-3 * next(),
      "within 1e-5": () => 7 + 1e-5 * next(),
      rising: (j) => j / n,
      falling: (j) => -j / n,
      "two values": () => (next() < 0.5 ? 1 : 0.3),
      "one above many": (j) => (j === 8000 ? 0.9 : 0),
      "last decides": (j) => (j === n - 1 ? 3 : next()),
    };
    for (const [name, fill] of Object.entries(fills)) {
      const x = Float32Array.from({ length: n }, (_, j) => fill(j));
      check(x, [n], 0, name);
      check(
        Float32Array.from({ length: 2 * n }, (_, i) => x[i >> 1]),
        [n, 2],
        0,
        `${name}, columns`,
      );
    }
  });

  it("gives each of 2^20 equal values 2^-20", () => {
    const support = new Uint32Array(1);
    const y = f(new Float32Array(1 << 20).fill(1.7), { support });
    const most = y.reduce((a, v) => Math.max(a, Math.abs(v * 2 ** 20 - 1)), 0);
    expect(most).toBeLessThanOrEqual(1e-6);
    expect(Math.abs(sum(y) - 1)).toBeLessThanOrEqual(SPARSE_BOUND);
    expect(support[0]).toBe(1 << 20);
  });

  it("holds the special values", () => {
    const of = (...values: number[]) => [...f(Float32Array.from(values))];
    expect(of()).toEqual([]);
    expect(of(-3)).toEqual([1]);
    expect(of(0, 1e4, 3)).toEqual([0, 1, 0]);
    expect(of(-Infinity, 5, -Infinity)).toEqual([0, 1, 0]);
    expect(of(-Infinity, -Infinity)).toEqual([nan, nan]);
    expect(of(1, Infinity, 2)).toEqual([nan, nan, nan]);
    expect(of(1, nan, 2, 3, 4)).toEqual([nan, nan, nan, nan, nan]);
    const close = (got: number[], want: number[]) =>
      expect(worst(got, want, (i) => 1e-7 * want[i], "")).toBe(undefined);
    close(of(2, 2), [0.5, 0.5]);
    close(of(3.4e38, -3.4e38, 3.4e38), [0.5, 0, 0.5]);
    close(of(-0, 0, 1e-45, -1e-45), [0.25, 0.25, 0.25, 0.25]);
  });

  it("poisons a row with NaN or +Infinity, and no other", () => {
    for (const bad of [nan, Infinity]) {
      for (const n of [1, 3, 4, 17, 65, 300]) {
        for (const where of [0, n >> 1, n - 1]) {
          const x = Float32Array.from({ length: 3 * n }, (_, i) => (i % 5) / 8);
          x[n + where] = bad;
          check(x, [3, n], -1, `${bad} at ${where} of ${n}`);
          const y = Float32Array.from({ length: 3 * n }, (_, i) => (i % 5) / 8);
          y[3 * where + 1] = bad;
          check(y, [n, 3], 0, `${bad} at ${where} of ${n} axis 0`);
        }
      }
    }
  });

  it("counts supports: every one of a poisoned row, none of an empty one, a row each along any axis", () => {
    const support = new Uint32Array(3).fill(9);
    f(Float32Array.of(1, nan, 5, 1, 2, 2), { shape: [3, 2], support });
    expect([...support]).toEqual([2, support[1], 2]);
    expect(support[1]).toBeGreaterThan(0);
    f(new Float32Array(0), { shape: [3, 0], support });
    expect([...support]).toEqual([0, 0, 0]);
    f(Float32Array.of(99, 1, 1, 0, 1, nan), { shape: [2, 3], axis: 0, support });
    expect([...support]).toEqual([1, 2, 2]);
  });

  it("streams through a heap of 64 KiB and gives the same bits", () => {
    const next = random(21);
    const fills: Record<string, (j: number) => number> = {
      normal: () => 6 * (next() + next() + next() - 1.5),
      "within 1": () => next(),
      "within 1e-4": () => 1e-4 * next(),
      rising: (j) => j / 60000,
    };
    for (const [name, fill] of Object.entries(fills)) {
      for (const [shape, axis] of [
        [[60000], 0],
        [[20000, 3], 0],
        [[3, 20000], 1],
        [[2, 5000, 6], 1],
        [[40, 1500], 0],
        [[600, 100], 1],
      ] as const) {
        const x = Float32Array.from({ length: 60000 }, (_, j) => fill(j));
        const rows = 60000 / (shape as readonly number[])[axis];
        const [whole, part] = [new Uint32Array(rows), new Uint32Array(rows)];
        const want = f(x, { shape, axis, support: whole });
        const label = `${name} ${shape} axis ${axis}`;
        const got = streamed(x, { shape, axis, support: part });
        equal(got, want, label);
        equal(part, whole, `${label}: support`);
        const inPlace = x.slice();
        equal(streamed(inPlace, { shape, axis, out: inPlace }), want, `${label}, in place`);
      }
    }
  });
}

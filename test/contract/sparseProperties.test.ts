import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SparseOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { drawn } from "../judge/drawn";
import { whatIsMaskedIsNotThere } from "../judge/maskProperty";
import { sum } from "../judge/softmax64.mjs";

const score = fc.float({ min: -3, max: 3, noNaN: true });
const row = fc.array(score, { minLength: 1, maxLength: 150 }).map((values) => Float32Array.from(values));
const matrix = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 }))
  .chain(([rows, cols]) =>
    fc
      .array(score, { minLength: rows * cols, maxLength: rows * cols })
      .map((values) => ({ rows, cols, x: Float32Array.from(values) })),
  );
const ALPHAS = [1.1, 1.5, 1.8, 2, 3];
const runs = { numRuns: drawn(100), seed: 20261122 };

describe.each(BACKENDS)("properties of exact zeros on %s", (backend) => {
  const { sparsemax, entmax15, entmax } = runtimeOf(backend);
  /** Functions, each with its result where the mask leaves a position out. */
  const ALONG = ALPHAS.map((alpha) => {
    const f = (x: Float32Array, options: SparseOptions = {}): Float32Array => entmax(x, { ...options, alpha });
    return [f, 0] as const;
  });

  /**
   * Karush, Kuhn and Tucker: one τ with (α-1)·x - p^(α-1) = τ where p > 0, and (α-1)·x <= τ where p = 0. The power is as far
   * off as a p that is off by 1e-6.
   */
  it.each(ALPHAS)("alpha %d meets the optimality conditions", (alpha) => {
    const s = alpha - 1;
    fc.assert(
      fc.property(row, (x) => {
        const p = entmax(x, { alpha });
        const least = (v: number) => Math.max(0, v - 1e-6) ** s;
        const most = (v: number) => (v + 1e-6) ** s;
        const low = Math.max(...x.map((v, j) => (p[j] > 0 ? s * v - most(p[j]) : s * v - most(0))));
        const high = Math.min(...x.map((v, j) => (p[j] > 0 ? s * v - least(p[j]) : Infinity)));
        expect(high).toBeGreaterThanOrEqual(low - 1e-6);
      }),
      runs,
    );
  });

  it.each(ALPHAS)("alpha %d is non-negative, sums to 1 and keeps the order", (alpha) => {
    fc.assert(
      fc.property(row, (x) => {
        const y = entmax(x, { alpha });
        expect(y.every((v) => v >= 0)).toBe(true);
        expect(Math.abs(sum(y) - 1)).toBeLessThanOrEqual(1e-6);
        const order = [...x.keys()].sort((a, b) => x[a] - x[b]);
        // the power of a float32 is not quite monotone: by its error
        order.forEach((at, k) => {
          if (k > 0) expect(y[at]).toBeGreaterThanOrEqual(y[order[k - 1]] * (1 - 2e-6));
        });
      }),
      runs,
    );
  });

  it.each(ALPHAS)("alpha %d does not move when all scores are shifted by a power of two that they hold", (alpha) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 90 }), (values) => {
        const x = Float32Array.from(values, (v) => v / 64);
        expect(
          entmax(
            x.map((v) => v + 4096),
            { alpha },
          ),
        ).toEqual(entmax(x, { alpha }));
      }),
      runs,
    );
  });

  it.each(ALPHAS)("a permutation of the scores permutes alpha %d", (alpha) => {
    fc.assert(
      fc.property(row, (x) => {
        const y = entmax(x, { alpha });
        const back = entmax(x.slice().reverse(), { alpha }).reverse();
        y.forEach((v, i) => expect(Math.abs(back[i] - v)).toBeLessThanOrEqual(5e-7));
      }),
      runs,
    );
  });

  it.each(ALPHAS)(
    "alpha %d: in place and rows alone give the same bits, and columns do with any neighbours",
    (alpha) => {
      fc.assert(
        fc.property(matrix, ({ rows, cols, x }) => {
          const shape = [rows, cols];
          const support = new Uint32Array(rows);
          const whole = entmax(x, { alpha, shape, support });
          const inPlace = x.slice();
          expect(entmax(inPlace, { alpha, shape, out: inPlace })).toEqual(whole);
          const turned = x.map((_, i) => x[(i % rows) * cols + Math.floor(i / rows)]);
          const sizes = new Uint32Array(rows);
          const columns = entmax(turned, { alpha, shape: [cols, rows], axis: 0, out: turned, support: sizes });
          for (let r = 0; r < rows; r++) {
            const alone = entmax(x.slice(r * cols, (r + 1) * cols), { alpha });
            expect(whole.slice(r * cols, (r + 1) * cols)).toEqual(alone);
            const column = columns.filter((_, i) => i % rows === r);
            column.forEach((v, a) => expect(Math.abs(v - alone[a])).toBeLessThanOrEqual(1e-6));
            if (rows === 1) expect(column).toEqual(alone);
            expect(sizes[r]).toBe(column.filter((v) => v !== 0).length);
            if (rows > 1) {
              const twice = Float32Array.from({ length: 2 * cols }, (_, i) => x[r * cols + (i >> 1)]);
              const pair = entmax(twice, { alpha, shape: [cols, 2], axis: 0 });
              for (const side of [0, 1]) expect(pair.filter((_, i) => i % 2 === side)).toEqual(column);
            }
            expect(support[r]).toBe(alone.filter((v) => v !== 0).length);
          }
        }),
        { ...runs, numRuns: drawn(40) },
      );
    },
  );

  it("sparsemax leaves distributions as they are", () => {
    fc.assert(
      fc.property(row, (x) => {
        const p = sparsemax(x);
        sparsemax(p).forEach((v, i) => expect(Math.abs(v - p[i])).toBeLessThanOrEqual(1e-6));
      }),
      runs,
    );
  });

  it("what has a share of sparsemax has one of entmax15", () => {
    fc.assert(
      fc.property(row, (x) => {
        const wide = entmax15(x);
        sparsemax(x).forEach((v, i) => {
          if (v > 1e-6) expect(wide[i]).toBeGreaterThan(0);
        });
      }),
      runs,
    );
  });

  whatIsMaskedIsNotThere(ALONG, row);

  it("a power of two as temperature is a division that rounds nothing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 90 }),
        fc.integer({ min: -6, max: 6 }),
        (values, k) => {
          const temperature = 2 ** k;
          const x = Float32Array.from(values, (v) => v / 64);
          for (const [f] of ALONG) {
            const divided = f(x.map((v) => v / temperature));
            f(x, { temperature }).forEach((v, i) => expect(Math.abs(v - divided[i])).toBeLessThanOrEqual(1e-6));
          }
        },
      ),
      { ...runs, numRuns: drawn(60) },
    );
  });
});

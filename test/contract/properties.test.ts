import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { entropyBound } from "../judge/bounds.mjs";
import { drawn } from "../judge/drawn";
import { whatIsMaskedIsNotThere } from "../judge/maskProperty";
import { sum } from "../judge/softmax64.mjs";

const logit = fc.float({ min: -50, max: 50, noNaN: true });
const row = fc.array(logit, { minLength: 1, maxLength: 150 }).map((values) => Float32Array.from(values));
/** Rows of one length, one after the other. */
const matrix = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 }))
  .chain(([rows, cols]) =>
    fc
      .array(logit, { minLength: rows * cols, maxLength: rows * cols })
      .map((values) => ({ rows, cols, x: Float32Array.from(values) })),
  );
const runs = { numRuns: drawn(200), seed: 20261122 };

describe.each(BACKENDS)("properties on %s", (backend) => {
  const { softmax, logSoftmax, logSumExp, entropy, hardmax } = runtimeOf(backend);
  /** Functions, each with its result where the mask leaves a position out. */
  const ALONG = [
    [softmax, 0],
    [logSoftmax, -Infinity],
    [hardmax, 0],
  ] as const;

  it("softmax is non-negative, sums to 1 and keeps the order", () => {
    fc.assert(
      fc.property(row, (x) => {
        const y = softmax(x);
        expect(y.every((v) => v >= 0)).toBe(true);
        expect(Math.abs(sum(y) - 1)).toBeLessThanOrEqual(1e-6);
        const order = [...x.keys()].sort((a, b) => x[a] - x[b]);
        order.forEach((at, k) => {
          if (k > 0) expect(y[at]).toBeGreaterThanOrEqual(y[order[k - 1]]);
        });
      }),
      runs,
    );
  });

  it("softmax does not move when all logits are shifted by a power of two that they hold exactly", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 90 }), (values) => {
        const x = Float32Array.from(values, (v) => v / 64);
        expect(softmax(x.map((v) => v + 4096))).toEqual(softmax(x));
        expect(logSoftmax(x.map((v) => v + 4096))).toEqual(logSoftmax(x));
      }),
      runs,
    );
  });

  it("a permutation of the logits permutes the result", () => {
    fc.assert(
      fc.property(row, (x) => {
        const y = softmax(x);
        const back = softmax(x.slice().reverse()).reverse();
        y.forEach((v, i) => expect(Math.abs(back[i] - v)).toBeLessThanOrEqual(3e-7 * v));
      }),
      runs,
    );
  });

  it("in place gives the bits of out of place", () => {
    fc.assert(
      fc.property(matrix, fc.integer({ min: 0, max: 1 }), ({ rows, cols, x }, axis) => {
        for (const f of [softmax, logSoftmax, hardmax]) {
          const inPlace = x.slice();
          expect(f(inPlace, { shape: [rows, cols], axis, out: inPlace })).toBe(inPlace);
          expect(inPlace).toEqual(f(x, { shape: [rows, cols], axis }));
        }
      }),
      runs,
    );
  });

  it("rows together give the bits of rows alone, and columns those of rows", () => {
    fc.assert(
      fc.property(matrix, ({ rows, cols, x }) => {
        for (const f of [softmax, logSoftmax, hardmax]) {
          const whole = f(x, { shape: [rows, cols] });
          for (let r = 0; r < rows; r++) {
            expect(whole.slice(r * cols, (r + 1) * cols)).toEqual(f(x.slice(r * cols, (r + 1) * cols)));
          }
          const along0 = f(x, { shape: [rows, cols], axis: 0 });
          for (let c = 0; c < cols; c++) {
            const column = x.filter((_, i) => i % cols === c);
            const alone = f(column, { shape: [rows, 1], axis: 0 });
            along0
              .filter((_, i) => i % cols === c)
              .forEach((v, r) => expect(Math.abs(v - alone[r])).toBeLessThanOrEqual(4e-7 * Math.max(1, Math.abs(v))));
          }
        }
      }),
      { ...runs, numRuns: drawn(60) },
    );
  });

  it("logSoftmax and logSumExp agree with softmax", () => {
    fc.assert(
      fc.property(row, (x) => {
        const y = softmax(x);
        const logs = logSoftmax(x);
        const lse = logSumExp(x);
        logs.forEach((v, i) => {
          expect(Math.abs(v - (x[i] - lse))).toBeLessThanOrEqual(2e-5);
          if (y[i] > 1e-30) expect(Math.abs(Math.exp(v) - y[i])).toBeLessThanOrEqual(2e-5 * y[i]);
        });
      }),
      runs,
    );
  });

  it("entropy agrees with softmax, and lies between 0 and log n", () => {
    fc.assert(
      fc.property(row, (x) => {
        const y = softmax(x);
        const h = entropy(x);
        const want = -sum(y.filter((p) => p > 0).map((p) => p * Math.log(p)));
        expect(Math.abs(h - want)).toBeLessThanOrEqual(1e-5);
        expect(h).toBeGreaterThanOrEqual(0);
        expect(h).toBeLessThanOrEqual(Math.fround(Math.log(x.length)) + entropyBound(x.length));
      }),
      runs,
    );
  });

  it("entropy does not move when all logits are shifted, and hardly when they are turned round", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 90 }), (values) => {
        const x = Float32Array.from(values, (v) => v / 64);
        const h = entropy(x);
        expect(entropy(x.map((v) => v + 4096))).toBe(h);
        expect(Math.abs(entropy(x.slice().reverse()) - h)).toBeLessThanOrEqual(2 * entropyBound(x.length));
      }),
      runs,
    );
  });

  it("entropy of what a mask leaves is that of what is left", () => {
    fc.assert(
      fc.property(
        matrix,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 0.3, 2),
        ({ rows, cols, x }, k, temperature) => {
          const mask = Uint8Array.from(x, (_, i) => ((i * 7) % 10 < k ? 1 : 0));
          const hidden = x.map((v, i) => (mask[i] === 0 ? Number.NaN : v));
          const got = entropy(hidden, { shape: [rows, cols], mask, temperature });
          for (let r = 0; r < rows; r++) {
            const left = hidden.slice(r * cols, (r + 1) * cols).filter((v) => v === v);
            const [want] = entropy(left, { temperature });
            expect(Math.abs(got[r] - want)).toBeLessThanOrEqual(2 * entropyBound(cols));
          }
        },
      ),
      { ...runs, numRuns: 60 },
    );
  });

  whatIsMaskedIsNotThere(ALONG, row);

  it("a power of two as temperature is a division that rounds nothing", () => {
    fc.assert(
      fc.property(row, fc.integer({ min: -6, max: 6 }), (x, k) => {
        const temperature = 2 ** k;
        for (const [f] of ALONG) {
          const divided = f(x.map((v) => v / temperature));
          f(x, { temperature }).forEach((v, i) =>
            expect(Math.abs(v - divided[i])).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(v))),
          );
        }
      }),
      { ...runs, numRuns: drawn(60) },
    );
  });
});

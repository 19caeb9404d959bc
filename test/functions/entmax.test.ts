import { describe, expect, it } from "vitest";
import { createRuntime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { SPARSE_BOUND } from "../judge/bounds.mjs";
import { some } from "../judge/drawn";
import { random } from "../judge/random.mjs";
import { checkSparse, sparseSuite } from "../judge/sparseSuite";

const ALPHAS = [1.05, 1.2, 1.75, 3, 10];

describe.each(BACKENDS)("entmax on %s", (backend) => {
  const { entmax, entmax15, sparsemax, softmax } = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });

  describe.each(some(ALPHAS))("at alpha %d", (alpha) => {
    sparseSuite(
      (x, options) => entmax(x, { ...options, alpha }),
      (x, options) => small.entmax(x, { ...options, alpha }),
      alpha,
    );
  });

  const next = random(77);
  const rows = [5, 64, 700].map((n) => Float32Array.from({ length: n }, () => 4 * next() - 2));
  const furthest = (a: Float32Array, b: Float32Array) =>
    a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);

  it("is softmax at 1, entmax15 at 1.5 and sparsemax at 2, bit for bit", () => {
    for (const x of rows) {
      const support = new Uint32Array(1);
      expect(entmax(x, { alpha: 1, support })).toEqual(softmax(x));
      expect(support[0]).toBe(x.length);
      expect(entmax(x, { alpha: 1.5 })).toEqual(entmax15(x));
      expect(entmax(x, { alpha: 2 })).toEqual(sparsemax(x));
    }
  });

  it("counts what softmax is too small to write, along any axis", () => {
    const support = new Uint32Array(2);
    entmax([0, 1, -200, 1, -300, 1], { alpha: 1, shape: [3, 2], axis: 0, support });
    expect([...support]).toEqual([1, 3]);
  });

  it("is continuous at 1, 1.5 and 2", () => {
    for (const x of rows) {
      expect(furthest(entmax(x, { alpha: 1 + 1e-3 }), softmax(x))).toBeLessThan(1e-3);
      expect(furthest(entmax(x, { alpha: 1 + 1e-9 }), softmax(x))).toBeLessThan(SPARSE_BOUND);
      expect(furthest(entmax(x, { alpha: 1 + 2 ** -52 }), softmax(x))).toBeLessThan(SPARSE_BOUND);
      for (const d of [-1e-6, 1e-6]) {
        expect(furthest(entmax(x, { alpha: 1.5 + d }), entmax15(x))).toBeLessThan(3e-6);
        expect(furthest(entmax(x, { alpha: 2 + d }), sparsemax(x))).toBeLessThan(3e-6);
      }
    }
  });

  it("is the definition from next to 1 to far beyond 2", () => {
    for (const alpha of [1.001, 1.01, 1.1, 1.499, 1.9999, 2.0001, 4, 30, 1000]) {
      for (const x of [...rows, Float32Array.of(0, -0.001, -0.05, -0.3), Float32Array.of(1, 1 - 1e-7, 1 - 2e-7)]) {
        checkSparse(
          (v, o) => entmax(v, { ...o, alpha }),
          alpha,
          { x, shape: [x.length], axis: 0 },
          `${backend} ${alpha}`,
        );
      }
    }
    expect([...entmax([1, 3, 3, 2.999], { alpha: 1e300 })]).toEqual([0, 0.5, 0.5, 0]);
  });
});

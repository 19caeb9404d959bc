/** Masks and temperatures of sparsemax, entmax15 and entmax: by hand, and the same bits by every way through the heap. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime, type SparseOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { some } from "../judge/drawn";
import { random } from "../judge/random.mjs";
import { worst } from "../judge/reference";
import { errorOf } from "../judge/refusal";
import { equal } from "../judge/sparseSuite";

type Sparse = (x: Float32Array, options?: SparseOptions) => Float32Array;
const { NaN: nan } = Number;

const FUNCTIONS: Record<string, (on: Runtime) => Sparse> = {
  sparsemax: (on) => on.sparsemax,
  entmax15: (on) => on.entmax15,
  ...Object.fromEntries(
    [1, 1.25, 1.5, 2, 3].map((alpha) => [
      `entmax at ${alpha}`,
      (on: Runtime): Sparse =>
        (x, options) =>
          on.entmax(x, { ...options, alpha }),
    ]),
  ),
};

describe.each(BACKENDS)("exact zeros with a mask and a temperature on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });
  const { sparsemax, entmax15, entmax } = runtime;
  const close = (got: Float32Array, want: number[]) => {
    const failure = worst(got, want, () => 1e-6, backend);
    if (failure) expect.fail(failure);
  };

  it("are x / T of what takes part", () => {
    const mask = Uint8Array.of(1, 0, 1, 255);
    const x = Float32Array.of(1, nan, 2, 0);
    close(sparsemax(x, { mask }), [0, 0, 1, 0]);
    close(sparsemax(x, { mask, temperature: 2 }), [0.25, 0, 0.75, 0]);
    close(sparsemax(x, { mask, temperature: 4 }), [0.25 + 1 / 12, 0, 0.5 + 1 / 12, 1 / 12]);
    close(entmax([0, 0.25, nan], { alpha: 3, mask: Uint8Array.of(1, 1, 0), temperature: 0.5 }), [0, 1, 0]);
    // (x / 2T - τ)² of 0 and 4 at T = 4 with shares 1/2 ∓ d: √(1/2 + d) - √(1/2 - d) = 1/2
    const d = Math.sqrt(7) / 8;
    expect(Math.sqrt(0.5 + d) - Math.sqrt(0.5 - d)).toBeCloseTo(0.5, 12);
    close(entmax15([0, 4], { temperature: 4 }), [0.5 - d, 0.5 + d]);
  });

  describe.each(Object.keys(FUNCTIONS))("%s", (name) => {
    const f = FUNCTIONS[name](runtime);
    const streamed = FUNCTIONS[name](small);

    it.each([-1, 1])("tells a row that is masked from one of -Infinity and from a poisoned one, axis %i", (axis) => {
      const rows = [
        [[5, nan, Infinity], [0, 0, 0], [0, 0, 0], 0],
        [[-Infinity, -Infinity, 7], [1, 1, 0], [nan, nan, nan], 3],
        [[-Infinity, 7, nan], [1, 1, 0], [0, 1, 0], 1],
        [[1, nan, 0], [1, 1, 1], [nan, nan, nan], 3],
        [[Infinity, 1, 1], [1, 1, 0], [nan, nan, nan], 3],
      ] as const;
      const n = rows.length;
      const place = (of: (r: number, j: number) => number) =>
        Array.from({ length: 3 * n }, (_, i) =>
          axis < 0 ? of(Math.floor(i / 3), i % 3) : of(i % n, Math.floor(i / n)),
        );
      const shape = axis < 0 ? [n, 3] : [3, n];
      for (const temperature of [1, 0.5]) {
        const support = new Uint32Array(n).fill(77);
        const got = f(Float32Array.from(place((r, j) => rows[r][0][j])), {
          shape,
          axis: axis < 0 ? 1 : 0,
          temperature,
          mask: Uint8Array.from(place((r, j) => rows[r][1][j])),
          support,
        });
        expect([...got]).toEqual(place((r, j) => rows[r][2][j]));
        expect([...support]).toEqual(rows.map((row) => row[3]));
      }
    });

    it("is hardmax at temperature 0", () => {
      const x = Float32Array.of(1, 3, 3, nan, 3, -Infinity, 2, 2, Infinity, Infinity, 1, 0);
      const mask = Uint8Array.of(1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1);
      const support = new Uint32Array(3);
      const got = f(x, { shape: [3, 4], temperature: 0, mask, support });
      expect([...got]).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
      expect([...support]).toEqual([1, 1, 1]);
      expect([...f(Float32Array.of(1, nan), { temperature: 0, support: support.subarray(0, 1) })]).toEqual([nan, nan]);
      expect(support[0]).toBe(2);
      f(Float32Array.of(1, 2), { temperature: 0, mask: new Uint8Array(2), support: support.subarray(0, 1) });
      expect(support[0]).toBe(0);
    });

    it("leaves all equal at a huge temperature, and the maxima at a tiny one", () => {
      const x = Float32Array.of(-3.4e38, 3.4e38, 3.4e38, 1);
      close(f(x, { temperature: 1e300 }), [0.25, 0.25, 0.25, 0.25]);
      for (const temperature of [5e-324, 1e-300, 1e-40]) close(f(x, { temperature }), [0, 0.5, 0.5, 0]);
      close(f(Float32Array.of(1, 1 + 2 ** -23, 1), { temperature: 2 ** -28 }), [0, 1, 0]);
    });

    it("gives the bits of no mask where nothing is masked", () => {
      const next = random(4);
      const x = Float32Array.from({ length: 3 * 700 }, () => 3 * next());
      for (const [shape, axis] of [[[3, 700], 1] as const, [[700, 3], 0] as const]) {
        const want = f(x, { shape, axis });
        equal(f(x, { shape, axis, mask: new Uint8Array(2100).fill(1) }), want, "full mask");
        equal(f(x, { shape, axis, mask: new Uint8Array(700).fill(9) }), want, "shared mask");
      }
    });

    it.each(
      some<[shape: number[], axis: number]>([
        [[60_000], 0],
        [[20_000, 3], 0],
        [[3, 20_000], 1],
        [[2, 5000, 6], 1],
        [[40, 1500], 0],
        [[7, 8571], 0],
      ]),
    )("gives the same bits in any heap and at any place, shape %j axis %i", (shape, axis) => {
      const next = random(21);
      const length = shape.reduce((a, b) => a * b, 1);
      const x = Float32Array.from({ length }, () => 6 * (next() + next() + next() - 1.5));
      x[5] = nan;
      const full = Uint8Array.from(x, () => (next() < 0.7 ? 1 : 0));
      const shared = full.slice(0, shape[axis]);
      const rows = length / shape[axis];
      const within = new Float32Array(length + 3).subarray(3);
      within.set(x);
      for (const mask of [undefined, full, shared]) {
        for (const temperature of mask === undefined ? [0.7, 0] : [1, 3]) {
          const label = `mask of ${mask?.length}, T = ${temperature}`;
          const [whole, part] = [new Uint32Array(rows), new Uint32Array(rows)];
          const options = { shape, axis, temperature, mask };
          const want = f(x, { ...options, support: whole });
          equal(streamed(x, { ...options, support: part }), want, `${label}, 64 KiB`);
          equal(part, whole, `${label}: support`);
          const inPlace = x.slice();
          equal(streamed(inPlace, { ...options, out: inPlace }), want, `${label}, 64 KiB, in place`);
          equal(f(within, { ...options, out: within }), want, `${label}, a part of an array, in place`);
          within.set(x);
          const home = runtime.alloc(length);
          home.set(x);
          equal(f(home, { ...options, out: home }), want, `${label}, in the heap, in place`);
          runtime.free();
        }
      }
    });

    it("refuses a support in the mask's memory", () => {
      const mask = new Uint8Array(12).fill(1);
      const error = errorOf(() => f(new Float32Array(12), { mask, support: new Uint32Array(mask.buffer, 4, 1) }));
      expect(error.constructor).toBe(RangeError);
      expect(error.message).toMatch(
        /^\w+: "support" expected memory apart from mask's, got bytes 4 to 8 of the buffer where mask has 0 to 12$/,
      );
      expect([...mask]).toEqual(new Array(12).fill(1));
    });
  });
});

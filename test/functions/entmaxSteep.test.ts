/** entmax above alpha 2 where a share is a steep root of a difference: logits next to each other, at any alpha and temperature. */
import { describe, expect, it } from "vitest";
import { createRuntime, type EntmaxOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { SPARSE_BOUND } from "../judge/bounds.mjs";
import { floats } from "../judge/cases";
import { random } from "../judge/random.mjs";
import { sum } from "../judge/softmax64.mjs";
import { checkSparse } from "../judge/sparseSuite";

const ALPHAS = [2.5, 3, 5, 10, 64, 1e3, 1e15, 1e38];
const TEMPERATURES = [0.1, 0.7, 3, 30];

type Fill = (j: number, width: number, next: () => number) => number;
/** `width` is T / s: what the maximum leads by where it alone has a share. */
const FILLS: Record<string, Fill> = {
  "pairs, one ulp apart": (j, width, next) => (j % 2 ? 0 : 1.7 + 0.8 * width * next()),
  "around 1, few ulps": (_j, _width, next) => 1 + 2 ** -23 * Math.floor(9 * next()),
  "around 0": (_j, width, next) => 0.7 * width * next(),
  "around 0, closer and closer": (_j, width, next) => width * next() ** 8,
};

function rowOf(name: string, n: number, width: number, seed = 3): Float32Array {
  const next = random(seed + n);
  const x = Float32Array.from({ length: n }, (_, j) => FILLS[name](j, width, next));
  const bits = new Int32Array(x.buffer);
  if (name.startsWith("pairs")) for (let j = 1; j < n; j += 2) bits[j] = bits[j - 1] + 1;
  return x;
}

/** Rows of a maximum that leaves up to a half to four logits one ulp apart, and of others far below it. */
function edges(rows: number, n: number, temperature: number, s: number): Float32Array {
  const next = random(9);
  const x = new Float32Array(rows * n);
  const bits = new Int32Array(x.buffer);
  for (let r = 0; r < rows; r++) {
    x[r * n + 1] = (-temperature / s) * (1 - next() / 2) ** s - 1e-37;
    for (let j = 2; j < n; j++) bits[r * n + j] = bits[r * n + 1] + (j < 5 ? j - 1 : 1 << 25);
  }
  return x;
}

const most = (v: ArrayLike<number>): number => Array.from(v).reduce((a, b) => Math.max(a, b), -Infinity);

describe.each(BACKENDS)("steep entmax on %s", (backend) => {
  const { entmax } = runtimeOf(backend);
  const streamed = createRuntime({ backend, heapBytes: 65536 });
  const of = (x: number[], options: EntmaxOptions) => [...entmax(Float32Array.from(x), options)];

  describe.each(ALPHAS)("at alpha %d", (alpha) => {
    const f = (v: Float32Array, o?: object) => entmax(v, { ...o, alpha });

    it.each(TEMPERATURES)("is the definition where logits nearly tie, temperature %d", (temperature) => {
      for (const name of Object.keys(FILLS)) {
        for (const n of [8, 61, 700]) {
          const label = `${backend} ${alpha} at ${temperature}: ${name}, ${n}`;
          const x = rowOf(name, n, temperature / (alpha - 1));
          const next = random(n);
          const mask = Uint8Array.from(x, () => (next() < 0.3 ? 0 : 1));
          mask[n >> 1] = 1;
          checkSparse(f, alpha, { x: floats(x, 1), shape: [n], axis: 0, temperature }, label);
          checkSparse(f, alpha, { x, shape: [n], axis: 0, temperature, mask }, `${label}, mask`);
          const three = Float32Array.from({ length: 3 * n }, (_, i) => x[Math.floor(i / 3)] + (i % 3) * 0.5);
          checkSparse(f, alpha, { x: three, shape: [n, 3], axis: 0, temperature }, `${label}, columns`);
          checkSparse(f, alpha, { x: three, shape: [n, 3], axis: 0, temperature, mask }, `${label}, columns, mask`);
        }
      }
    });

    it.each(TEMPERATURES)("tells logits apart at the edge of the support, temperature %d", (temperature) => {
      const n = 8;
      const rows = 80;
      const x = edges(rows, n, temperature, alpha - 1);
      const mask = Uint8Array.from({ length: n }, (_, j) => (j === 1 ? 0 : 1));
      const label = `${backend} ${alpha} at ${temperature}`;
      checkSparse(f, alpha, { x, shape: [rows, n], axis: 1, temperature }, label);
      checkSparse(f, alpha, { x, shape: [rows, n], axis: 1, temperature, mask }, `${label}, mask`);
      const columns = Float32Array.from(x, (_, i) => x[(i % rows) * n + Math.floor(i / rows)]);
      checkSparse(f, alpha, { x: columns, shape: [n, rows], axis: 0, temperature }, `${label}, columns`);
      checkSparse(f, alpha, { x: columns, shape: [n, rows], axis: 0, temperature, mask }, `${label}, columns, mask`);
    });

    it("is it for thousands of them, and the same bits streamed and in place", () => {
      const n = 5000;
      for (const [name, temperature] of [
        ["pairs, one ulp apart", 3],
        ["around 1, few ulps", 30],
        ["around 0", 0.7],
      ] as const) {
        const x = rowOf(name, n, temperature / (alpha - 1));
        const label = `${backend} ${alpha} at ${temperature}: ${name}`;
        checkSparse(f, alpha, { x, shape: [n], axis: 0, temperature }, label);
        const long = Float32Array.from({ length: 4 * n }, (_, i) => x[i % n]);
        for (const [shape, axis] of [
          [[4 * n], 0],
          [[n, 4], 0],
        ] as const) {
          const mask = Uint8Array.from({ length: 4 * n }, (_, i) => (i % 7 ? 1 : 0));
          for (const options of [{}, { mask }]) {
            const call = { ...options, alpha, shape, axis, temperature };
            const want = entmax(long, call);
            const out = long.slice();
            entmax(out, { ...call, out });
            const parts = long.slice();
            streamed.entmax(parts, { ...call, out: parts });
            expect(
              out.every((v, i) => v === want[i]),
              `${label} ${shape}, in place`,
            ).toBe(true);
            expect(
              parts.every((v, i) => v === want[i]),
              `${label} ${shape}, streamed`,
            ).toBe(true);
          }
        }
      }
    });

    it("is it at any temperature, for any differences", () => {
      const rows = [
        [0, 1e-45],
        [0, 1e-40, 1e-20, 1],
        [1, 1e-30, 1e-37, 1e-45, -1e-45, -Infinity],
        [3.4e38, -3.4e38, 1e38, 0, 1e-45],
        [2, 2, 1.9999999, 1.9999998, 1, 0],
      ];
      for (const values of rows) {
        const x = Float32Array.from(values);
        for (const temperature of [
          5e-324, 1e-300, 1e-45, 1e-38, 1e-10, 1e10, 1e19, 1e25, 1e38, 3.7e50, 1e155, 1.7e308,
        ]) {
          const label = `${backend} ${alpha} at ${temperature}: ${values}`;
          checkSparse(f, alpha, { x, shape: [x.length], axis: 0, temperature }, label);
          const two = Float32Array.from({ length: 2 * x.length }, (_, i) => x[i >> 1]);
          checkSparse(f, alpha, { x: two, shape: [x.length, 2], axis: 0, temperature }, `${label}, columns`);
        }
      }
    });
  });

  it("searches as well where float64s are summed, in passes too", () => {
    const n = 4501;
    const next = random(4);
    const x = Float32Array.from({ length: n }, () => 1e30 * next());
    for (const alpha of [3, 101, 1e6]) {
      for (const temperature of [1e28, 1e32, 1e36, 1e60, 1e300]) {
        const f = (v: Float32Array, o?: object) => entmax(v, { ...o, alpha });
        const label = `${backend} ${alpha} at ${temperature}`;
        checkSparse(f, alpha, { x, shape: [n], axis: 0, temperature }, label);
        const mask = Uint8Array.from(x, (_, j) => (j % 5 ? 1 : 0));
        checkSparse(f, alpha, { x, shape: [n], axis: 0, temperature, mask }, `${label}, mask`);
        const rows = Float32Array.from({ length: 3 * 1500 }, (_, i) => x[i]);
        checkSparse(f, alpha, { x: rows, shape: [1500, 3], axis: 0, temperature }, `${label}, columns`);
        const out = x.slice();
        streamed.entmax(out, { alpha, temperature, out });
        expect(out).toEqual(entmax(x, { alpha, temperature }));
      }
    }
  });

  it("gives the maximum 1 where its lead is a vanishing part of 1 / s", () => {
    for (const [second, alpha] of [
      [1e-20, 1e15],
      [1e-38, 1e30],
      [1e-40, 1e38],
      [1e-45, 1e38],
      [1, 1e300],
      [1e-30, 1.7976931348623157e308],
    ]) {
      const [other, share] = of([0, second], { alpha });
      expect(share).toBeCloseTo(1, 6);
      expect(other).toBeLessThanOrEqual(SPARSE_BOUND);
    }
    const equalButOne = (n: number) => Array.from({ length: n }, (_, j) => (j === n >> 1 ? 7.1 : 0.3));
    for (const n of [2, 180, 5000]) {
      const y = of(equalButOne(n), { alpha: 1e30, temperature: 1.33e36 });
      expect(y[n >> 1]).toBeCloseTo(1, 6);
      expect(sum(y)).toBeCloseTo(1, 6);
      expect(most(y.filter((_, j) => j !== n >> 1))).toBeLessThanOrEqual(SPARSE_BOUND);
    }
  });

  it("masks rows that are nothing, poisons those that are nothing else, at any temperature", () => {
    for (const temperature of [1, 0.7, 1e-300, 1e40]) {
      const options = { alpha: 3, temperature };
      const support = new Uint32Array(1);
      expect(of([1, 2], { ...options, mask: new Uint8Array(2), support })).toEqual([0, 0]);
      expect(support[0]).toBe(0);
      expect(of([-Infinity, -Infinity], options)).toEqual([Number.NaN, Number.NaN]);
      expect(of([1, Number.NaN], options)).toEqual([Number.NaN, Number.NaN]);
      expect(of([1, Infinity], { ...options, support })).toEqual([Number.NaN, Number.NaN]);
      expect(support[0]).toBe(2);
      expect(of([-Infinity, 5], options)).toEqual([0, 1]);
      const y = of([1, 2, 5, 2, 1, Number.NaN], {
        ...options,
        shape: [3, 2],
        axis: 0,
        mask: Uint8Array.of(0, 1, 0, 1, 0, 0),
      });
      expect([y[0], y[2], y[4], y[5]]).toEqual([0, 0, 0, 0]);
      expect(y[1] + y[3]).toBeCloseTo(1, 6);
    }
  });
});

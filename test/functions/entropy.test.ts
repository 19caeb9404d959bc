import { describe, expect, it } from "vitest";
import { createRuntime } from "../../src/index";
import { axisSuite } from "../judge/axisSuite";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { entropyBound } from "../judge/bounds.mjs";
import { denominators, floats } from "../judge/cases";
import { random } from "../judge/random.mjs";
import { optionsOf, reference, rowsOf, worst } from "../judge/reference";

/** One logit that is d above n - 1 others. */
function aboveOthers(n: number, d: number, temperature = 1): number {
  const distance = d / temperature;
  const others = (n - 1) * Math.exp(-distance);
  return Math.log1p(others) + (others * distance) / (1 + others);
}

describe.each(BACKENDS)("entropy on %s", (backend) => {
  const { entropy } = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });

  axisSuite((c, label) => {
    const n = rowsOf(c)[0].indices.length;
    const got = entropy(c.x, optionsOf(c));
    const failure = worst(got, reference(c).entropy, () => entropyBound(n), `${backend} entropy ${label}`);
    if (failure) expect.fail(failure);
    if (got.some((y) => y < 0)) expect.fail(`${backend} entropy ${label}: ${Math.min(...got)} is below 0`);
  });

  // where the errors of thousands of like terms all point the same way
  it.each([
    [2, 1000],
    [3, 1000],
    [10, 1000],
    [64, 1000],
    [1000, 1000],
    [4099, 300],
    [131072, 60],
    [1048576, 12],
  ])("is right for one logit above zeros, %i in all", (n, steps) => {
    const x = new Float32Array(n);
    const columns = new Float32Array(2 * n);
    const next = random(n);
    for (let step = 0; step <= steps; step++) {
      for (const temperature of [1, 0.3 + 3 * next()]) {
        const d = ((Math.log(n) + 8) * temperature * step) / steps;
        x[n >> 1] = d;
        const want = aboveOthers(n, x[n >> 1], temperature);
        const along = entropy(x, { temperature });
        columns[(n >> 1) * 2] = columns[(n >> 1) * 2 + 1] = d;
        const down = n > 5000 ? along : entropy(columns, { shape: [n, 2], axis: 0, temperature });
        for (const got of [...along, ...down]) {
          const failure = worst([got], [want], () => entropyBound(n), `${d} at T = ${temperature}`);
          if (failure) expect.fail(failure);
        }
      }
    }
  });

  it.each([64, 1000, 4099, 131072])("is off by a quarter more at most where float32 rounds the difference, %i", (n) => {
    const next = random(n);
    for (let k = n > 5000 ? 100 : 1000; k > 0; k--) {
      const temperature = Math.exp(4 * next() - 2);
      const x = new Float32Array(n).fill(8 * next() - 4);
      x[n >> 1] += temperature * (Math.log(n) + 4 * next() - 2);
      const want = [aboveOthers(n, x[n >> 1] - x[0], temperature)];
      const bound = () => 1.25 * entropyBound(n);
      const failure = worst(entropy(x, { temperature }), want, bound, `${x[0]}, ${x[n >> 1]} at T = ${temperature}`);
      if (failure) expect.fail(failure);
    }
  });

  it("is right for one logit above thousands of like ones", () => {
    for (const [x, mean] of denominators()) {
      const want = reference({ x, shape: [x.length], axis: 0 }).entropy;
      const failure = worst([entropy(x)], want, () => entropyBound(x.length), `${backend}: mean distance ${mean}`);
      if (failure) expect.fail(failure);
    }
  });

  it("is a number without options, an array with them, and the same float32", () => {
    const x = floats(Array.from({ length: 100 }, random(1)));
    expect(typeof entropy(x)).toBe("number");
    expect(entropy(x, {})).toEqual(Float32Array.of(entropy(x)));
    expect(entropy(x, { shape: [4, 25] })).toHaveLength(4);
    expect(entropy(x, { shape: [4, 25], axis: 0 })).toHaveLength(25);
  });

  it("is known where it is plain", () => {
    expect(entropy([7])).toBe(0);
    expect(entropy([0, 0])).toBe(Math.fround(Math.LN2));
    expect(entropy(new Float32Array(1024).fill(-3))).toBe(Math.fround(Math.log(1024)));
    expect(entropy([1000, 0, 0])).toBe(0);
    expect(entropy([1000, 1000, 0])).toBe(Math.fround(Math.LN2));
  });

  it("holds the special values", () => {
    expect(entropy([])).toBe(0);
    expect([...entropy([], { shape: [3, 0] })]).toEqual([0, 0, 0]);
    expect([...entropy([], { shape: [0, 3], axis: 0 })]).toEqual([0, 0, 0]);
    expect(entropy([-Infinity, 2, -Infinity])).toBe(0);
    expect(entropy([-Infinity, 2, 2])).toBe(Math.fround(Math.LN2));
    expect(entropy([-Infinity])).toBe(Number.NaN);
    expect(entropy([-Infinity, -Infinity])).toBe(Number.NaN);
    expect(entropy([1, Infinity, -Infinity])).toBe(Number.NaN);
    expect(entropy([1, Number.NaN, 2])).toBe(Number.NaN);
    expect(entropy([3.4e38, -3.4e38])).toBe(0);
    expect(entropy([-3.4028234663852886e38, 3.4028234663852886e38, 3.4028234663852886e38])).toBe(Math.fround(Math.LN2));
    expect([...entropy([1, 2], { mask: new Uint8Array(2) })]).toEqual([0]);
    expect([...entropy([Number.NaN, -Infinity], { mask: Uint8Array.of(0, 1) })]).toEqual([Number.NaN]);
    expect([...entropy([Number.NaN, 4], { mask: Uint8Array.of(0, 1) })]).toEqual([0]);
  });

  it("holds them down columns too", () => {
    const rows = [
      [-Infinity, -Infinity, 1, 1, 3.4e38, 5],
      [2, -Infinity, Infinity, Number.NaN, -3.4e38, 5],
    ];
    const y = entropy(rows.flat(), { shape: [2, 6], axis: 0 });
    expect([...y]).toEqual([0, Number.NaN, Number.NaN, Number.NaN, 0, Math.fround(Math.LN2)]);
    const mask = Uint8Array.of(1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1);
    const masked = entropy(rows.flat(), { shape: [2, 6], axis: 0, mask });
    expect([...masked]).toEqual([0, 0, 0, Number.NaN, 0, Math.fround(Math.LN2)]);
  });

  it("is 0 at temperature 0, however many maxima there are, and NaN where a NaN is", () => {
    const at0 = (x: number[], options = {}) => entropy(x, { temperature: 0, ...options });
    for (const x of [[], [1, 2], [2, 2], [0, -1e-45], [-Infinity, -Infinity], [Infinity, 1], [Infinity, Infinity]]) {
      expect([...at0(x)], `[${x}]`).toEqual([0]);
    }
    expect([...at0([1, Number.NaN])]).toEqual([Number.NaN]);
    expect([...at0([1, Number.NaN], { mask: Uint8Array.of(1, 0) })]).toEqual([0]);
    expect([...at0([1, 2, Number.NaN, 2, 1, 3], { shape: [2, 3], axis: 0 })]).toEqual([0, 0, Number.NaN]);
  });

  it("tells temperatures apart down to log2(e) / FLT_MAX, and takes the largest", () => {
    // distances there are denormal, or overflow a float32
    for (const t of [4.25e-39, 1e-38, 1e-30, 1, 1e30, 1e38]) {
      const x = Float32Array.of(0, -t, -2 * t, -3 * t);
      const want = reference({ x, shape: [4], axis: 0, temperature: t }).entropy;
      const failure = worst(entropy(x, { temperature: t }), want, () => entropyBound(4), `T = ${t}`);
      if (failure) expect.fail(failure);
    }
    for (const temperature of [2 ** 121, 2 ** 190, 1e300, Number.MAX_VALUE]) {
      const [y] = entropy([3.4e38, -3.4e38, 0], { temperature });
      const [want] = reference({ x: floats([3.4e38, -3.4e38, 0]), shape: [3], axis: 0, temperature }).entropy;
      expect(Math.abs(y - want)).toBeLessThanOrEqual(entropyBound(3));
    }
  });

  it("is right over a vocabulary, and the same bits through a small heap", () => {
    const next = random(9);
    const x = floats(Array.from({ length: 128256 }, () => 8 * next()));
    const want = reference({ x, shape: [x.length], axis: 0 }).entropy[0];
    expect(Math.abs(entropy(x) - want)).toBeLessThanOrEqual(entropyBound(x.length));
    expect(small.entropy(x)).toBe(entropy(x));
  });
});

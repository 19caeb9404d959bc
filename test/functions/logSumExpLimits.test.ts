/** log-sum-exp where the temperature is no ordinary number: 0, denormal, beyond 2^120; topK's has the same bits at every one. */
import { describe, expect, it } from "vitest";
import { createRuntime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { denominatorBound, logSumExpBound } from "../judge/bounds.mjs";
import { random } from "../judge/random.mjs";

const TEMPERATURES = [
  0,
  5e-324,
  1e-300,
  1e-39,
  4.24e-39,
  1e-20,
  0.3,
  1,
  2 ** 64,
  2 ** 64 * 1.5,
  2 ** 119,
  2 ** 121,
  2 ** 140,
  2 ** 183,
  2 ** 185,
  1e300,
  Number.MAX_VALUE,
];

describe.each(BACKENDS)("log-sum-exp at the limits on %s", (backend) => {
  const whole = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });

  /** One row, down columns, under a mask, and beyond the heap. */
  function everyWay(x: number[], temperature: number): number[] {
    const { logSumExp } = whole;
    const n = x.length;
    const padded = Float32Array.from({ length: 40000 }, (_, i) => x[i - 39000] ?? -Infinity);
    const columns = x.flatMap((v) => [v, v]);
    return [
      logSumExp(x, { temperature })[0],
      ...logSumExp(columns, { temperature, shape: [n, 2], axis: 0 }),
      logSumExp([...x, 9], { temperature, mask: Uint8Array.from([...x, 9], (_, i) => (i < n ? 1 : 0)) })[0],
      logSumExp(padded, { temperature })[0],
      small.logSumExp(padded, { temperature })[0],
    ];
  }

  it("is the limit at 0: how often a maximum of 0 occurs, however close the others are", () => {
    const least = 2 ** -149;
    const cases: [number[], number][] = [
      [[0, -least], 0],
      [[0, -least, 0, -0, -1e-38], Math.log(3)],
      [[-0], 0],
      [[least, 0], Infinity],
      [[-least, -least], -Infinity],
      [[-3e38, -3.4e38], -Infinity],
      [[3.4e38, 3.4e38, -3.4e38], Infinity],
      [[0, -3.4e38], 0],
      [[0, Number.NaN], Number.NaN],
      [[0, Infinity], Infinity],
      [[-Infinity, -Infinity], -Infinity],
    ];
    for (const [x, want] of cases) {
      for (const got of everyWay(x, 0)) expect(got, `[${x}]`).toBe(Math.fround(want));
      if (!(Math.max(...x) > -Infinity)) continue;
      for (const { topK } of [whole, small]) expect(topK(x, 1, { temperature: 0 }).logSumExp).toBe(Math.fround(want));
    }
  });

  it("is what is left of the maximum where a temperature is larger than any logit", () => {
    for (const temperature of [2 ** 121, 2 ** 150, 2 ** 190, 1e300]) {
      for (const m of [3.4e38, -3.4e38, 1e20]) {
        const want = Math.fround(m) / temperature;
        for (const got of everyWay([m], temperature)) {
          expect(Math.abs(got - want)).toBeLessThanOrEqual(2 ** -23 * Math.abs(want) + 2 ** -149);
        }
      }
    }
  });

  it("is told apart down to log2(e) / FLT_MAX", () => {
    // d / T = -1 there is d = -4.24e-39
    const at = (temperature: number) => whole.logSumExp([0, -temperature], { temperature })[0];
    for (const t of [4.25e-39, 1e-38, 1e-30]) {
      const want = Math.log1p(Math.exp(-Math.fround(t) / t));
      expect(Math.abs(at(t) - want)).toBeLessThanOrEqual(logSumExpBound(want) + denominatorBound(0.27));
    }
  });

  it.each(TEMPERATURES)("topK's has its bits at %d", (temperature) => {
    const next = random(11);
    const fills: ((i: number) => number)[] = [
      () => 30 * next() - 15,
      () => 3.4e38 * (2 * next() - 1),
      () => 1e-38 * next(),
      () => -1e25 * next(),
      (i) => (i % 3 ? 0 : -(2 ** -149)),
      () => -0,
      () => 1.37 * 2 ** -70,
    ];
    for (const fill of fills) {
      for (const n of [1, 2, 7, 300, 5000, 20001]) {
        const x = Float32Array.from({ length: n }, (_, i) => fill(i));
        for (const { topK, logSumExp } of [whole, small]) {
          expect(topK(x, 3, { temperature }).logSumExp, `${n} like ${x[0]}`).toBe(logSumExp(x, { temperature })[0]);
        }
      }
    }
  });
});

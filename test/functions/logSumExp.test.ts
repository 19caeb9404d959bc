import { describe, expect, it } from "vitest";
import { axisSuite } from "../judge/axisSuite";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { denominatorBound, logSumExpBound } from "../judge/bounds.mjs";
import { denominators, floats } from "../judge/cases";
import { random } from "../judge/random.mjs";
import { optionsOf, reference, worst } from "../judge/reference";

describe.each(BACKENDS)("logSumExp on %s", (backend) => {
  const { logSumExp } = runtimeOf(backend);

  axisSuite((c, label) => {
    // as a float32: what is beyond its range is infinite
    const want = reference(c).logSumExp.map((v) => (Number.isFinite(Math.fround(v)) ? v : Math.fround(v)));
    const failure = worst(
      logSumExp(c.x, optionsOf(c)),
      want,
      (i) => logSumExpBound(want[i]),
      `${backend} logSumExp ${label}`,
    );
    if (failure) expect.fail(failure);
  });

  it("is off by no more than the sum adds where that is thousands of like terms", () => {
    for (const [x, mean] of denominators()) {
      const want = reference({ x, shape: [x.length], axis: 0 }).logSumExp;
      const bound = (i: number) => logSumExpBound(want[i]) + denominatorBound(mean);
      const failure = worst([logSumExp(x)], want, bound, `${backend}: mean distance ${mean}`);
      if (failure) expect.fail(failure);
    }
  });

  it("is a number without options, an array with them, and the same float32", () => {
    const x = floats(Array.from({ length: 100 }, random(1)));
    expect(typeof logSumExp(x)).toBe("number");
    expect(logSumExp(x, {})).toEqual(Float32Array.of(logSumExp(x)));
    expect(logSumExp(x, { shape: [4, 25] })).toHaveLength(4);
    expect(logSumExp(x, { shape: [4, 25], axis: 0 })).toHaveLength(25);
  });

  it("holds the special values", () => {
    expect(logSumExp([])).toBe(-Infinity);
    expect([...logSumExp([], { shape: [3, 0] })]).toEqual([-Infinity, -Infinity, -Infinity]);
    expect([...logSumExp([], { shape: [0, 3], axis: 0 })]).toEqual([-Infinity, -Infinity, -Infinity]);
    expect(logSumExp([-Infinity, 2, -Infinity])).toBe(2);
    expect(logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
    expect(logSumExp([1, Infinity, -Infinity])).toBe(Infinity);
    expect(logSumExp([1, Infinity, Number.NaN])).toBe(Number.NaN);
    expect(logSumExp([3.4e38, -3.4e38])).toBe(Math.fround(3.4e38));
    expect(logSumExp([1, 2], { mask: new Uint8Array(2) })[0]).toBe(-Infinity);
  });

  it("is the limit at temperature 0", () => {
    const at0 = (x: number[]) => logSumExp(x, { temperature: 0 })[0];
    expect([at0([1, 2]), at0([-2, -1]), at0([-Infinity]), at0([Number.NaN])]).toEqual([
      Infinity,
      -Infinity,
      -Infinity,
      Number.NaN,
    ]);
    expect(at0([0, -1, 0])).toBeCloseTo(Math.LN2, 6);
  });

  it("is exact over a vocabulary", () => {
    const next = random(9);
    const x = floats(Array.from({ length: 128256 }, () => 8 * next()));
    const want = reference({ x, shape: [x.length], axis: 0 }).logSumExp[0];
    expect(Math.abs(logSumExp(x) - want)).toBeLessThanOrEqual(logSumExpBound(want));
  });
});

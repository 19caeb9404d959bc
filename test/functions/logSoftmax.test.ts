import { describe, expect, it } from "vitest";
import { axisSuite } from "../judge/axisSuite";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { denominatorBound, logSoftmaxBound } from "../judge/bounds.mjs";
import { denominators, floats } from "../judge/cases";
import { optionsOf, reference, worst } from "../judge/reference";

describe.each(BACKENDS)("logSoftmax on %s", (backend) => {
  const { logSoftmax } = runtimeOf(backend);

  axisSuite((c, label) => {
    // as a float32: what is beyond its range is -Infinity
    const want = reference(c).at.map((r) => (r.logSoftmax < -3.4028235677973366e38 ? -Infinity : r.logSoftmax));
    const failure = worst(
      logSoftmax(c.x, optionsOf(c)),
      want,
      (i) => logSoftmaxBound(want[i]),
      `${backend} logSoftmax ${label}`,
    );
    if (failure) expect.fail(failure);
  });

  it("is off by no more than the sum adds where that is thousands of like terms", () => {
    for (const [x, mean] of denominators()) {
      const want = reference({ x, shape: [x.length], axis: 0 }).at.map((r) => r.logSoftmax);
      const bound = (i: number) => logSoftmaxBound(want[i]) + denominatorBound(mean);
      const failure = worst(logSoftmax(x), want, bound, `${backend}: mean distance ${mean}`);
      if (failure) expect.fail(failure);
    }
  });

  it("keeps small differences of large logits", () => {
    const [a, b] = logSoftmax(floats([16777216, 16777214]));
    expect(a - b).toBeCloseTo(2, 6);
  });

  it("is -Infinity where every position is masked, NaN for nothing but -Infinity, empty for an empty row", () => {
    expect([...logSoftmax([1, 2, 3, 4, 5], { mask: new Uint8Array(5) })]).toEqual(new Array(5).fill(-Infinity));
    expect([...logSoftmax([-Infinity, -Infinity])]).toEqual([Number.NaN, Number.NaN]);
    expect(logSoftmax([])).toEqual(new Float32Array(0));
  });

  it("is the logarithm of hardmax at temperature 0", () => {
    expect([...logSoftmax([1, 3, 3], { temperature: 0 })]).toEqual([-Infinity, 0, -Infinity]);
    const columns = { shape: [3, 2], axis: 0, temperature: 0 };
    const least = -Infinity;
    expect([...logSoftmax([1, 9, 3, 9, 3, 1], columns)]).toEqual([least, 0, 0, least, least, least]);
    expect([...logSoftmax([1, Number.NaN], { temperature: 0 })]).toEqual([Number.NaN, Number.NaN]);
  });
});

import { describe, expect, it } from "vitest";
import { axisSuite } from "../judge/axisSuite";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { optionsOf, reference, worst } from "../judge/reference";

describe.each(BACKENDS)("hardmax on %s", (backend) => {
  const { hardmax, softmax } = runtimeOf(backend);

  axisSuite((c, label) => {
    const want = reference(c).at.map((r) => r.hardmax);
    const options = optionsOf(c);
    const failure = worst(hardmax(c.x, options), want, () => 0, `${backend} hardmax ${label}`);
    if (failure) expect.fail(failure);
    const cold = worst(softmax(c.x, { ...options, temperature: 0 }), want, () => 0, `${backend} softmax at 0 ${label}`);
    if (cold) expect.fail(cold);
  });

  it("takes the first maximum, whatever it is", () => {
    expect([...hardmax([1, 3, 3, 2])]).toEqual([0, 1, 0, 0]);
    expect([...hardmax([-Infinity, -Infinity])]).toEqual([1, 0]);
    expect([...hardmax([1, Infinity, Infinity])]).toEqual([0, 1, 0]);
    expect([...hardmax([-0, 0])]).toEqual([1, 0]);
    expect([...hardmax([1, Number.NaN, 2])]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(hardmax([])).toEqual(new Float32Array(0));
  });

  it("finds a first maximum of -Infinity among the positions that are not masked", () => {
    const mask = Uint8Array.of(0, 1, 1);
    for (const temperature of [0, 0.5, 1]) {
      const options = { temperature, mask };
      expect([...hardmax([5, -Infinity, -Infinity], options)]).toEqual([0, 1, 0]);
      expect([...hardmax([5, -Infinity, -Infinity], { ...options, shape: [3, 1], axis: 0 })]).toEqual([0, 1, 0]);
    }
    expect([...hardmax([5, 7], { mask: new Uint8Array(2) })]).toEqual([0, 0]);
  });

  it("refuses a temperature that is none, although none changes it", () => {
    for (const temperature of [-1, Number.NaN, Infinity])
      expect(() => hardmax([1], { temperature })).toThrow(RangeError);
    expect(() => hardmax([1], { temperature: "1" as never })).toThrow(TypeError);
  });
});

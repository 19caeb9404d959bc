import { describe, expect, it } from "vitest";
import { axisSuite } from "./axisSuite";
import { BACKENDS, runtimeOf } from "./backends";
import { optionsOf, reference, worst } from "./reference";

describe.each(BACKENDS)("hardmax on %s", (backend) => {
  const { hardmax, softmax } = runtimeOf(backend);

  axisSuite((c, label) => {
    const want = reference(c).at.map((r) => r.hardmax);
    // hardmax itself has no mask; softmax at temperature 0 is hardmax with one
    const got = c.mask ? softmax(c.x, { ...optionsOf(c), temperature: 0 }) : hardmax(c.x, optionsOf(c));
    const failure = worst(got, want, () => 0, `${backend} hardmax ${label}`);
    if (failure) expect.fail(failure);
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
    const options = { temperature: 0, mask };
    expect([...softmax([5, -Infinity, -Infinity], options)]).toEqual([0, 1, 0]);
    expect([...softmax([5, -Infinity, -Infinity], { ...options, shape: [3, 1], axis: 0 })]).toEqual([0, 1, 0]);
  });
});

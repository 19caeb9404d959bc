import { describe, expect, it } from "vitest";
import { axisSuite } from "../judge/axisSuite";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { denominatorBound } from "../judge/bounds.mjs";
import { denominators, floats } from "../judge/cases";
import { random } from "../judge/random.mjs";
import { type Case, optionsOf, reference, rowsOf, softmaxTolerance, worst } from "../judge/reference";
import { sum } from "../judge/softmax64.mjs";

describe.each(BACKENDS)("softmax on %s", (backend) => {
  const { softmax } = runtimeOf(backend);

  function check(c: Case, label: string): void {
    const { at } = reference(c);
    const got = softmax(c.x, optionsOf(c));
    const want = at.map((r) => r.softmax);
    const failure = worst(got, want, softmaxTolerance(at), `${backend} softmax ${label}`);
    if (failure) expect.fail(failure);
    for (const { indices, taken } of rowsOf(c)) {
      if (Number.isNaN(want[indices[0]]) || !taken.some(Boolean)) continue;
      expect(Math.abs(sum(indices.map((i) => got[i])) - 1), `${label}: sum of a row`).toBeLessThanOrEqual(1e-6);
    }
  }

  axisSuite(check);

  it("is 0 where every position is masked", () => {
    expect([...softmax([1, 2], { mask: new Uint8Array(2) })]).toEqual([0, 0]);
  });

  it("keeps NaN whatever its payload", () => {
    const x = floats([0, 1, 2, 3, 4]);
    for (const bits of [0x7fc00001, 0x7fc001ff, 0xffc00155, 0x7f800001, 0x7fffffff]) {
      new Uint32Array(x.buffer, x.byteOffset, 5)[2] = bits;
      expect([...softmax(x)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    }
  });

  it("is NaN for nothing but -Infinity, empty for an empty row", () => {
    for (const n of [1, 3, 4, 9]) {
      const x = new Float32Array(n).fill(-Infinity);
      expect([...softmax(x)]).toEqual(new Array(n).fill(Number.NaN));
      expect([...softmax(x, { shape: [n, 1], axis: 0 })]).toEqual(new Array(n).fill(Number.NaN));
    }
    expect(softmax([])).toEqual(new Float32Array(0));
    expect(softmax([], { shape: [3, 0] })).toEqual(new Float32Array(0));
    expect(softmax([], { shape: [0, 3], axis: 0 })).toEqual(new Float32Array(0));
  });

  it("weighs -Infinity exactly 0, and exp(0) exactly 1", () => {
    expect([...softmax([-Infinity, 5, -Infinity])]).toEqual([0, 1, 0]);
  });

  it("is hardmax at temperature 0, masked or not", () => {
    expect([...softmax([1, 3, 3, 2], { temperature: 0 })]).toEqual([0, 1, 0, 0]);
    expect([...softmax([1, 3, 3, 2], { temperature: 0, mask: Uint8Array.of(1, 0, 0, 1) })]).toEqual([0, 0, 0, 1]);
    expect([...softmax([1, 3], { temperature: 0, mask: new Uint8Array(2) })]).toEqual([0, 0]);
    expect([...softmax([1, Number.NaN], { temperature: 0 })]).toEqual([Number.NaN, Number.NaN]);
  });

  it("sums to 1 over 2^20 columns", () => {
    const next = random(3);
    const flat = new Float32Array(1 << 20).fill(1.7);
    check({ x: flat, shape: [1 << 20], axis: 0 }, "2^20 equal");
    check({ x: flat.map(() => 6 * next()), shape: [1 << 20], axis: 0 }, "2^20 random");
  });

  it("is off by no more than the denominator adds where that is thousands of like terms", () => {
    for (const [x, mean] of denominators()) {
      const { at } = reference({ x, shape: [x.length], axis: 0 });
      const within = softmaxTolerance(at);
      const failure = worst(
        softmax(x),
        at.map((r) => r.softmax),
        (i) => within(i) + at[i].softmax * denominatorBound(mean),
        `${backend}: mean distance ${mean}`,
      );
      if (failure) expect.fail(failure);
    }
  });
});

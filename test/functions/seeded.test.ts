/** seeded: sfc32 from splitmix32, beside the same in BigInt arithmetic modulo 2^32. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sample, seeded } from "../../src/index";
import * as js from "../../src/js";
import { expectError } from "../judge/refusal";

const WORD = 2n ** 32n;
const word = (n: bigint): bigint => ((n % WORD) + WORD) % WORD;
const xorShift = (n: bigint, by: bigint): bigint => n ^ (n / 2n ** by);

/** The first numbers of a seed, as integers. */
function numbersOf(seed: number, count: number): number[] {
  const mixed = [1n, 2n, 3n, 4n].map((i) => {
    let z = word(BigInt(seed) + i * 0x9e3779b9n);
    z = word(xorShift(z, 16n) * 0x21f0aaadn);
    z = word(xorShift(z, 15n) * 0x735a2d97n);
    return xorShift(z, 15n);
  });
  let [a, b, c, d] = mixed;
  return Array.from({ length: count }, () => {
    const t = word(a + b + d);
    const turned = word(c * 2n ** 21n) + c / 2n ** 11n;
    [a, b, c, d] = [xorShift(b, 9n), word(9n * c), word(turned + t), word(d + 1n)];
    return Number(t);
  });
}

const first = (seed: number, count: number): number[] => {
  const random = seeded(seed);
  return Array.from({ length: count }, random).map((u) => u * 2 ** 32);
};

describe("seeded", () => {
  it("gives the numbers of its definition, for every safe integer", () => {
    const seeds = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, -1, 2 ** 31, 2 ** 32, -(2 ** 53) + 1));
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(first(seed, 20)).toEqual(numbersOf(seed, 20));
      }),
      { numRuns: 500, seed: 20261129 },
    );
    expect(first(7, 20_000)).toEqual(numbersOf(7, 20_000));
  });

  it("gives these numbers, in every version", () => {
    expect(first(0, 5)).toEqual([3184218848, 2185019715, 663190848, 1825547549, 1776237715]);
    expect(first(42, 5)).toEqual([3730666837, 1786513705, 1450338100, 2191736338, 3785014133]);
    expect(first(-1, 5)).toEqual([2415961667, 1593115950, 1471000744, 3747815576, 1160145480]);
  });

  it("takes the last 32 bits of a seed, and -0 as 0", () => {
    expect(first(1 + 2 ** 32, 5)).toEqual(first(1, 5));
    expect(first(-1, 5)).toEqual(first(2 ** 32 - 1, 5));
    expect(first(-0, 5)).toEqual(first(0, 5));
    expect(first(1, 5)).not.toEqual(first(2, 5));
  });

  it("has a state of its own in each source", () => {
    const [a, b] = [seeded(5), seeded(5)];
    const taken = [a(), a(), a()];
    expect([b(), b(), b()]).toEqual(taken);
    expect(a()).not.toBe(taken[0]);
  });

  it("is uniform: 2^17 numbers in 1024 bins, of one seed and the first ones of neighbouring seeds", () => {
    const DRAWS = 2 ** 17;
    const BINS = 1024;
    const one = seeded(1);
    for (const draw of [one, (_: unknown, i: number) => seeded(i)()]) {
      const counts = new Array(BINS).fill(0);
      for (let i = 0; i < DRAWS; i++) counts[Math.floor(draw(undefined, i) * BINS)]++;
      const expected = DRAWS / BINS;
      const chi2 = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
      // chi-square of 1023 degrees of freedom is within 5 standard deviations of them
      expect(Math.abs(chi2 - (BINS - 1))).toBeLessThan(5 * Math.sqrt(2 * (BINS - 1)));
    }
  });

  it("repeats draws", () => {
    const draws = (): number[] => {
      const random = seeded(3);
      return Array.from({ length: 50 }, () => sample([1, 2, 3, 1], { random }).index);
    };
    expect(draws()).toEqual(draws());
    expect(new Set(draws()).size).toBe(4);
  });

  it("is the same in softmax-wasm/js", () => {
    expect(js.seeded).toBe(seeded);
  });

  it.each<[unknown, ErrorConstructor, string]>([
    [undefined, TypeError, "a number, got undefined"],
    ["42", TypeError, "a number, got string"],
    [42n, TypeError, "a number, got bigint"],
    [1.5, RangeError, "a safe integer, got 1.5"],
    [Number.NaN, RangeError, "a safe integer, got NaN"],
    [Infinity, RangeError, "a safe integer, got Infinity"],
    [2 ** 53, RangeError, "a safe integer, got 9007199254740992"],
  ])("refuses %s", (seed, type, expected) => {
    expectError(() => seeded(seed as number), type, `seeded: "seed" expected ${expected}`);
  });
});

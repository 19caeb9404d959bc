/** What everything else is judged by is held to more digits, and to sums that are known. */
import { expect, it } from "vitest";
import { entmax64 } from "../judge/entmax64.mjs";
import { exact, sum as exactSum, exp, quotient, relativeError, toNumber } from "../judge/exact";
import { normal, normals, random } from "../judge/random.mjs";
import { adder, softmax64, sum } from "../judge/softmax64.mjs";

const DRAWS = 100_000;

it("random is mulberry32: the hashes of bits.test.ts hang on these numbers", () => {
  const next = random(1);
  const words = Array.from({ length: 4 }, () => next() * 2 ** 32);
  expect(words).toEqual([2693262067, 11749833, 2265367787, 4213581821]);
  expect(random(2 ** 32 + 1)()).toBe(random(1)());
});

it("normal draws from N(0, 1): its moments and its tail are", () => {
  const next = random(2);
  const x = Array.from({ length: DRAWS }, () => normal(next));
  const moment = (k: number) => sum(x.map((v) => v ** k)) / DRAWS;
  const within = (got: number, want: number, deviation: number) =>
    expect(Math.abs(got - want)).toBeLessThan((5 * deviation) / Math.sqrt(DRAWS));
  within(moment(1), 0, 1);
  within(moment(2), 1, Math.sqrt(2));
  within(moment(3), 0, Math.sqrt(15));
  within(moment(4), 3, Math.sqrt(96));
  within(x.filter((v) => v > 2).length / DRAWS, 0.02275, 0.15);
  const draw = normals(2);
  expect([...draw(3), ...draw(2)]).toEqual(x.slice(0, 5).map(Math.fround));
});

it("adds up what float64 alone would lose", () => {
  expect(sum([1e100, 1, -1e100])).toBe(1);
  expect(sum(Array.from({ length: 1000 }, () => 0.1))).toBe(100);
  expect(sum([])).toBe(0);
  expect(sum([1, Infinity])).toBe(Infinity);
  const add = adder();
  expect([1, 2 ** -60, 2 ** -60].map(add)).toEqual([1, 1, 1]);
});

it.each([1, 0.7, 3])("softmax64 is softmax to the last bits, at temperature %f", (temperature) => {
  const x = [...normals(3)(300)].map((v) => 10 * v);
  const { m, weights, s, probs, logSumExp } = softmax64(x, temperature);
  expect(m).toBe(Math.max(...x));
  const terms = x.map((v) => exp(exact((v - m) / temperature)));
  const total = exactSum(terms);
  for (const j of x.keys()) expect(relativeError(probs[j], quotient(terms[j], total))).toBeLessThan(1e-15);
  expect(relativeError(s, total)).toBeLessThan(1e-15);
  expect(sum(weights)).toBe(s);
  expect(logSumExp).toBeCloseTo(m / temperature + Math.log(toNumber(total)), 12);
});

it("softmax64 knows NaN and the infinities", () => {
  const of = (...x: number[]) => {
    const { probs, logSumExp } = softmax64(x);
    return [...probs, logSumExp];
  };
  const { NaN: nan } = Number;
  expect(of(-Infinity, 0)).toEqual([0, 1, 0]);
  expect(of(-Infinity, -Infinity)).toEqual([nan, nan, -Infinity]);
  expect(of(1, Infinity).at(-1)).toBe(Infinity);
  expect(of(1, Infinity)[1]).toBeNaN();
  expect(of(1, nan)).toEqual([nan, nan, nan]);
  expect(of()).toEqual([-Infinity]);
});

it.each([1.1, 1.499999, 1.5, 1.500001, 2, 2.000001, 3])("entmax64 solves its equation at alpha %f", (alpha) => {
  const s = alpha - 1;
  const x = [...normals(4)(200)];
  const p = entmax64(x, alpha);
  expect(Math.abs(sum(p) - 1)).toBeLessThan(1e-12);
  // s·x - p^s is τ wherever p is not 0, and s·x at most τ where it is
  const taus = x.flatMap((v, j) => (p[j] > 1e-9 ? [s * v - p[j] ** s] : []));
  const tau = taus[0];
  expect(taus.length).toBeGreaterThan(1);
  for (const other of taus) expect(Math.abs(other - tau)).toBeLessThan(1e-8);
  for (const [j, v] of x.entries()) if (p[j] === 0) expect(s * v).toBeLessThanOrEqual(tau + 1e-8);
});

/** The test that every function along an axis has: it equals its definition, for everything that can be in a row. */
import { it } from "vitest";
import { floats, LENGTHS, RANGES } from "./cases";
import { random } from "./random.mjs";
import type { Case } from "./reference";

/** Runs the function on a case and fails when it is off. */
type Check = (c: Case, label: string) => void;

export function axisSuite(check: Check): void {
  it.each(LENGTHS)("is the definition for rows of %i", (n) => {
    for (const [name, fill] of Object.entries(RANGES)) {
      for (const rows of [1, 3]) {
        for (const offset of [0, 1, 2, 3]) {
          const next = random(n * 31 + rows * 7 + offset);
          const x = floats(Array.from({ length: rows }, () => fill(n, next)).flat(), offset);
          check({ x, shape: [rows, n], axis: -1 }, `${name} [${rows}, ${n}] offset ${offset}`);
        }
      }
    }
  });

  it.each([
    [[5, 7], 0],
    [[33, 8], 0],
    [[3, 9, 5], 1],
    [[2, 17, 4], 1],
    [[4, 1, 6], 1],
    [[7, 300], 0],
    [[20, 513], 0],
    [[2, 3, 4, 5], -3],
    [[2, 3, 4, 5], 0],
  ] as const)("is the definition for shape %j along axis %i", (shape, axis) => {
    const length = shape.reduce((a: number, b: number) => a * b, 1);
    for (const [name, fill] of Object.entries(RANGES)) {
      check({ x: floats(fill(length, random(length))), shape, axis }, `${name} ${shape} axis ${axis}`);
    }
  });

  optionsSuite(check);
}

/** Temperatures, masks, and values that make a row NaN. */
export function optionsSuite(check: Check): void {
  it.each([1e-300, 1e-39, 0.01, 0.7, 1, 3, 1e10, 1e30, 1e300])("divides by the temperature %f first", (temperature) => {
    const next = random(5);
    for (const n of [3, 8, 65, 1000]) {
      for (const scale of [1, 100]) {
        const x = floats(Array.from({ length: 2 * n }, () => scale * (next() - 0.5)));
        check({ x, shape: [2, n], axis: -1, temperature }, `T = ${temperature}, ${n}`);
        check({ x, shape: [n, 2], axis: 0, temperature }, `T = ${temperature}, ${n} axis 0`);
      }
    }
  });

  it("keeps differences that overflow float32 where a huge temperature makes them matter", () => {
    for (const axis of [0, 1]) {
      const x = floats([3.4e38, -3.4e38, 0, 1e38, 3.4e38, -3.4e38, 0, 1e38]);
      check({ x, shape: axis ? [2, 4] : [4, 2], axis, temperature: 1e38 }, `T = 1e38 axis ${axis}`);
      check({ x, shape: axis ? [2, 4] : [4, 2], axis, temperature: 1e39 }, `T = 1e39 axis ${axis}`);
      check({ x, shape: axis ? [2, 4] : [4, 2], axis, temperature: 1e60 }, `T = 1e60 axis ${axis}`);
    }
  });

  it("leaves masked positions out, whatever stands there", () => {
    const next = random(11);
    for (const n of [1, 2, 3, 5, 8, 17, 64, 300, 1000]) {
      for (const temperature of [1, 0.7]) {
        const x = floats(Array.from({ length: 3 * n }, () => 8 * next()));
        const mask = Uint8Array.from({ length: 3 * n }, () => (next() < 0.6 ? 1 : 0));
        mask.fill(0, n, 2 * n);
        x.forEach((_, i) => {
          if (mask[i] === 0 && next() < 0.5) x[i] = [Number.NaN, Infinity, -Infinity, 3.4e38][i % 4];
        });
        check({ x, shape: [3, n], axis: -1, mask, temperature }, `full mask, ${n}`);
        check({ x, shape: [n, 3], axis: 0, mask, temperature }, `full mask, ${n} axis 0`);
        const clean = x.map((v) => (Number.isFinite(v) ? v : 1));
        const shared = Uint8Array.from({ length: n }, (_, j) => (j % 3 === 1 ? 0 : 255));
        check({ x: clean, shape: [3, n], axis: -1, mask: shared, temperature }, `shared mask, ${n}`);
        check({ x: clean, shape: [n, 3], axis: 0, mask: shared, temperature }, `shared mask, ${n} axis 0`);
      }
    }
  });

  it("poisons a row with NaN or +Infinity, and no other", () => {
    for (const bad of [Number.NaN, Infinity]) {
      for (const n of [1, 3, 4, 64, 65, 300]) {
        for (const where of [0, n >> 1, n - 1]) {
          const x = floats(Array.from({ length: 3 * n }, (_, i) => i % 5));
          x[n + where] = bad;
          check({ x, shape: [3, n], axis: -1 }, `${bad} at ${where} of ${n}`);
          const y = floats(Array.from({ length: 3 * n }, (_, i) => i % 5));
          y[3 * where + 1] = bad;
          check({ x: y, shape: [n, 3], axis: 0 }, `${bad} at ${where} of ${n} axis 0`);
        }
      }
    }
  });
}

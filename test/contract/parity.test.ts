/** The backends behind one interface: the same calls on the same addresses, with canaries around what they write. */
import { describe, expect, it } from "vitest";
import { ALL, ALL_SPARSE, PLAIN_TEMPERATURE } from "../../assembly/layout";
import type { AxisKernel } from "../../src/kernels";
import { BACKENDS } from "../judge/backends";
import { machineOf } from "../judge/engines";
import { random } from "../judge/random.mjs";

const STATE = 16384;
const X = 65536;
const MASK = 262144;
const Y = 524288;
const CANARY = 12345.678;

type Name = "softmax" | "logSoftmax" | "logSumExp" | "entropy" | "hardmax" | "scores";
const SCALARS: Record<Name, readonly number[]> = {
  softmax: [1, 0.7, 1e30],
  logSoftmax: [1, 0.7, 1e30],
  logSumExp: [1, 0.7, 1e30],
  entropy: [0, 1, 0.7, 1e30],
  hardmax: [0, -Infinity],
  scores: [1, 0.7, 1e30],
};
const NAMES = Object.keys(SCALARS) as Name[];
const SHAPES = [
  [1, 1, 1],
  [3, 5, 1],
  [2, 67, 1],
  [1, 4099, 1],
  [1, 9, 3],
  [2, 17, 8],
  [3, 1, 5],
  [1, 20, 259],
] as const;

describe.each(NAMES)("%s", (name) => {
  const engines = BACKENDS.map((backend) => machineOf(backend));

  it.each(SHAPES)("agrees on all backends for [%i, %i, %i] and writes nothing else", (outer, axis, inner) => {
    const count = name === "logSumExp" || name === "entropy" ? outer * inner : outer * axis * inner;
    for (const scalar of SCALARS[name]) {
      for (const masked of ["none", "full", "shared"] as const) {
        for (const offset of [0, 4, 8, 12]) {
          const results = engines.map(({ kernels, buffer }) => {
            const next = random(outer * 100 + axis + inner);
            const f32 = new Float32Array(buffer);
            const u8 = new Uint8Array(buffer);
            f32.fill(CANARY, Y >> 2, (Y >> 2) + count + 16);
            const at = (X + offset) >> 2;
            for (let i = 0; i < outer * axis * inner; i++) f32[at + i] = 12 * next() - 6;
            for (let i = 0; i < outer * axis * inner; i++) u8[MASK + i] = next() < 0.7 ? 1 : 0;
            const mask = masked === "none" ? 0 : MASK;
            const y = Y + 16 + offset;
            const kernel: AxisKernel = kernels[name];
            kernel(y, X + offset, mask, masked === "shared" ? 1 : 0, outer, axis, inner, inner, scalar, STATE, ALL);
            const before = f32.slice(Y >> 2, y >> 2);
            const after = f32.slice((y >> 2) + count, (y >> 2) + count + 8);
            expect([...before, ...after].every((v) => v === Math.fround(CANARY))).toBe(true);
            return f32.slice(y >> 2, (y >> 2) + count);
          });
          for (const result of results) {
            result.forEach((v, i) => {
              const w = results[0][i];
              const scale = name === "softmax" ? Math.max(1e-30, Math.abs(w)) : Math.max(1, Math.abs(w));
              const close = Object.is(v, w) || Math.abs(v - w) <= 2e-6 * scale;
              if (!close) expect.fail(`${name} ${masked} T ${scalar} offset ${offset} index ${i}: ${v} and ${w}`);
            });
          }
        }
      }
    }
  });
});

describe.each(BACKENDS)("the kernels of one row on %s", (backend) => {
  const { kernels, buffer } = machineOf(backend);
  const f32 = new Float32Array(buffer);
  const one = <T>(kernel: AxisKernel, n: number, temperature: number, read: () => T): T => {
    kernel(Y, X, 0, 0, 1, n, 1, 1, temperature, STATE, ALL);
    return read();
  };

  const bitsOfMany = (n: number, temperature: number): void => {
    const row = (): Float32Array => f32.slice(Y >> 2, (Y >> 2) + n);
    const around = (): number[] => [
      ...f32.slice((Y >> 2) - 4, Y >> 2),
      ...f32.slice((Y >> 2) + Math.max(16, n)).slice(0, 8),
    ];
    for (const name of ["softmax", "logSoftmax"] as const) {
      const want = one(kernels[name], n, temperature, row);
      f32.fill(CANARY, (Y >> 2) - 4, (Y >> 2) + n + 24);
      const before = around();
      kernels[`${name}Row`](Y, X, n, temperature);
      expect([name, n, temperature, ...row()]).toEqual([name, n, temperature, ...want]);
      expect(around()).toEqual(before);
    }
    const want = one(kernels.logSumExp, n, temperature, () => f32[Y >> 2]);
    expect([n, temperature, kernels.logSumExpRow(X, n, temperature)]).toEqual([n, temperature, want]);
  };

  it("give the bits of those of many, and write nothing else", () => {
    const next = random(4);
    for (const n of [...Array.from({ length: 40 }, (_, i) => i + 1), 63, 64, 65, 1000]) {
      for (const specials of [[], [Number.NaN], [Infinity], [-Infinity], [Infinity, Number.NaN]]) {
        for (let i = 0; i < n; i++) f32[(X >> 2) + i] = 9 * next();
        for (const [i, special] of specials.entries()) f32[(X >> 2) + (((n >> 1) + i) % n)] = special;
        f32.fill(-Infinity, (X >> 2) + n, (X >> 2) + 16);
        for (const temperature of [1, 0.7, 3, 1e-39, PLAIN_TEMPERATURE]) bitsOfMany(n, temperature);
      }
    }
  });
});

/** Alphas, and temperatures where the kernel takes one. */
const ALPHAS: Record<"sparsemax" | "entmax15" | "entmax", readonly (readonly [alpha: number, temperature: number])[]> =
  {
    sparsemax: [[2, 1]],
    entmax15: [[1.5, 1]],
    entmax: [
      ...[1.01, 1.3, 1.5, 1.9, 2].map((alpha) => [alpha, 1] as const),
      ...[2.5, 7].flatMap((alpha) => [0.7, 1, 1e30].map((T) => [alpha, T] as const)),
    ],
  };

describe.each(Object.keys(ALPHAS) as (keyof typeof ALPHAS)[])("%s", (name) => {
  const engines = BACKENDS.map((backend) => machineOf(backend));
  const SUPPORT = MASK;

  it.each(SHAPES)("agrees on all backends for [%i, %i, %i] and writes nothing else", (outer, axis, inner) => {
    const count = outer * axis * inner;
    const rows = outer * inner;
    for (const [alpha, temperature] of ALPHAS[name]) {
      for (const offset of [0, 4, 8, 12]) {
        const results = engines.map(({ kernels, buffer }) => {
          const next = random(count);
          const f32 = new Float32Array(buffer);
          const u32 = new Uint32Array(buffer);
          const y = Y + 16 + offset;
          f32.fill(CANARY, Y >> 2, (Y >> 2) + count + 16);
          u32.fill(777, SUPPORT >> 2, (SUPPORT >> 2) + rows + 8);
          for (let i = 0; i < count; i++) f32[((X + offset) >> 2) + i] = 12 * next() - 6;
          const support = SUPPORT + 4;
          expect(kernels[name](y, support, X + offset, outer, axis, inner, alpha, temperature, STATE, ALL_SPARSE)).toBe(
            0,
          );
          const around = [...f32.slice(Y >> 2, y >> 2), ...f32.slice((y >> 2) + count, (y >> 2) + count + 8)];
          expect(around.every((v) => v === Math.fround(CANARY))).toBe(true);
          expect([u32[SUPPORT >> 2], u32[(support >> 2) + rows]]).toEqual([777, 777]);
          const sizes = u32.slice(support >> 2, (support >> 2) + rows);
          const written = f32.slice(y >> 2, (y >> 2) + count);
          expect(sizes.reduce((a, b) => a + b, 0)).toBe(written.filter((v) => v !== 0).length);
          return written;
        });
        for (const result of results) {
          result.forEach((v, i) => {
            const w = results[0][i];
            if (!(Math.abs(v - w) <= 1e-6)) expect.fail(`${name} ${alpha} offset ${offset} index ${i}: ${v} and ${w}`);
          });
        }
      }
    }
  });
});

/**
 * Rows that are long work for entmax: supports of thousands, clusters, ties, staircases, denormals. They are exact too, take few
 * passes, and end.
 */
import { describe, expect, it } from "vitest";
import { ALL_SPARSE, FINISH, INIT, MAX, SETTLE, STATE_BYTES, SUM } from "../../assembly/layout";
import type { SparseKernel } from "../../src/kernels/sparse";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { floats } from "../judge/cases";
import { drawn, some } from "../judge/drawn";
import { machineOf } from "../judge/engines";
import { normal, random } from "../judge/random.mjs";
import { checkSparse } from "../judge/sparseSuite";

type Fill = (j: number, n: number, next: () => number) => number;

const ROWS: Record<string, Fill> = {
  "N(0, 1)": (_j, _n, next) => normal(next),
  "5 + N(0, 1e-6)": (_j, _n, next) => 5 + 1e-6 * normal(next),
  "N(0, 1e-3)": (_j, _n, next) => 1e-3 * normal(next),
  "N(0, 1e-12)": (_j, _n, next) => 1e-12 * normal(next),
  "N(0, 1e-30)": (_j, _n, next) => 1e-30 * normal(next),
  "all equal": () => 1.7,
  denormal: (_j, _n, next) => 1e-40 * next(),
  "around the least normal": (_j, _n, next) => 1e-37 * next(),
  "four next to 0": (j) => [0, -0, 1e-45, -1e-45][j % 4],
  "two levels": (j) => (j % 2 ? 1 : 0.9),
  "one above many": (j, n) => (j === n >> 1 ? 0.9 : 0),
  "one a little above many": (j, n) => (j === n - 1 ? 1e-3 : 0),
  "steps by 1/2": (j) => -(0.5 ** (j % 40)),
  "steps by 0.99": (j) => -(0.99 ** (j % 3000)),
  "steps by 0.999": (j) => -(0.999 ** j),
  "each step twice as often": (j) => -(2 ** -Math.floor(Math.log2(j + 1))),
  "1 / j": (j) => -1 / (j + 1),
  "log j": (j) => -Math.log(j + 1) / 8,
  "j^8": (j, n) => -((j / n) ** 8),
  rising: (j, n) => j / n,
  "all -Infinity but some": (j) => (j % 2 ? 1e-3 * (j % 7) : -Infinity),
  "huge and tiny": (_j, _n, next) => (next() < 0.5 ? 3.4e38 : -3.4e38),
};
const ALPHAS = [1.0001, 1.01, 1.1, 1.499, 1.501, 1.75, 1.9999, 2.0001, 2.1, 3, 10, 64, 1000];

function rowOf(name: string, n: number, seed = 5): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: n }, (_, j) => ROWS[name](j, n, next));
}

const STATE = 16384;
const X = 65536;
const Y = 524288;
const TILE = 256;
const CANARY = Math.fround(12345.678);

describe.each(BACKENDS)("cliffs of entmax on %s", (backend) => {
  const { entmax } = runtimeOf(backend);
  const { kernels, buffer } = machineOf(backend);
  const f32 = new Float32Array(buffer);

  it.each(some(Object.keys(ROWS)))("is the definition: %s", (name) => {
    const n = 4501;
    const x = rowOf(name, n);
    for (const alpha of ALPHAS) {
      const f = (v: Float32Array, o?: object) => entmax(v, { ...o, alpha });
      checkSparse(f, alpha, { x: floats(x, 1), shape: [n], axis: 0 }, `${backend} ${name} ${alpha}`);
    }
    const pairs = Float32Array.from({ length: 2 * n }, (_, i) => x[i >> 1]);
    for (const alpha of [1.1, 3]) {
      const f = (v: Float32Array, o?: object) => entmax(v, { ...o, alpha });
      checkSparse(f, alpha, { x: pairs, shape: [n, 2], axis: 0 }, `${backend} ${name} ${alpha}, columns`);
    }
  });

  /** One row tile by tile, as streamed. @param before  is called before each tile of each pass. @returns passes until τ is found */
  function stream(kernel: SparseKernel, alpha: number, n: number, before: () => void): number {
    const pass = (first: number, others: number): void => {
      for (let a = 0; a < n; a += TILE) {
        before();
        kernel(Y + 4 * a, 0, X + 4 * a, 1, Math.min(TILE, n - a), 1, alpha, 1, STATE, a === 0 ? first : others);
      }
    };
    pass(INIT | MAX, MAX);
    let passes = 0;
    do {
      pass(SUM, SUM);
      passes++;
    } while (kernel(Y, 0, X, 1, 0, 1, alpha, 1, STATE, SETTLE) && passes < 1000);
    pass(FINISH, FINISH);
    return passes;
  }

  it("finds τ in sixteen passes", () => {
    const n = 16000;
    for (const name of Object.keys(ROWS)) {
      f32.set(rowOf(name, n), X >> 2);
      for (const alpha of ALPHAS) {
        const passes = stream(kernels.entmax, alpha, n, () => undefined);
        if (passes > 16) expect.fail(`${name} at alpha ${alpha} takes ${passes} passes`);
      }
    }
  });

  /** Values that another thread could have written to the state. */
  const STRANGERS: ((next: () => number) => number)[] = [
    () => Number.NaN,
    () => Infinity,
    () => -Infinity,
    () => 3e38,
    (next) => 1e-40 * next(),
    (next) => 100 * next(),
    () => 1,
    (next) => -next(),
  ];

  it.each(["sparsemax", "entmax15", "entmax"] as const)(
    "%s ends when its row changes, and writes nothing else",
    (name) => {
      const kernel = kernels[name];
      const n = 6001;
      const fresh = rowOf("N(0, 1e-3)", n);
      for (const alpha of name === "entmax" ? [1.01, 1.5, 1.75, 2, 2.1, 3, 64] : [2]) {
        f32.set(fresh, X >> 2);
        kernel(Y, 0, X, 1, n, 1, alpha, 1, STATE, ALL_SPARSE);
        const want = f32.slice(Y >> 2, (Y >> 2) + n);
        for (let seed = 0; seed < drawn(24); seed++) {
          const next = random(seed);
          f32.fill(CANARY, (STATE + STATE_BYTES) >> 2, X >> 2);
          f32.fill(CANARY, Y >> 2, (Y >> 2) + n + 64);
          f32.set(fresh, X >> 2);
          const passes = stream(kernel, alpha, n, () => {
            if (next() > 0.1) return;
            const stranger = STRANGERS[Math.floor(STRANGERS.length * next())];
            const at = (X >> 2) + Math.floor(n * next());
            for (let i = at; i < Math.min((X >> 2) + n, at + 3000); i++) if (next() < 0.7) f32[i] = stranger(next);
          });
          expect(passes).toBeLessThanOrEqual(104);
          const outside = [
            ...f32.slice((STATE + STATE_BYTES) >> 2, X >> 2),
            ...f32.slice((Y >> 2) + n, (Y >> 2) + n + 64),
          ];
          expect(outside.every((v) => v === CANARY)).toBe(true);
          f32.set(fresh, X >> 2);
          kernel(Y, 0, X, 1, n, 1, alpha, 1, STATE, ALL_SPARSE);
          expect(f32.slice(Y >> 2, (Y >> 2) + n).every((v, i) => v === want[i])).toBe(true);
        }
      }
    },
  );
});

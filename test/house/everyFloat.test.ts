/**
 * exp, log and tanh as the shipped kernels have them, over every float32 of their domain, against the engine's functions in float64.
 *
 * Every 1009th with `npm test`; all of them with `npm run test:exhaustive` (scripts/exhaustive.mjs), which prints the worst errors.
 * In JavaScript log and tanh are the engine's own, which they would be judged by: only exp is there.
 */
import { describe, expect, it } from "vitest";
import { FINISH, INIT, STRIP, SUM } from "../../assembly/layout";
import { exp as twinExp } from "../../src/js/exp";
import { BACKENDS } from "../judge/backends";
import { expBound, logBound, TANH_BOUND, TWIN_EXP_BOUND } from "../judge/bounds.mjs";
import { machineOf, runtimeOnMachine, wrapped } from "../judge/engines";
import { everyFloat, Worst } from "../judge/everyFloat";
import { exact, exp, log1p, quotient, relativeError } from "../judge/exact";
import { random } from "../judge/random.mjs";

/** Bits of float32s: their order is that of the numbers, and of the magnitudes of negative ones. */
const [ZERO, LEAST, MOST] = [0, 1, 0x7f7fffff];
const [MINUS_ZERO, MINUS_MOST, MINUS_INFINITY] = [0x80000000, 0xff7fffff, 0xff800000];

const PIECE = 1 << 16;
const STATE = 1 << 15;
const X = 1 << 16;
const Y = X + 4 * PIECE;

/** Where logSumExp keeps the maxima and the sums of a strip of columns (assembly/phases.ts). */
const MAXIMA = STATE;
const SUMS = STATE + 12 * STRIP;

/** log2(e) as the kernel has it; the product with a float32 is exact in float64. */
const C = Math.fround(Math.LOG2E);

describe.each(BACKENDS.filter((backend) => backend !== "js"))("every float32 on %s", (backend) => {
  it("exp: within its bound, also where the result is subnormal, and exactly 0 below", async ({ task }) => {
    const { kernels, buffer } = machineOf(backend);
    const x = new Float32Array(buffer, X, PIECE);
    const y = new Float32Array(buffer, Y, PIECE);
    const worst = new Worst(`exp on ${backend}`);
    let notZero = 0;
    await everyFloat(x, MINUS_ZERO, MINUS_INFINITY, (count) => {
      // without MAX the maximum stands at -Infinity, which SUM takes for 0
      kernels.softmax(Y, X, 0, 0, 1, count, 1, 1, 1, STATE, INIT | SUM);
      for (let i = 0; i < count; i++) {
        if (x[i] * C > -126.5) {
          const e = Math.exp(x[i]);
          worst.see(Math.abs(y[i] - e) / expBound(x[i], e), x[i]);
        } else if (y[i] !== 0) notZero++;
      }
    });
    task.meta.worst = worst;
    expect(worst.error, `at ${worst.at}`).toBeLessThanOrEqual(1);
    expect(notZero).toBe(0);
  });

  /** Columns' ends of logSumExp: m + log(s) in float32. With m = -log(s), rounded, what is left has as many digits as float64. */
  it("log: within its bound", async ({ task }) => {
    const { kernels, buffer } = machineOf(backend);
    const m = new Float32Array(buffer, MAXIMA, STRIP);
    const s = new Float64Array(buffer, SUMS, STRIP);
    const y = new Float32Array(buffer, Y, STRIP);
    const piece = new Float32Array(STRIP);
    const logs = new Float64Array(STRIP);
    const worst = new Worst(`log on ${backend}`);
    await everyFloat(piece, LEAST, MOST, (count) => {
      for (let i = 0; i < count; i++) {
        s[i] = piece[i];
        logs[i] = Math.log(piece[i]);
        m[i] = -logs[i];
      }
      kernels.logSumExp(Y, X, 0, 0, 1, 0, count, count, 1, STATE, FINISH);
      for (let i = 0; i < count; i++) worst.see(Math.abs(y[i] - (logs[i] + m[i])) / logBound(logs[i]), piece[i]);
    });
    task.meta.worst = worst;
    expect(worst.error, `at ${worst.at}`).toBeLessThanOrEqual(1);
  });

  /** attention with softcap 1, of a query of 1 and keys x, stopped before scores become weights: the scores are tanh(x). */
  it("tanh: within its bound", async ({ task }) => {
    let stopped = false;
    const machine = wrapped(machineOf(backend, 4 << 20), (kernel, name) =>
      name === "attentionWeights" ? (...args) => stopped || kernel(...args) : kernel,
    );
    const runtime = runtimeOnMachine(machine);
    const [keys, scores, values] = [PIECE, PIECE, PIECE].map((length) => runtime.alloc(length));
    runtime.attention([1], [1], [1], { headDim: 1 }); // the self-test needs weights
    stopped = true;
    const worst = new Worst(`tanh on ${backend}`);
    for (const [first, last] of [
      [ZERO, MOST],
      [MINUS_ZERO, MINUS_MOST],
    ]) {
      await everyFloat(keys, first, last, (count) => {
        const weights = scores.subarray(0, count);
        runtime.attention([1], keys.subarray(0, count), values.subarray(0, count), { headDim: 1, softcap: 1, weights });
        for (let i = 0; i < count; i++) {
          const tanh = Math.tanh(keys[i]);
          worst.see(scores[i] === tanh ? 0 : Math.abs(scores[i] / tanh - 1) / TANH_BOUND, keys[i]);
        }
      });
    }
    task.meta.worst = worst;
    expect(worst.error, `at ${worst.at}`).toBeLessThanOrEqual(1);
  });
});

describe.runIf(BACKENDS.includes("js"))("every float32 on js", () => {
  it("exp: within its bound down to -104, and 0 in float32 below", async ({ task }) => {
    const x = new Float32Array(PIECE);
    const worst = new Worst("exp on js");
    let notZero = 0;
    await everyFloat(x, MINUS_ZERO, MINUS_INFINITY, (count) => {
      for (let i = 0; i < count; i++) {
        const y = twinExp(x[i]);
        if (x[i] >= -104) worst.see(Math.abs(y / Math.exp(x[i]) - 1) / TWIN_EXP_BOUND, x[i]);
        else if (Math.fround(y) !== 0) notZero++;
      }
    });
    task.meta.worst = worst;
    expect(worst.error, `at ${worst.at}`).toBeLessThanOrEqual(1);
    expect(notZero).toBe(0);
  });
});

describe("what they are judged by", () => {
  const next = random(7);
  /** Floats of every magnitude from 2^least to 2^most. */
  const drawn = (least: number, most: number) =>
    Array.from({ length: 200 }, () => Math.fround(2 ** (least + (most - least) * next())));
  const ONE = exact(1);
  /** Four units in the last place of float64. */
  const BOUND = 2 ** -50;

  it("Math.exp is exact to the last places of float64", () => {
    for (const x of drawn(-30, 6.4)) expect(relativeError(Math.exp(-x), exp(exact(-x))), `${x}`).toBeLessThan(BOUND);
  });

  it("Math.log is", () => {
    for (const s of drawn(-149, 128)) {
      const log = s < 1 ? -log1p(quotient(ONE, exact(s)) - ONE) : log1p(exact(s) - ONE);
      expect(relativeError(Math.log(s), log), `${s}`).toBeLessThan(BOUND);
    }
  });

  it("Math.tanh is", () => {
    for (const x of drawn(-30, 5)) {
      const e = exp(exact(-2 * x));
      expect(relativeError(Math.tanh(x), quotient(ONE - e, ONE + e)), `${x}`).toBeLessThan(BOUND);
    }
  });
});

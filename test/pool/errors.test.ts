/** A pool refuses what the plain functions refuse, in their words; and what is wrong about the pool itself. */
import { beforeAll, describe, expect, it } from "vitest";
import { createPool, type Pool, type PoolOptions } from "../../src/pool";
import { LIMITS } from "../../src/pool/budget";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { open } from "./pools";

const [backend] = BACKENDS.slice(-2); // WebAssembly without relaxed SIMD: every engine has it
const runtime = runtimeOf(backend);
let pool: Pool;
beforeAll(async () => {
  pool = await open(backend);
  Object.assign(LIMITS, { small: 0, shortest: 1, longest: 1 });
});

const x = Float32Array.of(1, 2, 3, 4, 5, 6);
const V = 70;
const logits = Float32Array.from({ length: 6 * V }, (_, i) => Math.sin(i));
/** Rows of logits with NaN in some of them. */
const spoilt = (...at: number[]): Float32Array => {
  const copy = logits.slice();
  for (const i of at) copy[i] = Number.NaN;
  return copy;
};
const shape = [6, V];

const EVERYTHING = { tokens: [...Array(V).keys()], values: Array(V).fill(-Infinity) };

const BAD: readonly (readonly [label: string, fn: string, ...args: unknown[]])[] = [
  ["no array", "softmax", "x"],
  ["an unknown option", "softmax", x, { temp: 2 }],
  ["sizes that do not match", "softmax", x, { shape: [4, 2] }],
  ["a temperature", "logSoftmax", x, { temperature: -1 }],
  ["no object", "logSumExp", x, 3],
  ["an axis", "entropy", x, { shape: [2, 3], axis: 2 }],
  ["an out that is too short", "hardmax", x, { out: new Float32Array(5) }],
  ["a support of another type", "sparsemax", x, { support: new Float32Array(1) }],
  ["a mask", "entmax15", x, { mask: new Uint8Array(4) }],
  ["no alpha", "entmax", x],
  ["an alpha", "entmax", x, { alpha: 0.5 }],
  ["no options", "attention", x, x, x],
  ["sizes of attention", "attention", x, x, x, { headDim: 4 }],
  ["an output that overlaps", "attention", x, x, x, { headDim: 2, lse: x.subarray(0, 3) }],
  ["no k", "topK", x],
  ["a mask of tokens", "topK", x, 2, { mask: [1] }],
  ["NaN in a later row", "topK", spoilt(4 * V + 3, 5 * V), 2, { shape }],
  ["random", "sample", x, { random: () => 1 }],
  ["a list that is too short", "sample", logits, { shape, mask: [undefined] }],
  ["NaN in the last row", "sample", spoilt(5 * V + 9), { shape, temperature: 0.5 }],
  ["NaN in the only row", "sample", spoilt(7).subarray(0, V)],
  [
    "no token left",
    "sample",
    logits,
    { shape, bias: Array.from({ length: 6 }, (_, r) => (r === 2 ? EVERYTHING : undefined)) },
  ],
  ["a token that is none", "logProbs", x, [6]],
  ["tokens that do not fill rows", "logProbs", logits, [1, 2], { shape }],
  ["NaN in the first row", "logProbs", spoilt(3, 2 * V), [0, 1, 2, 3, 4, 5], { shape }],
];

type AnyFunction = (...args: unknown[]) => unknown;

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("what the plain function refuses", () => {
  it.each(BAD.map(([label, fn, ...args]) => [label, fn, args] as const))("%s: %s", async (_, fn, args) => {
    const functions = (of: object): AnyFunction => (of as Record<string, AnyFunction>)[fn];
    const want = thrownBy(() => functions(runtime)(...args));
    expect(want.message).toMatch(new RegExp(`^${fn}: `));
    const found = await (functions(pool)(...args) as Promise<unknown>).then(
      () => undefined,
      (error) => error,
    );
    expect(found).toEqual(want);
    expect(found.constructor).toBe(want.constructor);
    expect(thrownBy(() => functions(pool.sync)(...args))).toEqual(want);
  });

  it("is refused before anything is written, and later calls are as they were", async () => {
    const out = new Float32Array(6).fill(7);
    await expect(pool.logProbs(spoilt(5 * V), [0, 1, 2, 3, 4, 5], { shape, out })).rejects.toThrow("row 5, index 0");
    expect(out).toEqual(new Float32Array(6).fill(7));
    expect(await pool.logProbs(logits, [0, 1, 2, 3, 4, 5], { shape, out })).toBe(out);
    expect(out).toEqual(runtime.logProbs(logits, [0, 1, 2, 3, 4, 5], { shape }));
  });

  it("is found out while the call is made, and random is asked then", () => {
    const asked: number[] = [];
    const random = (): number => asked.push(asked.length) / 10;
    const promise = pool.sample(logits, { shape, random });
    expect(asked).toEqual([0, 1, 2, 3, 4, 5]);
    return promise;
  });
});

describe("what is wrong with the argument after the options", () => {
  it.each<[control: unknown, message: string]>([
    [3, 'softmax: "control" expected an object, got number 3'],
    [
      { onprogress: 1 },
      'softmax: "onprogress" is no option (did you mean "onProgress"?), expected one of signal, onProgress',
    ],
    [{ signal: 1 }, 'softmax: "signal" expected an AbortSignal, got number 1'],
    [{ onProgress: 1 }, 'softmax: "onProgress" expected a function, got number 1'],
  ])("%j", async (control, message) => {
    const want = new TypeError(message);
    await expect(pool.softmax(x, {}, control as never)).rejects.toEqual(want);
    expect(thrownBy(() => pool.sync.softmax(x, {}, control as never))).toEqual(want);
  });
});

describe("createPool", () => {
  it.each<[options: unknown, error: Error]>([
    [null, new TypeError('createPool: "options" expected an object, got null')],
    [{ threads: 0 }, new RangeError('createPool: "threads" expected an integer >= 1, got 0')],
    [{ threads: 65 }, new RangeError('createPool: "threads" expected at most 64, got 65')],
    [{ threads: "2" }, new TypeError('createPool: "threads" expected a number, got string')],
    [{ worker: 1 }, new TypeError('createPool: "worker" expected a function, got number 1')],
    [
      { heapBytes: -1 },
      new RangeError('createRuntime: "heapBytes" expected more than 0 and at most 1073741824, got -1'),
    ],
  ])("refuses %j", async (options, error) => {
    await expect(createPool(options as PoolOptions)).rejects.toEqual(error);
  });

  it("says which backend does not run", async () => {
    await expect(createPool({ backend: "wsm" as never })).rejects.toThrow('createRuntime: "backend" expected');
  });
});

describe("alloc and free", () => {
  it("give zeroed shared memory, and take it back", () => {
    const view = pool.alloc(5).fill(3);
    expect(view.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(pool.alloc(5, "bfloat16")).toEqual(new Uint16Array(5));
    expect(pool.alloc(0)).toEqual(new Float32Array(0));
    pool.free(view);
    const again = pool.alloc(5);
    expect(again).toEqual(new Float32Array(5));
    expect(again.buffer).toBe(view.buffer);
    pool.free();
    expect(() => pool.free(again)).toThrow(RangeError);
  });

  it.each<[message: RegExp, run: () => unknown]>([
    [/^RangeError: alloc: "length" expected an integer >= 0, got -1$/, () => pool.alloc(-1)],
    [/^TypeError: alloc: "length" expected a number, got string$/, () => pool.alloc("1" as never)],
    [/^RangeError: alloc: "dtype" expected/, () => pool.alloc(1, "float8" as never)],
    [/^RangeError: alloc: "length" expected a length that this host has memory for/, () => pool.alloc(2 ** 52)],
    [/^TypeError: free: "view" expected a Float32Array, got undefined/, () => pool.free(undefined as never)],
    [/^RangeError: free: "view" expected one that alloc gave out/, () => pool.free(new Float32Array(3))],
    [/^RangeError: free: "view" expected one that alloc gave out/, () => pool.free(pool.alloc(3).subarray(1))],
  ])("%s", (message, run) => {
    expect(String(thrownBy(run))).toMatch(message);
  });
});

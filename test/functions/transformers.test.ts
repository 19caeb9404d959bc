/** softmax-wasm/transformers: types that stay, values, what is refused. Its sampler: test/functions/multinomialSampler.test.ts */
import { describe, expect, expectTypeOf, it } from "vitest";
import * as mainDoor from "../../src/index";
import { log_softmax, type NumberArray, softmax } from "../../src/transformers";
import { floats } from "../judge/cases";
import { exact, exp, log1p, quotient, relativeError, sum, toNumber } from "../judge/exact";
import { random } from "../judge/random.mjs";
import { foreign } from "../judge/realm";

const FUNCTIONS = { softmax, log_softmax };
const U = 2 ** -53;

const next = random(53);
const each = (n: number, value: (k: number) => number): number[] => Array.from({ length: n }, (_, k) => value(k));
const ROWS: Record<string, number[]> = {
  "one number": [3.5],
  two: [1, 2],
  "±1": each(65, () => 2 * next() - 1),
  "±30": each(300, () => 60 * next() - 30),
  "[1000, 1100]": each(65, () => 1000 + 100 * next()),
  "down to denormal results": each(200, (k) => -3.7 * k),
  "a maximum that all but swallows the rest": [0, -50, -60, -700],
  "all equal": each(300, () => 0.1),
  "with -Infinity": each(65, (k) => (k % 3 === 1 ? -Infinity : 10 * next())),
  "denormal differences": each(33, () => next() * 1e-310),
};

/** Both functions, and the distances that their bounds are made of. */
function reference(x: number[]) {
  const m = exact(Math.max(...x));
  const at = x.indexOf(Math.max(...x));
  const d = x.map((v) => (v === -Infinity ? undefined : exact(v) - m));
  const e = d.map((v) => (v === undefined ? 0n : exp(v)));
  const rest = e.map((v, k) => (k === at ? 0n : v));
  const [s, sRest] = [sum(e), sum(rest)];
  const logS = log1p(sRest);
  const mean = (weights: bigint[], total: bigint) =>
    total === 0n ? 0 : -toNumber(quotient(sum(weights.map((w, k) => (w * (d[k] ?? 0n)) >> 1300n)), total));
  return {
    probabilities: e.map((v) => quotient(v, s)),
    logs: d.map((v) => (v === undefined ? undefined : v - logS)),
    distances: d.map((v) => (v === undefined ? 0 : -toNumber(v))),
    mean: mean(e, s),
    restMean: mean(rest, sRest),
  };
}

describe.each<[string, (values: number[]) => number[] | Float64Array]>([
  ["number[]", (values) => values.slice()],
  ["Float64Array", (values) => Float64Array.from(values)],
])("float64: %s", (_, make) => {
  it.each(Object.keys(ROWS))("%s", (name) => {
    const { probabilities, logs, distances, mean, restMean } = reference(ROWS[name]);
    const x = make(ROWS[name]);
    const p = softmax(x);
    const y = log_softmax(x);
    expect(Array.from(x)).toEqual(ROWS[name]);
    for (let k = 0; k < x.length; k++) {
      if (logs[k] === undefined) {
        expect([p[k], y[k]]).toEqual([0, -Infinity]);
        continue;
      }
      const where = `${k}: ${ROWS[name][k]}`;
      if (toNumber(probabilities[k]) >= 2 ** -1022) {
        expect(relativeError(p[k], probabilities[k]), where).toBeLessThanOrEqual(U * (8 + distances[k] + mean));
      } else {
        expect(Math.abs(p[k] - toNumber(probabilities[k])), where).toBeLessThanOrEqual(2 ** -1073);
      }
      if (logs[k] === 0n) expect(y[k], where).toBe(0);
      else expect(relativeError(y[k], logs[k] as bigint), where).toBeLessThanOrEqual(U * (8 + restMean));
    }
  });

  it("a million terms that each vanish beside 1 are summed", () => {
    const x = make([0, ...each(1 << 20, () => -37)]);
    const rest = 2 ** 20 * Math.exp(-37); // 9e-11; 1 + exp(-37) is 1
    expect(1 + Math.exp(-37)).toBe(1);
    expect(Math.abs(softmax(x)[0] - 1 / (1 + rest))).toBeLessThanOrEqual(4 * U);
    expect(Math.abs(log_softmax(x)[0] / -Math.log1p(rest) - 1)).toBeLessThanOrEqual(64 * U);
  });

  it("the largest numbers beside each other", () => {
    const x = make([1.7e308, -1.7e308, 1.7e308]);
    expect(Array.from(softmax(x))).toEqual([0.5, 0, 0.5]);
    expect(Array.from(log_softmax(x))).toEqual([-Math.LN2, -Infinity, -Math.LN2]);
  });
});

describe("a Float32Array", () => {
  const x = floats(
    each(1000, () => 20 * next() - 10),
    3,
  );

  it("goes through the default runtime's kernels", () => {
    expect(softmax(x)).toEqual(mainDoor.softmax(x));
    expect(log_softmax(x)).toEqual(mainDoor.logSoftmax(x));
  });

  it("is not written to", () => {
    const before = x.slice();
    softmax(x);
    log_softmax(x);
    expect(x).toEqual(before);
  });
});

const MAKERS: Record<string, (values: number[]) => NumberArray> = {
  "number[]": (values) => values,
  Float32Array: (values) => Float32Array.from(values),
  Float64Array: (values) => Float64Array.from(values),
};

describe.each(Object.entries(MAKERS))("%s", (name, make) => {
  it.each(Object.entries(FUNCTIONS))("comes out of %s as it came in", (_, f) => {
    const x = make([1, 2, 3]);
    const y = f(x);
    expect(Object.prototype.toString.call(y).slice(8, -1)).toBe(name === "number[]" ? "Array" : name);
    expect(y).toHaveLength(3);
    expect(y).not.toBe(x);
  });

  it.each([
    ["NaN in the first place", [Number.NaN, 1, 2]],
    ["NaN in the last place", [1, 2, Number.NaN]],
    ["NaN beside -Infinity", [-Infinity, Number.NaN]],
    ["a +Infinity", [1, Infinity, 2]],
    ["two +Infinity", [Infinity, Infinity]],
    ["+Infinity and NaN", [Infinity, Number.NaN]],
    ["-Infinity everywhere", [-Infinity, -Infinity]],
    ["one -Infinity", [-Infinity]],
  ])("%s: all NaN", (_, values) => {
    for (const f of [softmax, log_softmax]) expect(Array.from(f(make(values)))).toEqual(values.map(() => Number.NaN));
  });

  it("-Infinity beside finite values", () => {
    expect(Array.from(softmax(make([-Infinity, 0, 0])))).toEqual([0, 0.5, 0.5]);
    expect(log_softmax(make([-Infinity, 0, 0]))[0]).toBe(-Infinity);
  });

  it.each(Object.entries(FUNCTIONS))("%s of nothing is a RangeError", (name, f) => {
    expect(() => f(make([]))).toThrow(new RangeError(`${name}: "arr" expected at least one number, got length 0`));
  });
});

describe.each(Object.entries(FUNCTIONS))("%s", (name, f) => {
  const call = (arr: unknown) => f(arr as number[]);

  it.each([
    ["Int8Array", new Int8Array([1, 2])],
    ["Uint8ClampedArray", new Uint8ClampedArray([1, 2])],
    ["Int32Array", new Int32Array([1, 2])],
    ["Uint32Array", new Uint32Array(0)],
    ["BigInt64Array", new BigInt64Array([1n, 2n])],
    ["ArrayBuffer", new ArrayBuffer(8)],
    ["Object", { length: 2, 0: 1, 1: 2 }],
    ["string", "12"],
    ["number 3", 3],
    ["null", null],
    ["undefined", undefined],
  ])("refuses %s", (what, arr) => {
    expect(() => call(arr)).toThrow(
      new TypeError(
        `${name}: "arr" expected a Float32Array, a Float64Array, a Float16Array or an array of numbers, got ${what}`,
      ),
    );
  });

  it.each<[string, unknown[]]>([
    ["bigint at index 0", [1n, 2n]],
    ["string at index 1", [1, "2"]],
    ["undefined at index 1", Object.assign([1], { 2: 3 })], // a hole
    ["Array at index 0", [[1, 2]]],
  ])("refuses an array with %s", (what, arr) => {
    expect(() => call(arr)).toThrow(new TypeError(`${name}: "arr" expected numbers, got ${what}`));
  });

  it.each([Float32Array, Float64Array])("refuses a detached array", (Floats) => {
    const arr = new Floats(4);
    structuredClone(arr.buffer, { transfer: [arr.buffer] });
    expect(() => f(arr)).toThrow(
      new TypeError(`${name}: "arr" expected a live array, got one whose buffer is detached`),
    );
  });

  it.each(["Array", "Float32Array", "Float64Array"] as const)("takes another realm's %s", (kind) => {
    const arr = (foreign[kind] as typeof Array).from([1, 2]);
    expect(Array.from(f(arr))[0]).toBeCloseTo(f([1, 2])[0], 6);
  });
});

it("the type that comes in comes out", () => {
  expectTypeOf(softmax([1, 2])).toEqualTypeOf<number[]>();
  expectTypeOf(softmax(new Float32Array(2))).toEqualTypeOf<Float32Array<ArrayBuffer>>();
  expectTypeOf(softmax(new Float64Array(2))).toEqualTypeOf<Float64Array<ArrayBuffer>>();
  expectTypeOf(log_softmax([1, 2])).toEqualTypeOf<number[]>();
  expectTypeOf(log_softmax(new Float32Array(2))).toEqualTypeOf<Float32Array<ArrayBuffer>>();
  expectTypeOf(log_softmax(new Float64Array(2))).toEqualTypeOf<Float64Array<ArrayBuffer>>();
  type Taken = Parameters<typeof softmax>[0];
  expectTypeOf<Int32Array>().not.toExtend<Taken>();
  expectTypeOf<BigInt64Array>().not.toExtend<Taken>();
  expectTypeOf<bigint[]>().not.toExtend<Taken>();
  expectTypeOf<string>().not.toExtend<Taken>();
});

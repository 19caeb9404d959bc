/** Every error a caller of a function along an axis can cause: its class, its whole message, and that nothing else came of it. */
import { describe, expect, it } from "vitest";
import type { Runtime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { foreign } from "../judge/realm";
import { detached, expectError, floatsFree, revoked, type Wanted } from "../judge/refusal";

const RIGHT = {
  softmax: [0.09003057, 0.24472847, 0.66524096, 0.09003057, 0.24472847, 0.66524096],
  logSoftmax: [-2.40760596, -1.40760596, -0.40760596, -2.40760596, -1.40760596, -0.40760596],
  logSumExp: [3.40760596, 3.40760596],
  entropy: [0.83239558, 0.83239558],
  hardmax: [0, 0, 1, 0, 0, 1],
};
type Name = keyof typeof RIGHT;
type Call = (x: unknown, options?: unknown) => Float32Array;
const ALL = Object.keys(RIGHT) as Name[];
const KEEP_THE_AXIS: readonly Name[] = ["softmax", "logSoftmax", "hardmax"];
const REDUCE: readonly Name[] = ["logSumExp", "entropy"];

const logits = (): Float32Array => Float32Array.of(1, 2, 3, 1, 2, 3);

/** x and out, float indices into one buffer. */
const on = (x: number, out: number, outLength = 6) => {
  const { buffer } = new Float32Array(12);
  return { x: new Float32Array(buffer, 4 * x, 6), out: new Float32Array(buffer, 4 * out, outLength) };
};

/** out from byte 8 on, and a mask, in one buffer. */
const masked = (outLength: number, at: number, length: number, Mask = Uint8Array) => {
  const buffer = new ArrayBuffer(64);
  return { out: new Float32Array(buffer, 8, outLength), mask: new Mask(buffer, at, length) };
};

/** The arguments in which a case differs from the good call, f(logits(), { shape: [2, 3], out }). */
type Difference = Record<string, unknown>;

/** `message` is the error's text up to the word "got"; each case adds what comes after it. */
type Fault = [functions: readonly Name[], error: ErrorConstructor, message: string, cases: Case[]];
type Case = [got: string, Difference | (() => Difference)];
const FAULTS: Fault[] = [];
const fault = (...f: Fault): unknown => FAULTS.push(f);

fault(ALL, TypeError, '"x" expected a Float32Array or an array of numbers, got', [
  ["string", { x: "123123" }],
  ["number 3", { x: 3 }],
  ["boolean true", { x: true }],
  ["bigint", { x: 3n }],
  ["function", { x: logits }],
  ["null", { x: null }],
  ["undefined", { x: undefined }],
  ["Object", { x: { 0: 1, 1: 2 } }],
  ["Object", { x: { length: -1 } }],
  ["Object", { x: { length: 1.5 } }],
  ["ArrayBuffer", { x: new ArrayBuffer(24) }],
  ["DataView", { x: new DataView(new ArrayBuffer(24)) }],
  [
    'Uint16Array (bits of floats? say which: dtype "float16" or "bfloat16")',
    { x: Uint16Array.of(0x3c00, 0x4000, 0x4200, 0, 0, 0) },
  ],
  ['Object (a tensor? pass its "data", and its sizes as "shape")', { x: { data: logits(), dims: [2, 3] } }],
  ["a revoked Proxy", { x: revoked([1, 2, 3, 1, 2, 3]) }],
]);
fault(ALL, TypeError, '"x" expected numbers, got', [
  ["bigint at index 0", { x: new BigInt64Array(6) }],
  ["string at index 1", { x: [1, "2", 3, 1, 2, 3] }],
  ["null at index 5", { x: [1, 2, 3, 1, 2, null] }],
  ["undefined at index 2", { x: { length: 6, 0: 1, 1: 2 } }],
  ['Array at index 0 (nested arrays? pass x.flat(), and its sizes as "shape")', { x: [[1, 2, 3], 1, 2, 3, 1, 2] }],
]);
fault(ALL, TypeError, '"x" expected a live array, got', [
  ["one whose buffer is detached", () => ({ x: detached(logits()) })],
  ["one whose buffer is detached", () => ({ x: detached(Float64Array.of(1, 2, 3)), shape: [0], out: undefined })],
]);
fault(ALL, TypeError, '"shape" expected an array of sizes, got', [
  ["number 6", { shape: 6 }],
  ["string", { shape: "2,3" }],
  ["null", { shape: null }],
  ["Int32Array", { shape: Int32Array.of(2, 3) }],
  ["Object", { shape: { length: 2, 0: 2, 1: 3 } }],
]);
fault(ALL, TypeError, '"shape" expected numbers, got', [
  ["string at index 0", { shape: ["2", 3] }],
  ["bigint at index 1", { shape: [2, 3n] }],
  ["undefined at index 1", { shape: [2, undefined, 3] }],
]);
fault(ALL, RangeError, '"shape" expected sizes that are integers >= 0, got', [
  ["[-2, -3]", { shape: [-2, -3] }],
  ["[1.5, 4]", { shape: [1.5, 4] }],
  ["[6, NaN]", { shape: [6, Number.NaN] }],
  ["[Infinity, 1]", { shape: [Infinity, 1] }],
]);
fault(ALL, RangeError, '"shape" expected sizes whose product is x.length = 6, got', [
  ["[2, 4] = 8", { shape: [2, 4] }],
  ["[5] = 5", { shape: [5] }],
  ["[6, 0] = 0", { shape: [6, 0] }],
  ["[2, 3, 1, 2] = 12", { shape: [2, 3, 1, 2], axis: 1 }],
]);
fault(ALL, RangeError, '"shape" expected at least one size, got', [["[]", { shape: [] }]]);
fault(ALL, TypeError, '"axis" expected an integer, got', [
  ["string", { axis: "1" }],
  ["bigint", { axis: 1n }],
  ["null", { axis: null }],
]);
fault(ALL, RangeError, '"axis" expected an integer from -2 to 1 (shape [2, 3]), got', [
  ["2", { axis: 2 }],
  ["-3", { axis: -3 }],
  ["0.5", { axis: 0.5 }],
  ["NaN", { axis: Number.NaN }],
  ["Infinity", { axis: Infinity }],
]);
fault(ALL, RangeError, '"axis" expected an integer from -1 to 0 (shape [6]), got', [
  ["1", { shape: undefined, axis: 1 }],
]);
fault(ALL, TypeError, '"temperature" expected a number, got', [
  ["string", { temperature: "1" }],
  ["bigint", { temperature: 1n }],
  ["null", { temperature: null }],
]);
fault(ALL, RangeError, '"temperature" expected a finite number >= 0, got', [
  ["NaN", { temperature: Number.NaN }],
  ["-1", { temperature: -1 }],
  ["-5e-324", { temperature: -Number.MIN_VALUE }],
  ["Infinity", { temperature: Infinity }],
]);
fault(ALL, TypeError, '"mask" expected a Uint8Array, got', [
  ["Array", { mask: [1, 1, 0] }],
  ["Float32Array", { mask: new Float32Array(6) }],
  ["Uint8ClampedArray", { mask: new Uint8ClampedArray(6) }],
  ["string", { mask: "110110" }],
  ["null", { mask: null }],
]);
fault(ALL, TypeError, '"mask" expected a live array, got', [
  ["one whose buffer is detached", () => ({ mask: detached(new Uint8Array(6)) })],
]);
fault(ALL, RangeError, '"mask" expected length 6 (as x) or 3 (as its axis 1), got', [
  ["2", { mask: new Uint8Array(2) }],
  ["5", { mask: new Uint8Array(5) }],
  ["7", { mask: new Uint8Array(7) }],
  ["0", { mask: new Uint8Array(0) }],
]);
fault(ALL, RangeError, '"mask" expected length 6 (as x) or 2 (as its axis 0), got', [
  ["3", { mask: new Uint8Array(3), axis: 0, out: undefined }],
]);
fault(ALL, TypeError, '"out" expected a Float32Array, got', [
  ["Array", { out: [7, 7, 7, 7, 7, 7] }],
  ["Float64Array", { out: new Float64Array(6).fill(7) }],
  ["ArrayBuffer", { out: new ArrayBuffer(24) }],
  ["number 6", { out: 6 }],
  ["null", { out: null }],
]);
fault(ALL, TypeError, '"out" expected a live array, got', [
  ["one whose buffer is detached", () => ({ out: detached(new Float32Array(6)) })],
  ["one whose buffer is detached", () => ({ x: [], shape: [0, 0], out: detached(new Float32Array(6)) })],
]);
fault(KEEP_THE_AXIS, RangeError, '"out" expected length 6 (shape [2, 3]), got', [
  ["5", { out: new Float32Array(5).fill(7) }],
  ["7", { out: new Float32Array(7).fill(7) }],
  ["0", { out: new Float32Array(0) }],
]);
fault(KEEP_THE_AXIS, RangeError, '"out" expected length 6, got', [
  ["5", { shape: undefined, out: new Float32Array(5).fill(7) }],
]);
fault(REDUCE, RangeError, '"out" expected length 2 (shape [2, 3] without axis 1), got', [
  ["1", { out: new Float32Array(1).fill(7) }],
  ["6", { out: new Float32Array(6).fill(7) }],
]);
fault(REDUCE, RangeError, '"out" expected length 3 (shape [2, 3] without axis 0), got', [["2", { axis: -2 }]]);
fault(REDUCE, RangeError, '"out" expected length 1 (x without axis 0), got', [
  ["2", { shape: undefined, out: new Float32Array(2).fill(7) }],
]);
fault(KEEP_THE_AXIS, RangeError, `"out" expected memory apart from x's (or exactly x's), got`, [
  ["bytes 4 to 28 of the buffer where x has 0 to 24", () => on(0, 1)],
  ["bytes 20 to 44 of the buffer where x has 0 to 24", () => on(0, 5)],
  ["bytes 0 to 24 of the buffer where x has 4 to 28", () => on(1, 0)],
  ["bytes 0 to 24 of the buffer where x has 20 to 44", () => on(5, 0)],
]);
fault(REDUCE, RangeError, `"out" expected memory apart from x's (or exactly x's), got`, [
  ["bytes 4 to 12 of the buffer where x has 8 to 32", () => on(2, 1, 2)],
  ["bytes 8 to 16 of the buffer where x has 8 to 32", () => on(2, 2, 2)],
  ["bytes 16 to 24 of the buffer where x has 8 to 32", () => on(2, 4, 2)],
  ["bytes 24 to 32 of the buffer where x has 8 to 32", () => on(2, 6, 2)],
  ["bytes 28 to 36 of the buffer where x has 8 to 32", () => on(2, 7, 2)],
]);
fault(KEEP_THE_AXIS, RangeError, `"out" expected memory apart from mask's, got`, [
  ["bytes 8 to 32 of the buffer where mask has 3 to 9", () => masked(6, 3, 6)],
  ["bytes 8 to 32 of the buffer where mask has 8 to 14", () => masked(6, 8, 6)],
  ["bytes 8 to 32 of the buffer where mask has 26 to 32", () => masked(6, 26, 6)],
  ["bytes 8 to 32 of the buffer where mask has 31 to 34", () => masked(6, 31, 3)],
  ["bytes 8 to 32 of the buffer where mask has 26 to 32", () => masked(6, 26, 6, foreign.Uint8Array)],
  ["bytes 8 to 32 of the buffer where mask has 8 to 14", () => masked(6, 8, 6, foreign.Uint8Array)],
]);
fault(REDUCE, RangeError, `"out" expected memory apart from mask's, got`, [
  ["bytes 8 to 16 of the buffer where mask has 3 to 9", () => masked(2, 3, 6)],
  ["bytes 8 to 16 of the buffer where mask has 9 to 15", () => masked(2, 9, 6)],
  ["bytes 8 to 16 of the buffer where mask has 15 to 18", () => masked(2, 15, 3)],
]);

/** Bits of an array, and whatever else there is as it is. */
function bits(value: unknown): unknown {
  if (!ArrayBuffer.isView(value)) return structuredClone(value);
  return value.byteLength === 0 ? [] : [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
}

function expectRight(got: ArrayLike<number>, name: Name): void {
  expect(got.length).toBe(RIGHT[name].length);
  RIGHT[name].forEach((want, i) => {
    expect(got[i], `${name} after the error`).toBeCloseTo(want, 6);
  });
}

/** The call fails as it should, leaves its out and the heap alone, and the next call is right. */
function expectFault(runtime: Runtime, name: Name, args: [x: unknown, options: unknown], ...error: Wanted): void {
  const call = runtime[name] as Call;
  const [x, options] = args;
  const out = (options as { out?: unknown } | null)?.out;
  const outBefore = bits(out);
  const freeBefore = floatsFree(runtime);
  const [type, message] = error;
  expectError(() => call(x, options), type, `${name}: ${message}`);
  expect(bits(out), "out").toEqual(outBefore);
  expect(floatsFree(runtime), "floats free").toBe(freeBefore);
  expectRight(call(logits(), { shape: [2, 3] }), name);
}

describe.each(BACKENDS)("errors on %s", (backend) => {
  const runtime = runtimeOf(backend);

  for (const [functions, error, message, cases] of FAULTS) {
    it.each(cases)(`${functions.join(", ")}: ${message} %s`, (got, difference) => {
      for (const name of functions) {
        const out = new Float32Array(RIGHT[name].length).fill(7);
        const good: Difference = { x: logits(), shape: [2, 3], out };
        const { x, ...options } = { ...good, ...(typeof difference === "function" ? difference() : difference) };
        expectFault(runtime, name, [x, options], error, `${message} ${got}`);
      }
    });
  }

  it.each<[string, unknown]>([
    ["null", null],
    ["number 5 (did you mean { axis: 5 }?)", 5],
    ["string", "axis"],
    ["Array", [1]],
    ["Float32Array", new Float32Array(6)],
    ["boolean true", true],
    ["function", logits],
  ])('"options" expected an object, got %s', (got, options) => {
    for (const name of ALL) {
      expectFault(runtime, name, [logits(), options], TypeError, `"options" expected an object, got ${got}`);
    }
  });

  it("one row says what its out and its mask must be", () => {
    const out = new Float32Array(2).fill(7);
    const mask = new Uint8Array(2);
    expectFault(runtime, "softmax", [[1, 2, 3], { out }], RangeError, '"out" expected length 3, got 2');
    const wanted = '"mask" expected length 3 (as x), got 2';
    expectFault(runtime, "softmax", [[1, 2, 3], { mask, out }], RangeError, wanted);
  });

  it("out overlaps x in the heap", () => {
    const floats = runtime.alloc(7);
    const x = floats.subarray(0, 6);
    const at = x.byteOffset;
    x.set(logits());
    for (const name of KEEP_THE_AXIS) {
      const options = { shape: [2, 3], out: floats.subarray(1) };
      const places = `bytes ${at + 4} to ${at + 28} of the buffer where x has ${at} to ${at + 24}`;
      const message = `"out" expected memory apart from x's (or exactly x's), got ${places}`;
      expectFault(runtime, name, [x, options], RangeError, message);
    }
    runtime.free();
  });

  it("takes an out that is exactly x, or touches x or the mask", () => {
    for (const name of ALL) {
      const length = RIGHT[name].length;
      for (const { x, out } of [on(0, 6, length), on(length, 0, length)]) {
        x.set(logits());
        expectRight((runtime[name] as Call)(x, { shape: [2, 3], out }), name);
      }
      for (const at of [2, 8 + 4 * length]) {
        const { out, mask } = masked(length, at, 6);
        mask.fill(1);
        expectRight((runtime[name] as Call)(logits(), { shape: [2, 3], out, mask }), name);
      }
    }
    for (const name of KEEP_THE_AXIS) {
      const x = logits();
      expect((runtime[name] as Call)(x, { shape: [2, 3], out: x })).toBe(x);
      expectRight(x, name);
    }
  });
});

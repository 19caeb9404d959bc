/**
 * Floats of 16 bits in every argument that may have them: the result is that of the same call on the widened Float32Arrays, bit for
 * bit, and an output of 16 bits is that result, rounded.
 */
import { describe, expect, it } from "vitest";
import { createRuntime, type Dtype, type Runtime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { some } from "../judge/drawn";
import {
  type Arrays,
  argumentsOf,
  bitsOf,
  type Call,
  copies,
  EVERY_CALL,
  run,
  type Values,
  written,
} from "../judge/everyCall";
import { DTYPES, NativeHalves } from "../judge/half16";
import { random } from "../judge/random.mjs";
import { expectError } from "../judge/refusal";

const CALLS = EVERY_CALL.filter(({ halves }) => halves !== undefined);

/** Along another axis, where there is one: columns. */
const ALONG = CALLS.filter(({ positional }) => positional[0] === "x").map(
  (call): Call => ({
    ...call,
    label: `${call.name} of columns`,
    options: (n) => ({ ...call.options(n), shape: [n / 3, 3], axis: 0 }),
    arrays: (n) => {
      const { mask, ...arrays } = call.arrays(n);
      return arrays;
    },
  }),
);

/** The floats of each case, and whether the heap holds them. */
const SIZES = { 24: "at once", 1200: "in blocks", 24000: "in tiles" };

const raw = (values: Values): number[] => [...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];

/** Every name alone, and all together. */
const subsets = (names: readonly string[], arrays: Arrays): string[][] => {
  const there = names.filter((name) => name in arrays);
  return there.length > 1 ? [...there.map((name) => [name]), there] : [there];
};

describe.each(BACKENDS)("floats of 16 bits on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });

  /** The call with some arrays in 16 bits, against the same with those widened. */
  function compare(
    on: Runtime,
    call: Call,
    n: number,
    dtype: Dtype,
    names: string[],
    arrays: Arrays,
    place: (bits: Uint16Array) => Uint16Array,
  ): void {
    const bits = Object.fromEntries(names.map((name) => [name, bitsOf(arrays[name], dtype)]));
    const wide = Object.fromEntries(names.map((name) => [name, runtime.unpack16(bits[name], { dtype })]));
    const plain = copies({ ...arrays, ...wide });
    const want = written(call, plain, run(on, call, argumentsOf(call, plain, n)));
    const given = { ...copies(arrays), ...Object.fromEntries(names.map((name) => [name, place(bits[name])])) };
    const with16 = { ...call, options: (floats: number) => ({ ...call.options(floats), dtype }) };
    const got = written(call, given, run(on, with16, argumentsOf(with16, given, n)));
    for (const [name, values] of Object.entries(want)) {
      const expected = names.includes(name) ? runtime.pack16(values as Float32Array, { dtype }) : values;
      expect([names, name, ...raw(got[name])]).toEqual([names, name, ...raw(expected)]);
    }
  }

  const PLACES: [where: string, place: (bits: Uint16Array) => Uint16Array][] = [
    ["outside", (bits) => bits],
    [
      "outside, at an odd place",
      (bits) => {
        const more = new Uint16Array(bits.length + 1);
        more.set(bits, 1);
        return more.subarray(1);
      },
    ],
    [
      "in the heap",
      (bits) => {
        const home = runtime.alloc(bits.length + 1, "float16").subarray(1);
        home.set(bits);
        return home;
      },
    ],
  ];

  const WAYS = Object.entries(SIZES).flatMap((size) => PLACES.map((place) => [size, place] as const));

  describe.each([...CALLS, ...ALONG].map((call) => [call.label ?? call.name, call] as const))("%s", (_, call) => {
    it.each(DTYPES)("takes %s wherever it may", (dtype) => {
      for (const [[size, how], [where, place]] of some(WAYS)) {
        const n = Number(size);
        const on = where === "in the heap" || how === "at once" ? runtime : small;
        for (const names of subsets(call.halves ?? [], call.arrays(n))) {
          runtime.free();
          compare(on, call, n, dtype, names, call.arrays(n), place);
        }
      }
      runtime.free();
    });
  });

  it.each(DTYPES)("takes every pattern of %s, infinities, subnormals and NaN among them", (dtype) => {
    const next = random(16);
    for (const call of CALLS.filter(({ positional }) => positional[0] === "x")) {
      for (let i = 0; i < 20; i++) {
        const x = Uint16Array.from({ length: 60 }, () => next() * 65536);
        const out = new Uint16Array(call.name === "logSumExp" || call.name === "entropy" ? 3 : 60);
        const options = { ...call.options(60), dtype };
        const wide = runtime.unpack16(x, { dtype });
        const want = run(runtime, call, [wide, { ...options, dtype: undefined }]) as Float32Array;
        expect([...(run(runtime, call, [x, options]) as Float32Array)]).toEqual([...want]);
        run(runtime, call, [x, { ...options, out }]);
        expect([...out]).toEqual([...runtime.pack16(want, { dtype })]);
        if (out.length < 60) continue;
        run(runtime, call, [x, { ...options, out: x }]);
        expect([...x]).toEqual([...out]);
      }
    }
  });

  it.each(DTYPES)("logProbs writes %s, and a bias may be of it", (dtype) => {
    const logits = bitsOf(Float32Array.of(1, -2, 0.5, 3), dtype);
    const values = bitsOf(Float32Array.of(0.25, -Infinity), dtype);
    const bias = { tokens: [0, 3], values };
    const want = runtime.logProbs([1, -2, 0.5, 3], [0, 1, 3], { bias: { tokens: [0, 3], values: [0.25, -Infinity] } });
    const out = new Uint16Array(3);
    expect(runtime.logProbs(logits, [0, 1, 3], { bias, dtype, out })).toBe(out);
    expect([...out]).toEqual([...runtime.pack16(want, { dtype })]);
    expect(runtime.sample(logits, { bias, dtype, temperature: 0 }).index).toBe(0);
  });

  it("copies 16 bits into the workspace, and nothing of what lies in the heap", () => {
    const large = createRuntime({ backend, heapBytes: 1 << 20 });
    const x = large.alloc(300_000, "float16"); // 600 KB in 16 bits; 1.2 MB as floats are more than the heap
    const next = random(3);
    for (let i = 0; i < x.length; i++) x[i] = bitsOf(Float32Array.of(20 * next() - 10), "float16")[0];
    const wide = runtime.unpack16(x, { dtype: "float16" });
    const { index, prob } = large.sample(x, { dtype: "float16", topP: 0.9, random: () => 0.5 });
    expect({ index, prob }).toEqual(
      (({ index, prob }) => ({ index, prob }))(runtime.sample(wide, { topP: 0.9, random: () => 0.5 })),
    );
    expect(large.logSumExp(x, { dtype: "float16" })[0]).toBe(runtime.logSumExp(wide));
  });

  it.runIf(NativeHalves)("a Float16Array needs no dtype, also over memory of alloc", () => {
    const Native = NativeHalves as NonNullable<typeof NativeHalves>;
    const outside = new Native([1, 2, 3.5]);
    const home = runtime.alloc(3, "float16");
    const inside = new Native(home.buffer, home.byteOffset, 3);
    inside.set(outside);
    for (const x of [outside, inside]) {
      expect(runtime.logSumExp(x)).toBe(runtime.logSumExp([1, 2, 3.5]));
      expect(runtime.sample(x, { temperature: 0 }).index).toBe(2);
      const out = new Native([0, 0, 0]);
      expect(runtime.softmax(x, { out })).toBe(out);
      expect([...runtime.unpack16(out, {})]).toEqual([
        ...runtime.unpack16(runtime.pack16(runtime.softmax([1, 2, 3.5]), { dtype: "float16" }), { dtype: "float16" }),
      ]);
    }
    runtime.free(inside);
    expectError(
      () => runtime.free(home),
      RangeError,
      `free: "view" expected a view that alloc of this runtime gave, got 6 bytes at byte ${home.byteOffset}, which are free (given back already?)`,
    );
  });

  it.each(EVERY_CALL.filter(({ name }) => name !== "mergeAttention").map((call) => [call.name, call] as const))(
    "%s refuses a dtype that is none",
    (name, call) => {
      const expected = `${name}: "dtype" expected "float16" or "bfloat16", got`;
      const withDtype = (dtype: unknown) => () =>
        run(
          runtime,
          { ...call, options: (n) => ({ ...call.options(n), dtype }) },
          argumentsOf({ ...call, options: (n) => ({ ...call.options(n), dtype }) }, call.arrays(24), 24),
        );
      expectError(withDtype("half"), RangeError, `${expected} "half"`);
      expectError(withDtype(16), TypeError, `${expected} number 16`);
      expectError(withDtype(null), TypeError, `${expected} null`);
    },
  );

  it("says that dtype is missing where all options are", () => {
    const { pack16, unpack16 } = runtime;
    const message = 'pack16: "dtype" expected "float16" or "bfloat16", got undefined';
    expectError(() => (pack16 as unknown as (x: number[]) => unknown)([1]), TypeError, message);
    const hint = 'Uint16Array (bits of floats? say which: dtype "float16" or "bfloat16")';
    expectError(
      () => unpack16(new Uint16Array(2)),
      TypeError,
      `unpack16: "x" expected a Uint16Array or a Float16Array, got ${hint}`,
    );
  });

  it("refuses what has no 16 bits, by name", () => {
    const bits = new Uint16Array(4);
    const { softmax, pack16, unpack16, alloc } = runtime;
    const hint = '(bits of floats? say which: dtype "float16" or "bfloat16")';
    expectError(
      () => softmax([1, 2, 3, 4], { out: bits }),
      TypeError,
      `softmax: "out" expected a Float32Array, got Uint16Array ${hint}`,
    );
    expectError(
      () => unpack16(bits, {}),
      TypeError,
      `unpack16: "x" expected a Uint16Array or a Float16Array, got Uint16Array ${hint}`,
    );
    expectError(
      () => unpack16([1, 2] as never, { dtype: "float16" }),
      TypeError,
      'unpack16: "x" expected a Uint16Array or a Float16Array, got Array',
    );
    expectError(
      () => unpack16(new Float32Array(4) as never, { dtype: "float16" }),
      TypeError,
      'unpack16: "x" expected a Uint16Array or a Float16Array, got Float32Array',
    );
    expectError(
      () => unpack16(bits, { dtype: "float16", out: new Uint16Array(4) as never }),
      TypeError,
      'unpack16: "out" expected a Float32Array, got Uint16Array',
    );
    expectError(
      () => unpack16(bits, { dtype: "float16", out: new Float32Array(3) }),
      RangeError,
      'unpack16: "out" expected length 4 (as x), got 3',
    );
    expectError(() => pack16([1], {}), TypeError, 'pack16: "dtype" expected "float16" or "bfloat16", got undefined');
    expectError(
      () => pack16(bits, { dtype: "float16" }),
      TypeError,
      'pack16: "x" expected numbers, got Uint16Array (unpack16 takes bits)',
    );
    expectError(
      () => pack16([1], { dtype: "float16", out: new Float32Array(1) as never }),
      TypeError,
      'pack16: "out" expected a Uint16Array or a Float16Array, got Float32Array',
    );
    expectError(
      () => pack16([1], { dtype: "float16", out: null as never }),
      TypeError,
      'pack16: "out" expected a Uint16Array or a Float16Array, got null',
    );
    expectError(
      () => pack16([1], { out: bits }),
      TypeError,
      `pack16: "out" expected a Uint16Array or a Float16Array, got Uint16Array ${hint}`,
    );
    expectError(
      () => pack16([1], { dtype: "float16", out: bits }),
      RangeError,
      'pack16: "out" expected length 1 (as x), got 4',
    );
    expectError(
      () => alloc(4, "float32" as never),
      RangeError,
      'alloc: "dtype" expected "float16" or "bfloat16", got "float32"',
    );
    const x = new Float32Array(4);
    const over = new Uint16Array(x.buffer, 0, 4);
    expectError(
      () => softmax(x, { out: over, dtype: "float16" }),
      RangeError,
      `softmax: "out" expected memory apart from x's, got bytes 0 to 8 of the buffer where x has 0 to 16`,
    );
    expectError(
      () => pack16(x, { out: over, dtype: "float16" }),
      RangeError,
      `pack16: "out" expected memory apart from x's, got bytes 0 to 8 of the buffer where x has 0 to 16`,
    );
    expectError(
      () => softmax(over.subarray(0, 3), { out: over.subarray(1), dtype: "float16" }),
      RangeError,
      `softmax: "out" expected memory apart from x's (or exactly x's), got bytes 2 to 8 of the buffer where x has 0 to 6`,
    );
  });
});

/** pack16 and unpack16, fuzzed. */
import fc from "fast-check";
import { RANGES } from "../../judge/cases";
import { DTYPES, nearest } from "../../judge/half16";
import { type ArraySpec, input, output, type Type } from "./arrays";
import type { CallSpec, Fuzzed } from "./calls";
import { formatOf, isDtype, isFloats, meet, numbersOf, returned, widened } from "./valid";

const lengths = fc.oneof(
  { weight: 12, arbitrary: fc.nat(40) },
  { weight: 6, arbitrary: fc.nat(300) },
  { weight: 3, arbitrary: fc.integer({ min: 4090, max: 4100 }) },
  { weight: 1, arbitrary: fc.nat(40_000) },
);
const dtypes = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...DTYPES) }, fc.constantFrom(undefined, "float32"));

const asType = (spec: ArraySpec, type: Type, dtype: string | undefined): ArraySpec => ({
  ...spec,
  type,
  ...(type === "u16" && { format: dtype === "bfloat16" ? "bfloat16" : "float16" }),
  ...(type === "f16" && { format: "float16" }),
});

const fills = [...Object.keys(RANGES), "all of 16 bits", "normal"];
const specials = [Number.NaN, Infinity, -Infinity, -0, 65519.99, 65520, 2 ** -25, 1.5 * 2 ** -24, 3.4e38, 1 + 2 ** -11];

/** @param xs  types of x; @param outs  types of out */
const calls = (xs: readonly Type[], outs: readonly Type[], lists: boolean): fc.Arbitrary<CallSpec> =>
  lengths
    .chain((n) =>
      fc.record({
        x: input(n, { fills, specials, lists }),
        out: output(n, "f32", ["x"]),
        xType: fc.constantFrom(...xs),
        outType: fc.constantFrom(...outs),
        dtype: dtypes,
      }),
    )
    .map(({ x, out, xType, outType, dtype }) => ({
      arrays: { x: asType(x, xType, dtype), out: out && asType(out, outType, dtype) },
      options: dtype === undefined ? {} : { dtype },
    }));

export const pack16: Fuzzed = {
  name: "pack16",
  positional: ["x"],
  options: ["dtype", "out"],
  calls: calls(["f32", "f32", "f32", "f16"], ["u16", "u16", "f16", "f32"], true),
  expect: ({ x, dtype, out }, given) => {
    const numbers = numbersOf(x, given);
    if (numbers === undefined || !isDtype(dtype)) return undefined;
    if (out === undefined && dtype === undefined) return undefined;
    if (out !== undefined) {
      if (formatOf(out, dtype) === undefined || !isFloats(out, numbers.length, dtype, given)) return undefined;
      if (meet(out, x)) return undefined;
    }
    const want = Array.from(numbers);
    return {
      outputs: out === undefined ? [] : [out as ArrayBufferView],
      failure: (result) => {
        if (out !== undefined && result !== out) return "returns another array than out";
        const format = formatOf(result, dtype);
        if (format === undefined) return `returns ${String(result)}`;
        if ((result as Uint16Array).length !== want.length) return `gives ${(result as Uint16Array).length} numbers`;
        const { buffer, byteOffset, length } = result as Uint16Array;
        const bits = new Uint16Array(buffer, byteOffset, length);
        const wrong = want.findIndex((value, i) => bits[i] !== nearest(value, format));
        return wrong < 0 ? undefined : `gives the bits ${bits[wrong]} for ${want[wrong]} at ${wrong}`;
      },
    };
  },
};

export const unpack16: Fuzzed = {
  name: "unpack16",
  positional: ["x"],
  options: ["dtype", "out"],
  calls: calls(["u16", "u16", "u16", "f16", "f32"], ["f32", "f32", "f32", "f32", "u16"], false),
  expect: ({ x, dtype, out }, given) => {
    const numbers = numbersOf(x, given, dtype);
    if (numbers === undefined || formatOf(x, dtype) === undefined) return undefined;
    if (out !== undefined) {
      if (formatOf(out, "float16") !== undefined || !isFloats(out, numbers.length, dtype, given)) return undefined;
      if (meet(out, x)) return undefined;
    }
    return {
      outputs: out === undefined ? [] : [out as ArrayBufferView],
      failure: (result) => {
        const fault = returned(result, out);
        if (fault !== undefined) return fault;
        const y = widened(result, dtype);
        if (y.length !== numbers.length) return `gives ${y.length} numbers`;
        const wrong = y.findIndex((v, i) => !Object.is(v, numbers[i]));
        return wrong < 0 ? undefined : `gives ${y[wrong]} instead of ${numbers[wrong]} at ${wrong}`;
      },
    };
  },
};

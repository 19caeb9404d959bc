/** Calls whose floats have 16 bits: some of the arrays that may, in a Uint16Array that the options' dtype explains, or a Float16Array. */
import fc from "fast-check";
import type { Dtype } from "../../../src/index";
import { DTYPES, NativeHalves } from "../../judge/half16";
import { type ArraySpec, bitsFor, LISTS } from "./arrays";
import type { CallSpec } from "./calls";

type As = "f32" | "u16" | "f16";

interface Halving {
  readonly dtype: Dtype;
  /** What the options say, nothing or no format a few times. */
  readonly says: unknown;
  /** The types of the arrays, in order, and of bias.values. */
  readonly as: readonly As[];
  readonly values: As;
  /** Whether the numbers are of 16 bits, all over their range. */
  readonly whole: boolean;
}

/** Arrays of a call that may have 16 bits, at most: those of attention. */
const MOST_NAMES = 5;

const as = fc.constantFrom<As>("u16", "u16", "u16", "f16", "f32");
const halving: fc.Arbitrary<Halving> = fc.constantFrom(...DTYPES).chain((dtype) =>
  fc.record({
    dtype: fc.constant(dtype),
    says: fc.oneof(
      { weight: 40, arbitrary: fc.constant(dtype) },
      fc.constantFrom(undefined, undefined, ...DTYPES, "float32", 16),
    ),
    as: fc.array(as, { minLength: MOST_NAMES, maxLength: MOST_NAMES }),
    values: as,
    whole: fc.boolean(),
  }),
);

/** An array in the place of one of float32s. One that lies in another's memory comes to lie half as far off. */
function halfSpec(spec: ArraySpec, type: As, { dtype, whole }: Halving): ArraySpec {
  if (type === "f32" || (LISTS as readonly string[]).includes(spec.memory)) return spec;
  const { alias } = spec;
  return {
    ...spec,
    type,
    format: type === "f16" ? "float16" : dtype,
    fill: whole && spec.fill !== "zeros" ? "all of 16 bits" : spec.fill,
    ...(alias && { alias: { ...alias, bytes: alias.bytes / 2 } }),
  };
}

interface Values {
  readonly values: ArrayLike<number>;
}
const hasValues = (value: unknown): value is Values => typeof value === "object" && value !== null && "values" in value;

/** bias with values of 16 bits: that of all rows, or each of a list. */
function halfBias(bias: unknown, type: As, halves: Halving): unknown {
  if (Array.isArray(bias)) return bias.map((one) => halfBias(one, type, halves));
  if (type === "f32" || !hasValues(bias)) return bias;
  const bits = Uint16Array.from(bitsFor(bias.values, type === "f16" ? "float16" : halves.dtype, 1));
  return { ...bias, values: type === "f16" && NativeHalves ? new NativeHalves(bits.buffer) : bits };
}

function halve({ arrays, options }: CallSpec, names: readonly string[], halves: Halving): CallSpec {
  const made = names.map((name, i) => [name, arrays[name] && halfSpec(arrays[name], halves.as[i], halves)]);
  const more: Record<string, unknown> = {};
  if (halves.says !== undefined) more.dtype = halves.says;
  if ("bias" in options) more.bias = halfBias(options.bias, halves.values, halves);
  return { arrays: { ...arrays, ...Object.fromEntries(made) }, options: { ...options, ...more } };
}

/**
 * @param names  the arrays of the calls that may have 16 bits; values of a bias may too
 * @param whole  whether any number of 16 bits may stand in them, or only what the calls have there
 */
export function halved(names: readonly string[], calls: fc.Arbitrary<CallSpec>, whole = true): fc.Arbitrary<CallSpec> {
  const some = fc
    .tuple(calls, halving)
    .map(([call, halves]) => halve(call, names, { ...halves, whole: whole && halves.whole }));
  return fc.oneof({ weight: 3, arbitrary: calls }, { weight: 2, arbitrary: some });
}

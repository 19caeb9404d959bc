/** softmax, logSoftmax, logSumExp, entropy, hardmax, sparsemax, entmax15 and entmax, fuzzed. */
import fc from "fast-check";
import { denominatorBound, entropyBound, logSoftmaxBound, logSumExpBound } from "../../judge/bounds.mjs";
import { type Case, reference, rowsOf, softmaxTolerance, worst } from "../../judge/reference";
import { entmaxReference } from "../../judge/sparseReference";
import { flags, input, output } from "./arrays";
import type { Args, CallSpec, Expectation, Fuzzed, Given } from "./calls";
import { halved } from "./halves";
import {
  formatOf,
  isArray,
  isFloats,
  isInteger,
  meet,
  numbersOf,
  partly,
  returned,
  tooClose,
  widened,
  wrongValues,
} from "./valid";

const MOST_FLOATS = 40_000;

const size = fc.oneof(
  { weight: 60, arbitrary: fc.nat(40) },
  { weight: 24, arbitrary: fc.nat(300) },
  { weight: 5, arbitrary: fc.nat(6000) },
  { weight: 1, arbitrary: fc.nat(MOST_FLOATS) },
);
const few = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 6 }) }, { weight: 1, arbitrary: fc.nat(30) }),
  {
    maxLength: 2,
  },
);

/** A shape and which of its axes, as options say it. */
const shapes = fc.tuple(few, size, few, fc.boolean(), fc.boolean()).map(([before, along, after, named, negative]) => {
  const others = [...before, ...after].reduce((a, b) => a * b, 1);
  const axis = Math.min(along, Math.floor(MOST_FLOATS / Math.max(1, others)));
  const shape = [...before, axis, ...after];
  const at = negative ? before.length - shape.length : before.length;
  const options: { shape?: number[]; axis?: number } = {};
  if (shape.length > 1 || named) options.shape = shape;
  if (after.length > 0 || named) options.axis = at;
  return { shape, at: before.length, options };
});

const present = (options: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const TEMPERATURES = [1, 0.7, 0.01, 3, 0, -0, 1e10, 2 ** 120, 2 ** 125, 1e300, 1e-30, 4.3e-39, 1e-39, 5e-324];

/** The options that all functions along an axis have, mask and temperature included. */
const calls = (
  reduces: boolean,
  withSupport = false,
  more: fc.Arbitrary<Record<string, unknown>> = fc.constant({}),
): fc.Arbitrary<CallSpec> =>
  halved(
    ["x", "out"],
    shapes.chain(({ shape, at, options }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const rows = shape.reduce((a, b, i) => (i === at ? a : a * b), 1);
      return fc
        .record({
          x: input(length, { lists: true }),
          mask: fc.oneof(
            { weight: 2, arbitrary: fc.constant(undefined) },
            { weight: 1, arbitrary: flags(length) },
            { weight: 1, arbitrary: flags(shape[at]) },
          ),
          out: output(reduces ? rows : length, "f32", ["x", "mask"]),
          support: withSupport ? output(rows, "u32", ["x", "out", "mask"]) : fc.constant(undefined),
          temperature: fc.oneof(fc.constant(undefined), fc.constantFrom(...TEMPERATURES)),
          options: more,
        })
        .map(({ temperature, options: others, ...arrays }) => ({
          arrays,
          options: present({ ...options, ...others, temperature }),
        }));
    }),
  );

/** The arguments that they all have, judged; undefined where one must be refused. */
function caseOf(
  { x, shape, axis, out, temperature = 1, mask, dtype }: Args,
  given: Given,
  reduces: boolean,
): (Case & { outLength: number; temperature: number }) | undefined {
  const values = numbersOf(x, given, dtype);
  if (values === undefined) return undefined;
  const sizes = shape === undefined ? [values.length] : shape;
  if (!Array.isArray(sizes) || sizes.length === 0 || !Array.from(sizes).every((n) => isInteger(n, 0))) return undefined;
  const along = axis === undefined ? -1 : axis;
  if (!isInteger(along, -sizes.length) || along >= sizes.length) return undefined;
  if (sizes.reduce((a, b) => a * b, 1) !== values.length) return undefined;
  const at = along < 0 ? along + sizes.length : along;
  const outLength = sizes.reduce((a, b, i) => (reduces && i === at ? a : a * b), 1);
  if (outLength > 2 ** 33) return undefined; // no host has memory for it
  if (typeof temperature !== "number" || !(temperature >= 0 && temperature < Infinity)) return undefined;
  if (out !== undefined && (!isFloats(out, outLength, dtype, given) || partly(out, x))) return undefined;
  if (mask !== undefined && (!isArray(mask, "u8", [values.length, sizes[at]], given) || meet(out, mask))) {
    return undefined;
  }
  const flags = (mask as Uint8Array | undefined)?.slice();
  return { x: values, shape: sizes, axis: along, outLength, temperature, mask: flags };
}

/** Per position of x: Σ p·|x - max|/T of its row, for what the row's own sum can add to an error. */
function means(c: Case, at: ReturnType<typeof reference>["at"]): { of: number[]; rows: number[] } {
  const of: number[] = new Array(c.x.length).fill(0);
  const rows = rowsOf(c).map(({ indices }) => {
    const mean = indices.reduce((sum, i) => {
      const { softmax, d } = at[i];
      return softmax > 0 && Number.isFinite(d) ? sum + softmax * Math.abs(d) : sum;
    }, 0);
    for (const i of indices) of[i] = mean;
    return mean;
  });
  return { of, rows };
}

const float32 = (v: number): number => (Number.isFinite(Math.fround(v)) ? v : Math.fround(v));

type Judge = (c: Case) => { want: number[]; tolerance: (i: number) => number };

/** At temperature 0 they are their limits: hardmax, its logarithm, ±Infinity or how often 0 is the maximum, and its entropy. */
const JUDGES: Record<"softmax" | "logSoftmax" | "logSumExp" | "entropy" | "hardmax", Judge> = {
  softmax: (c) => {
    const { at } = reference(c);
    if (c.temperature === 0) return JUDGES.hardmax(c);
    const within = softmaxTolerance(at);
    const { of } = means(c, at);
    const tolerance = (i: number) => within(i) + (at[i].softmax > 0 ? at[i].softmax * denominatorBound(of[i]) : 0);
    return { want: at.map((r) => r.softmax), tolerance };
  },
  logSoftmax: (c) => {
    const { at } = reference(c);
    if (c.temperature === 0) return { want: at.map((r) => Math.log(r.hardmax)), tolerance: () => 0 };
    const want = at.map((r) => float32(r.logSoftmax));
    const { of } = means(c, at);
    return { want, tolerance: (i) => logSoftmaxBound(want[i]) + denominatorBound(of[i]) };
  },
  logSumExp: (c) => {
    if (c.temperature === 0) {
      const want = rowsOf(c).map(({ values, taken }) => {
        const part = values.filter((_, j) => taken[j]);
        const m = part.reduce((a, b) => (a !== a || b !== b ? Number.NaN : Math.max(a, b)), -Infinity);
        return m === 0 ? Math.log(part.filter((v) => v === 0).length) : m * Infinity;
      });
      return { want, tolerance: (i) => logSumExpBound(want[i]) };
    }
    const { at, logSumExp } = reference(c);
    const want = logSumExp.map(float32);
    const { rows } = means(c, at);
    return { want, tolerance: (i) => logSumExpBound(want[i]) + denominatorBound(rows[i]) };
  },
  entropy: (c) => {
    if (c.temperature === 0) {
      const want = rowsOf(c).map(({ values, taken }) => (values.some((v, j) => taken[j] && v !== v) ? Number.NaN : 0));
      return { want, tolerance: () => 0 };
    }
    const { at, entropy } = reference(c);
    const lengths = rowsOf(c).map(({ indices }) => indices.length);
    const { rows } = means(c, at);
    return { want: entropy, tolerance: (i) => entropyBound(lengths[i]) + denominatorBound(rows[i]) };
  },
  hardmax: (c) => ({ want: reference(c).at.map((r) => r.hardmax), tolerance: () => 0 }),
};

/** Those whose result has no axis: a number without options. */
const REDUCE: readonly (keyof typeof JUDGES)[] = ["logSumExp", "entropy"];

const expecting =
  (name: keyof typeof JUDGES) =>
  (args: Args, given: Given): Expectation => {
    const reduces = REDUCE.includes(name);
    const c = caseOf(args, given, reduces);
    if (c === undefined) return undefined;
    const { out, dtype } = args;
    const { want, tolerance } = JUDGES[name](c);
    return {
      outputs: out === undefined ? [] : [out as Float32Array],
      failure: (result) => {
        if (name !== "hardmax" && tooClose(c.x, c.temperature)) return undefined;
        if (reduces && !given.options) return worst([result as number], want, tolerance, "the number");
        return returned(result, out) ?? wrongValues(result, dtype, want, tolerance);
      },
    };
  };

const OPTIONS = ["shape", "axis", "temperature", "mask", "out", "dtype"];
const of = (name: keyof typeof JUDGES): Fuzzed => ({
  name,
  positional: ["x"],
  options: OPTIONS,
  calls: calls(REDUCE.includes(name)),
  expect: expecting(name),
});

export const softmax = of("softmax");
export const logSoftmax = of("logSoftmax");
export const logSumExp = of("logSumExp");
export const entropy = of("entropy");
export const hardmax = of("hardmax");

/** sparsemax or entmax of a case by definition, mask and temperature included. */
function sparseWant(c: Case & { temperature: number }, alpha: number): ReturnType<Judge> {
  if (c.temperature === 0) return JUDGES.hardmax(c);
  if (alpha === 1) return JUDGES.softmax(c);
  const want = entmaxReference(c, alpha);
  return { want, tolerance: () => 1e-6 };
}

/** sparsemax, entmax15, and entmax, whose alpha is an option. */
export const sparse = (name: "sparsemax" | "entmax15" | "entmax", alphas: fc.Arbitrary<number>): Fuzzed => ({
  name,
  positional: ["x"],
  options: [...OPTIONS, "support", ...(name === "entmax" ? ["alpha"] : [])],
  calls: calls(false, true, name === "entmax" ? fc.record({ alpha: alphas }) : undefined),
  expect: (args, given) => {
    const { x, out, support, mask, dtype } = args;
    const alpha = name === "sparsemax" ? 2 : name === "entmax15" ? 1.5 : args.alpha;
    if (typeof alpha !== "number" || !(alpha >= 1 && alpha < Infinity)) return undefined;
    const c = caseOf(args, given, false);
    if (c === undefined) return undefined;
    const rows = rowsOf(c);
    if (support !== undefined) {
      if (!isArray(support, "u32", [rows.length], given)) return undefined;
      if ([x, out, mask].some((other) => meet(support, other))) return undefined;
    }
    const { want, tolerance } = sparseWant(c, alpha);
    return {
      outputs: [out, support].filter((view): view is ArrayBufferView => view !== undefined),
      failure: (result) => {
        if (alpha <= 2 && c.temperature > 0 && tooClose(c.x, c.temperature)) return undefined; // above, T divides nothing
        const fault = returned(result, out) ?? wrongValues(result, dtype, want, tolerance);
        if (fault !== undefined || support === undefined) return fault;
        const y = widened(result, dtype);
        const sizes = rows.map(({ indices }) => indices.filter((i) => y[i] !== 0).length);
        // what is less than half of the smallest float16 is there, and rounded to 0
        const small = formatOf(result, dtype) === "float16" ? 2 ** -25 : 0;
        const more = rows.map(({ indices }) => indices.filter((i) => y[i] === 0 && want[i] - 1e-6 <= small).length);
        return worst(support as Uint32Array, sizes, (r) => (small > 0 ? more[r] : 0), "support");
      },
    };
  },
});

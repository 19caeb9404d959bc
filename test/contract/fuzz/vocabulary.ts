/** topK and sample, fuzzed. */
import fc from "fast-check";
import type { SampleResult, TopKResult } from "../../../src/index";
import { denominatorBound, logSoftmaxBound, softmaxBound } from "../../judge/bounds.mjs";
import { allowed, ordered, truncated } from "../../judge/vocabularyReference.mjs";
import { type ArraySpec, input, type Type } from "./arrays";
import type { Args, CallSpec, Fuzzed, Given } from "./calls";
import { isArray, numbersOf, tooClose } from "./valid";

const tokens = fc.oneof(
  { weight: 12, arbitrary: fc.nat(40) },
  { weight: 6, arbitrary: fc.nat(300) },
  { weight: 2, arbitrary: fc.nat(6000) },
  { weight: 1, arbitrary: fc.nat(40_000) },
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const TEMPERATURES = [1, 0.7, 0.01, 3, 0, -0, 1e10, 2 ** 120, 2 ** 125, 1e300, 1e-30, 4.3e-39, 1e-39, 5e-324];
const RANDOM = [() => 0, () => 0.3, () => 0.999, () => 1 - 2 ** -53];

/** A grammar's mask: bits in words of either sign, or a byte a token; of the vocabulary, or of a smaller or larger one. */
const grammars = (n: number): fc.Arbitrary<ArraySpec> => {
  const words = Math.ceil(n / 32);
  const kinds = fc.constantFrom<[Type, number, readonly number[]]>(
    ["u32", words, [2 ** 32 - 1, 2 ** 31, 0]],
    ["i32", words, [-1, -(2 ** 31), 0]],
    ["u8", n, [1, 255, 0]],
  );
  const lengths = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -9, max: 9 }) },
    { weight: 1, arbitrary: fc.integer({ min: -n, max: 2 * n }) },
  );
  return fc
    .tuple(kinds, lengths)
    .chain(([[type, length, specials], more]) =>
      input(Math.max(0, length + more), { type, fills: type === "u8" ? ["flags"] : ["flags", "words"], specials }),
    );
};

const calls = (more: (n: number) => fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<CallSpec> =>
  tokens.chain((n) =>
    fc
      .record({
        logits: input(n, { lists: true }),
        mask: maybe(grammars(n)),
        options: more(n),
      })
      .map(({ options, ...arrays }) => ({
        arrays,
        options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
      })),
  );

interface Judged {
  x: Float32Array;
  mask: Uint32Array | undefined;
  temperature: number;
  order: Uint32Array;
}

/** A mask of any kind as bits; what is missing at its end is not allowed. Undefined where it must be refused. */
function bitsOf(mask: unknown, n: number, given: Given): Uint32Array | undefined {
  const bytes = isArray(mask, "u8", undefined, given);
  if (!bytes && !isArray(mask, "u32", undefined, given) && !isArray(mask, "i32", undefined, given)) return undefined;
  const said = mask as Uint8Array | Uint32Array | Int32Array;
  const bits = new Uint32Array(Math.ceil(n / 32));
  if (!bytes) bits.set(said.subarray(0, bits.length));
  else for (let i = 0; i < Math.min(n, said.length); i++) if (said[i] !== 0) bits[i >> 5] |= 1 << (i & 31);
  return bits;
}

/** The arguments that both have, judged; undefined where one must be refused. */
function judged({ logits, temperature = 1, mask }: Args, given: Given): Judged | undefined {
  if (typeof temperature !== "number" || !(temperature >= 0 && temperature < Infinity)) return undefined;
  const x = numbersOf(logits, given);
  if (x === undefined || x.length === 0) return undefined;
  const bits = mask === undefined ? undefined : bitsOf(mask, x.length, given);
  if (mask !== undefined && bits === undefined) return undefined;
  if (x.some((v, i) => Number.isNaN(v) && allowed(bits, i))) return undefined;
  const order = ordered(x, bits);
  if (order.length === 0 || x[order[0]] === -Infinity) return undefined;
  return { x, mask: bits, temperature, order };
}

const isCount = (k: unknown): k is number => Number.isInteger(k) && (k as number) >= 1;
const off = (got: number, want: number, bound: number): boolean => !(got === want || Math.abs(got - want) <= bound);

export const topK: Fuzzed = {
  name: "topK",
  positional: ["logits", "k"],
  options: ["temperature", "mask"],
  calls: calls((n) =>
    fc.record({
      k: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: n + 5 })),
      temperature: maybe(fc.constantFrom(...TEMPERATURES)),
    }),
  ),
  expect: (args, given) => {
    const { k } = args;
    if (!isCount(k)) return undefined;
    const good = judged(args, given);
    if (good === undefined) return undefined;
    const { x, mask, temperature, order } = good;
    return {
      outputs: [],
      failure: (result) => {
        if (tooClose(x, temperature)) return undefined;
        const { indices, logProbs } = result as TopKResult;
        const want = order.subarray(0, k);
        if (indices.length !== want.length) return `lists ${indices.length} tokens instead of ${want.length}`;
        const m = x[order[0]];
        const certain = temperature === 0 || m === Infinity;
        const { logS, mean } = truncated({ x, mask, temperature: certain ? 1 : temperature }, order);
        for (const [j, i] of want.entries()) {
          if (indices[j] !== i) return `place ${j} has token ${indices[j]} instead of ${i}`;
          const y = certain ? (j === 0 ? 0 : -Infinity) : Math.fround((x[i] - m) / temperature - logS);
          const bound = logSoftmaxBound(y) + denominatorBound(mean);
          if (off(logProbs[j], y, certain ? 0 : bound)) return `token ${i} has ${logProbs[j]} instead of ${y}`;
        }
        return undefined;
      },
    };
  },
};

const share = (value: unknown, zero: boolean): boolean =>
  value === undefined || (typeof value === "number" && (value > 0 || (zero && value === 0)) && value <= 1);

export const sample: Fuzzed = {
  name: "sample",
  positional: ["logits"],
  options: ["temperature", "topK", "topP", "minP", "mask", "random"],
  calls: calls((n) =>
    fc.record({
      temperature: maybe(fc.constantFrom(...TEMPERATURES)),
      topK: maybe(fc.integer({ min: 1, max: n + 5 })),
      topP: maybe(fc.oneof(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.constantFrom(1e-9, 0.5, 0.95))),
      minP: maybe(fc.constantFrom(0, 1e-6, 0.1, 1)),
      random: maybe(fc.constantFrom(...RANDOM)),
    }),
  ),
  expect: (args, given) => {
    const { topK: k, topP, minP, random } = args;
    if (k !== undefined && !isCount(k)) return undefined;
    if (!share(topP, false) || !share(minP, true)) return undefined;
    if (random !== undefined && typeof random !== "function") return undefined;
    const u: unknown = random?.();
    if (random !== undefined && !(typeof u === "number" && u >= 0 && u < 1)) return undefined;
    const good = judged(args, given);
    if (good === undefined) return undefined;
    const { x, mask, temperature, order } = good;
    return {
      outputs: [],
      failure: (result) => {
        if (tooClose(x, temperature)) return undefined;
        const { index, prob, logProb } = result as SampleResult;
        const m = x[order[0]];
        if (temperature === 0 || m === Infinity) {
          const same = index === order[0] && prob === 1 && logProb === 0;
          return same ? undefined : `draws ${index} (${prob}, ${logProb}) instead of the first maximum, ${order[0]}`;
        }
        /** Judges the result, if truncation leaves these tokens. @returns the first fault in words, or undefined */
        const wrong = ({ kept, probs, logS, mean }: ReturnType<typeof truncated>): string | undefined => {
          const place = kept.indexOf(index);
          if (place < 0) return `draws ${index}, which is not kept`;
          const p = probs[place];
          const d = (x[index] - m) / temperature;
          const slack = softmaxBound(d) + softmaxBound(0) + 2 * denominatorBound(mean);
          if (off(prob, p, p * slack + 2 ** -126)) return `token ${index} has ${prob} instead of ${p}`;
          const y = d - logS;
          if (off(logProb, y, logSoftmaxBound(y) + denominatorBound(mean)))
            return `its logarithm is ${logProb}, not ${y}`;
          if (typeof u !== "number") return undefined;
          let before = 0;
          kept.forEach((token, j) => {
            if (token < index) before += probs[j];
          });
          const spans = u >= before - 2e-6 && u <= before + p + 2e-6;
          return spans ? undefined : `draws ${index} at ${u}, which spans ${before} to ${before + p}`;
        };
        // a sum within its own rounding of topP may be taken for less than it or for more
        const shares =
          topP === undefined ? [1] : [1, 1 - 1e-15, 1 + 1e-15].map((by) => Math.min(1, (topP as number) * by));
        const failures = shares.map((share) =>
          wrong(truncated({ x, mask, temperature, topK: k as number, topP: share, minP: minP as number }, order)),
        );
        return failures.includes(undefined) ? undefined : failures[0];
      },
    };
  },
};

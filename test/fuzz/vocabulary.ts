/** topK and sample, fuzzed. */
import fc from "fast-check";
import type { SampleResult, TopKResult } from "../../src/index";
import { denominatorBound, logSoftmaxBound, softmaxBound } from "../reference";
import { allowed, ordered, truncated } from "../vocabularyReference";
import { input } from "./arrays";
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
const TEMPERATURES = [1, 0.7, 0.01, 3, 0, -0, 1e10, 1e30, 1e300, 1e-30];
const RANDOM = [() => 0, () => 0.3, () => 0.999, () => 1 - 2 ** -53];

const calls = (more: (n: number) => fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<CallSpec> =>
  tokens.chain((n) =>
    fc
      .record({
        logits: input(n, { lists: true }),
        mask: maybe(input(Math.ceil(n / 32), { type: "u32", fills: ["flags"], specials: [2 ** 32 - 1, 2 ** 31, 0] })),
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

/** The arguments that both have, judged; undefined where one must be refused. */
function judged({ logits, temperature = 1, mask }: Args, given: Given): Judged | undefined {
  if (typeof temperature !== "number" || !(temperature >= 0 && temperature < Infinity)) return undefined;
  const x = numbersOf(logits, given);
  if (x === undefined || x.length === 0) return undefined;
  if (mask !== undefined && !isArray(mask, "u32", [Math.ceil(x.length / 32)], given)) return undefined;
  const bits = mask === undefined ? undefined : (mask as Uint32Array).slice();
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
        const options = { topK: k as number, topP: topP as number, minP: minP as number };
        const { kept, probs, logS, mean } = truncated({ x, mask, temperature, ...options }, order);
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
      },
    };
  },
};

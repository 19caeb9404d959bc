/** topK, sample, truncate and logProbs, fuzzed. */
import fc from "fast-check";
import type { Dtype, SampleResult, SampleRows, TopKResult, TopKRows, TruncateResult } from "../../../src/index";
import { denominatorBound, logSoftmaxBound, softmaxBound } from "../../judge/bounds.mjs";
import { isRounded } from "../../judge/half16";
import { allowed, truncated } from "../../judge/vocabularyReference.mjs";
import type { Args, Fuzzed } from "./calls";
import { formatOf, isFloats, isInteger, meet, returned, tooClose, widened } from "./valid";
import { asked, calls, maybe, type Size } from "./vocabularyCalls";
import { judged, type Row, tokensOf } from "./vocabularyRows";

const TEMPERATURES = [1, 0.7, 0.01, 3, 0, -0, 1e10, 2 ** 120, 2 ** 125, 1e300, 1e-30, 4.3e-39, 1e-39, 5e-324];
const temperatures = maybe(fc.constantFrom(...TEMPERATURES));
export const RANDOM = [() => 0, () => 0.3, () => 0.999, () => 1 - 2 ** -53];
export const ROWS = ["shape", "mask", "bias", "penalties", "temperature", "dtype"];
export const LAW = ["topK", "topP", "minP", "minKeep", "temperatureLast"];

const isCount = (k: unknown): k is number => Number.isInteger(k) && (k as number) >= 1;
export const off = (got: number, want: number, bound: number): boolean =>
  !(got === want || Math.abs(got - want) <= bound);
const isCertain = ({ x, order }: Row, temperature: number): boolean => temperature === 0 || x[order[0]] === Infinity;

/** Judges rows one by one. @returns the first fault in words, or undefined */
function first(rows: readonly Row[], temperature: number, wrong: (row: Row, r: number) => string | undefined) {
  for (const [r, row] of rows.entries()) {
    const fault = tooClose(row.x, temperature) ? undefined : wrong(row, r);
    if (fault !== undefined) return rows.length === 1 ? fault : `row ${r} ${fault}`;
  }
  return undefined;
}

/**
 * Judges log-probabilities of given tokens of a row.
 *
 * @param format  of 16 bits, to which they were rounded, if they were
 * @returns the first fault in words, or undefined
 */
function wrongLogs(
  row: Row,
  temperature: number,
  tokens: ArrayLike<number>,
  got: ArrayLike<number>,
  format?: Dtype,
): string | undefined {
  const { x, mask, order } = row;
  const certain = isCertain(row, temperature);
  const { logS, mean } = truncated({ x, mask, temperature: certain ? 1 : temperature }, order);
  for (let j = 0; j < tokens.length; j++) {
    const token = tokens[j];
    let y = allowed(mask, token) ? Math.fround((x[token] - x[order[0]]) / temperature - logS) : -Infinity;
    if (certain) y = token === order[0] ? 0 : -Infinity;
    const bound = certain ? 0 : logSoftmaxBound(y) + denominatorBound(mean);
    const right = format === undefined ? !off(got[j], y, bound) : isRounded(got[j], y, bound, format);
    if (!right) return `token ${token} has ${got[j]} instead of ${y}`;
  }
  return undefined;
}

function wrongTop(row: Row, temperature: number, k: number, indices: Uint32Array, logs: Float32Array) {
  const want = row.order.subarray(0, k);
  if (indices.length !== want.length) return `lists ${indices.length} tokens instead of ${want.length}`;
  const j = want.findIndex((i, at) => indices[at] !== i);
  if (j >= 0) return `place ${j} has token ${indices[j]} instead of ${want[j]}`;
  return wrongLogs(row, temperature, want, logs);
}

export const topK: Fuzzed = {
  name: "topK",
  positional: ["logits", "k"],
  options: ROWS,
  calls: calls(({ n }) =>
    fc.record({
      k: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: n + 5 })),
      temperature: temperatures,
    }),
  ),
  expect: (args, given) => {
    const { k } = args;
    if (!isCount(k)) return undefined;
    const good = judged(args, given);
    if (good === undefined || good.rows.includes(undefined)) return undefined;
    const { n, shaped, temperature } = good;
    const rows = good.rows as Row[];
    const width = Math.min(k, n);
    return {
      outputs: [],
      failure: (result) => {
        const { indices, logProbs, logSumExp } = result as TopKResult | TopKRows;
        if (shaped !== ArrayBuffer.isView(logSumExp)) return `has a logSumExp of ${String(logSumExp)}`;
        if (shaped && indices.length !== rows.length * width) return `lists ${indices.length} tokens`;
        return first(rows, temperature, (row, r) => {
          if (!shaped) return wrongTop(row, temperature, k, indices, logProbs);
          const [from, to] = [r * width, r * width + Math.min(width, row.order.length)];
          const padded = indices.subarray(to, from + width).every((i) => i === 0xffffffff);
          if (!padded || logProbs.subarray(to, from + width).some((y) => y !== -Infinity)) return "is not padded";
          return wrongTop(row, temperature, k, indices.subarray(from, to), logProbs.subarray(from, to));
        });
      },
    };
  },
};

const share = (value: unknown, zero: boolean): boolean =>
  value === undefined || (typeof value === "number" && (value > 0 || (zero && value === 0)) && value <= 1);

export const laws = ({ n }: Size) => ({
  temperature: temperatures,
  topK: maybe(fc.integer({ min: 1, max: n + 5 })),
  topP: maybe(fc.oneof(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.constantFrom(1e-9, 0.5, 0.95))),
  minP: maybe(fc.constantFrom(0, 1e-6, 0.1, 1)),
  minKeep: maybe(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: n + 5 }))),
  temperatureLast: maybe(fc.boolean()),
});

export function isLaw({ topK: k, topP, minP, minKeep, temperatureLast: last }: Args): boolean {
  if ((k !== undefined && !isCount(k)) || (minKeep !== undefined && !isCount(minKeep))) return false;
  return share(topP, false) && share(minP, true) && (last === undefined || typeof last === "boolean");
}

/** What a law may leave of a row: a sum within its own rounding of topP may be taken for less than it or for more. */
function leftBy({ x, mask, order }: Row, temperature: number, args: Args): ReturnType<typeof truncated>[] {
  const {
    topK: k,
    topP,
    minP,
    minKeep,
    temperatureLast,
  } = args as Record<string, number> & { temperatureLast: boolean };
  const shares = topP === undefined ? [1] : [1, 1 - 1e-15, 1 + 1e-15].map((by) => Math.min(1, topP * by));
  return shares.map((share) =>
    truncated({ x, mask, temperature, topK: k, topP: share, minP, minKeep, temperatureLast }, order),
  );
}

export const slackOf = (d: number, mean: number): number =>
  softmaxBound(d) + softmaxBound(0) + 2 * denominatorBound(mean);

/** Judges a token drawn at u, if truncation leaves these. @returns the fault in words, or undefined */
function wrongDraw(
  { x, order }: Row,
  temperature: number,
  { kept, probs, logS, mean }: ReturnType<typeof truncated>,
  { index, prob, logProb }: SampleResult,
  u: unknown,
): string | undefined {
  const place = kept.indexOf(index);
  if (place < 0) return `draws ${index}, which is not kept`;
  const p = probs[place];
  const d = (x[index] - x[order[0]]) / temperature;
  if (off(prob, p, p * slackOf(d, mean) + 2 ** -126)) return `token ${index} has ${prob} instead of ${p}`;
  const y = d - logS;
  if (off(logProb, y, logSoftmaxBound(y) + denominatorBound(mean))) return `its logarithm is ${logProb}, not ${y}`;
  if (typeof u !== "number") return undefined;
  let before = 0;
  kept.forEach((token, j) => {
    if (token < index) before += probs[j];
  });
  const spans = u >= before - 2e-6 && u <= before + p + 2e-6;
  return spans ? undefined : `draws ${index} at ${u}, which spans ${before} to ${before + p}`;
}

/** The first fault, if every one of what truncation may have left has one. */
function ofAll<T>(lefts: readonly T[], wrong: (left: T) => string | undefined): string | undefined {
  const failures = lefts.map(wrong);
  return failures.includes(undefined) ? undefined : failures[0];
}

function wrongSample(row: Row, temperature: number, args: Args, got: SampleResult, u: unknown): string | undefined {
  if (!isCertain(row, temperature)) {
    return ofAll(leftBy(row, temperature, args), (left) => wrongDraw(row, temperature, left, got, u));
  }
  const { index, prob, logProb } = got;
  if (index === row.order[0] && prob === 1 && logProb === 0) return undefined;
  return `draws ${index} (${prob}, ${logProb}) instead of the first maximum, ${row.order[0]}`;
}

export const sample: Fuzzed = {
  name: "sample",
  positional: ["logits"],
  options: [...ROWS, ...LAW, "random"],
  calls: calls((size) => fc.record({ ...laws(size), random: maybe(fc.constantFrom(...RANDOM)) })),
  expect: (args, given) => {
    const { random } = args;
    if (!isLaw(args) || (random !== undefined && typeof random !== "function")) return undefined;
    const good = judged(args, given);
    if (good === undefined || good.rows.includes(undefined)) return undefined;
    const { shaped, temperature } = good;
    const rows = good.rows as Row[];
    const u: unknown = random?.();
    if (random !== undefined && rows.length > 0 && !(typeof u === "number" && u >= 0 && u < 1)) return undefined;
    return {
      outputs: [],
      failure: (result) => {
        if (!shaped)
          return first(rows, temperature, (row) => wrongSample(row, temperature, args, result as SampleResult, u));
        const { index, prob, logProb } = result as SampleRows;
        if (index.length !== rows.length) return `draws ${index.length} tokens`;
        return first(rows, temperature, (row, r) =>
          wrongSample(row, temperature, args, { index: index[r], prob: prob[r], logProb: logProb[r] }, u),
        );
      },
    };
  },
};

function wrongKept(
  { x, order }: Row,
  temperature: number,
  { kept, probs, mean }: ReturnType<typeof truncated>,
  { indices, probs: got }: TruncateResult,
): string | undefined {
  if (indices.length !== kept.length) return `keeps ${indices.length} tokens instead of ${kept.length}`;
  const places = [...kept.keys()].sort((a, b) => kept[a] - kept[b]);
  for (const [j, place] of places.entries()) {
    const token = kept[place];
    if (indices[j] !== token) return `place ${j} has token ${indices[j]} instead of ${token}`;
    const bound = probs[place] * slackOf((x[token] - x[order[0]]) / temperature, mean) + 2 ** -126;
    if (off(got[j], probs[place], bound)) return `token ${token} has ${got[j]} instead of ${probs[place]}`;
  }
  return undefined;
}

export const truncate: Fuzzed = {
  name: "truncate",
  positional: ["logits"],
  options: [...ROWS, ...LAW],
  calls: calls((size) => fc.record(laws(size))),
  expect: (args, given) => {
    const good = isLaw(args) ? judged(args, given) : undefined;
    if (good === undefined || good.rows.includes(undefined)) return undefined;
    const { shaped, temperature } = good;
    const rows = good.rows as Row[];
    return {
      outputs: [],
      failure: (result) => {
        if (shaped !== Array.isArray(result)) return `returns ${String(result)}`;
        const results = (shaped ? result : [result]) as TruncateResult[];
        if (results.length !== rows.length) return `returns ${results.length} rows`;
        return first(rows, temperature, (row, r) => {
          const certain = { kept: [row.order[0]], probs: [1], logS: 0, mean: 0 };
          const lefts = isCertain(row, temperature) ? [certain] : leftBy(row, temperature, args);
          return ofAll(lefts, (left) => wrongKept(row, temperature, left, results[r]));
        });
      },
    };
  },
};

export const logProbs: Fuzzed = {
  name: "logProbs",
  positional: ["logits", "tokens"],
  options: [...ROWS, "ignore", "out"],
  calls: calls(
    (size) => fc.tuple(asked(size), temperatures).map(([more, temperature]) => ({ ...more, temperature })),
    ["tokens", "out"],
  ),
  expect: (args, given) => {
    const { tokens, ignore, out, logits, dtype } = args;
    if (ignore !== undefined && typeof ignore !== "number") return undefined;
    const good = judged(args, given);
    if (good === undefined) return undefined;
    const { n, rows, temperature } = good;
    const ids = tokensOf(tokens, n, given, ignore);
    if (ids === undefined || !isInteger(rows.length === 0 ? -ids.length : ids.length / rows.length, 0))
      return undefined;
    const width = rows.length === 0 ? 0 : ids.length / rows.length;
    if (out !== undefined && !isFloats(out, ids.length, dtype, given)) return undefined;
    if ([logits, ...good.masks].some((read) => meet(out, read))) return undefined;
    const asked = rows.map((_, r) => ids.slice(r * width, (r + 1) * width));
    const read = rows.filter((_, r) => asked[r].some((id) => id !== ignore));
    if (read.includes(undefined)) return undefined;
    return {
      outputs: out === undefined ? [] : [out as Float32Array],
      failure: (result) => {
        const failure = returned(result, out);
        if (failure !== undefined) return failure;
        const y = widened(result, dtype);
        if (y.length !== ids.length) return `gives ${y.length} of ${ids.length}`;
        const zero = ids.findIndex((id, j) => id === ignore && y[j] !== 0);
        if (zero >= 0) return `gives ${y[zero]} where nothing is asked`;
        const which = [...rows.keys()].filter((r) => read.includes(rows[r]));
        return first(read as Row[], temperature, (row, at) => {
          const r = which[at];
          const places = [...asked[r].keys()].filter((j) => asked[r][j] !== ignore);
          return wrongLogs(
            row,
            temperature,
            places.map((j) => asked[r][j]),
            places.map((j) => y[r * width + j]),
            formatOf(result, dtype),
          );
        });
      },
    };
  },
};

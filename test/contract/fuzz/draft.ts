/** verifyDraft, fuzzed. */
import fc from "fast-check";
import type { VerifyDraftResult } from "../../../src/index";
import { denominatorBound, logSoftmaxBound } from "../../judge/bounds.mjs";
import { type DraftCase, type Verdict, verified } from "../../judge/draftReference.mjs";
import { input } from "./arrays";
import type { Args, CallSpec, Expectation, Fuzzed, Given } from "./calls";
import { halved } from "./halves";
import { formatOf, numbersOf, tooClose, widened } from "./valid";
import { isLaw, LAW, laws, off, RANDOM, ROWS, slackOf } from "./vocabulary";
import {
  biases,
  given as givenOf,
  listed,
  maybe,
  penalties,
  perRow,
  rowMask,
  token,
  vocabularies,
} from "./vocabularyCalls";
import { bitsOf, judged, partsOf, tokensOf, type Words } from "./vocabularyRows";

/** How close a number may come to where a decision changes before it is too close to call. */
const EDGE = 4e-6;

const drafts: fc.Arbitrary<CallSpec> = fc
  .tuple(vocabularies, fc.constantFrom(0, 1, 1, 2, 3), fc.boolean())
  .chain(([most, drafted, shaped]) => {
    const n = Math.min(Math.max(most, 1), 7000);
    const rows = drafted + 1;
    return fc.record({
      target: input(rows * n, { lists: true }),
      draft: fc.oneof(fc.constant(undefined), input(drafted * n), input(drafted * n), input(drafted * n + 1)),
      tokens: listed(fc.array(token(n), { minLength: drafted, maxLength: drafted })),
      shape: fc.constant(shaped ? [rows, n] : undefined),
      mask: perRow(rowMask(n), rows),
      bias: perRow(biases(n), rows),
      penalties: perRow(penalties(n), rows),
      law: fc.record(laws({ rows, n })),
      draftOptions: maybe(fc.record(laws({ rows, n })).map(givenOf)),
      random: fc.constantFrom(...RANDOM),
    });
  })
  .map(({ target, draft, law, draftOptions, ...options }) => ({
    arrays: { target, draft },
    options: givenOf({ ...options, ...law, draftOptions: draft === undefined ? undefined : draftOptions }),
  }));

/** draftOptions as they are; undefined where they must be refused. */
function draftLaw(value: unknown): Args | undefined {
  const parts = partsOf(value);
  if (parts === undefined || Object.keys(parts).some((name) => !["temperature", ...LAW].includes(name)))
    return undefined;
  const { temperature = 1 } = parts;
  const good = typeof temperature === "number" && temperature >= 0 && temperature < Infinity;
  return good && isLaw(parts) ? parts : undefined;
}

/** A bias, or each of a list, with its values as numbers. */
function plainBias(bias: unknown, dtype: unknown): unknown {
  if (Array.isArray(bias)) return Array.from(bias, (one) => plainBias(one, dtype));
  const parts = partsOf(bias);
  return formatOf(parts?.values, dtype) === undefined ? bias : { ...parts, values: widened(parts?.values, dtype) };
}

/** A call whose arguments are right: what the definition takes. */
function caseOf(args: Args, given: Given): DraftCase | undefined {
  const { target, tokens, shape, mask, draft, dtype } = args;
  if (!isLaw(args)) return undefined;
  const all = numbersOf(target, given, dtype);
  const ids = tokensOf(tokens, Infinity, given);
  if (all === undefined || all.length === 0 || ids === undefined) return undefined;
  const rows = ids.length + 1;
  const good = judged({ ...args, logits: target, shape: shape ?? [rows, all.length / rows] }, given);
  if (good === undefined || good.rows.length !== rows || ids.some((id) => id >= good.n)) return undefined;
  if (args.draftOptions !== undefined && (draft === undefined || draftLaw(args.draftOptions) === undefined)) {
    return undefined;
  }
  const drafted = draft === undefined ? undefined : numbersOf(draft, given, dtype);
  if (draft !== undefined && drafted?.length !== ids.length * good.n) return undefined;
  const bits = (one: unknown) => (one === undefined ? undefined : bitsOf(one as Words, good.n));
  const masks = Array.isArray(mask) ? Array.from(mask, bits) : bits(mask);
  const law = Object.fromEntries(["temperature", ...LAW].map((name) => [name, args[name]]));
  const { bias, penalties, draftOptions } = args as Record<string, never>;
  return {
    ...(givenOf(law) as object),
    target: all,
    tokens: ids,
    draft: drafted,
    draftOptions,
    mask: masks,
    bias: plainBias(bias, dtype) as never,
    penalties,
  };
}

/** The same with a share within its own rounding of topP, of the target and of the draft: it may be taken for less or for more. */
function* around(c: DraftCase): Generator<DraftCase> {
  const by = [1, 1 - 1e-15, 1 + 1e-15];
  const share = (topP: number | undefined, factor: number) => topP && Math.min(1, topP * factor);
  const { draftOptions } = c;
  for (const own of c.topP === undefined ? [1] : by) {
    for (const other of (draftOptions?.topP ?? c.topP) === undefined || c.draft === undefined ? [1] : by) {
      const topP = share(draftOptions?.topP ?? c.topP, other);
      yield { ...c, topP: share(c.topP, own), draftOptions: c.draft && { ...draftOptions, topP } };
    }
  }
}

function wrong(got: VerifyDraftResult, { accepted, index, prob, logProb, logProbs, p }: Verdict): string | undefined {
  if (got.accepted !== accepted) return `accepts ${got.accepted} instead of ${accepted}`;
  if (got.index !== index) return `draws ${got.index} instead of ${index}`;
  if (off(got.prob, prob, prob * slackOf(p.distanceOf(index), p.mean) + 2 ** -126)) return `${got.prob}, not ${prob}`;
  const bound = (y: number): number => logSoftmaxBound(y) + denominatorBound(Math.log(p.probs.length));
  if (off(got.logProb, logProb, bound(logProb))) return `has logarithm ${got.logProb} instead of ${logProb}`;
  const other = logProbs.findIndex((y, i) => off(got.logProbs[i], y, bound(y)));
  return other < 0 ? undefined : `accepts a token of ${got.logProbs[other]} instead of ${logProbs[other]}`;
}

/** What can be said of a result without its numbers. */
function impossible(got: VerifyDraftResult, c: DraftCase): string | undefined {
  const n = c.target.length / (c.tokens.length + 1);
  const { accepted, index, prob, logProb, logProbs } = got;
  if (!(accepted >= 0 && accepted <= c.tokens.length && logProbs.length === accepted)) return `accepts ${accepted}`;
  if (!(Number.isInteger(index) && index >= 0 && index < n)) return `draws ${index} of ${n}`;
  return prob >= 0 && prob <= 1 && logProb <= 1e-6 ? undefined : `gives ${prob} and ${logProb}`;
}

function expectation(args: Args, given: Given): Expectation {
  const { random } = args;
  if (random !== undefined && typeof random !== "function") return undefined;
  const c = caseOf(args, given);
  if (c === undefined) return undefined;
  const u: unknown = random?.();
  if (random !== undefined && !(typeof u === "number" && u >= 0 && u < 1)) return undefined;
  const cold = [c.temperature, c.draftOptions?.temperature].some((t) => tooClose(c.target, t ?? 1));
  const unknown = u === undefined || cold || (c.draft !== undefined && tooClose(c.draft, c.temperature ?? 1));
  const wanted = unknown ? [] : [...around(c)].map((one) => verified(one, () => u as number));
  const unsure =
    wanted.length === 0 || wanted.some(({ edge, refused }) => edge < EDGE || refused !== wanted[0].refused);
  if (!unsure && wanted[0].refused) return undefined;
  return {
    outputs: [],
    either: unsure,
    failure: (result) => {
      const got = result as VerifyDraftResult;
      const fault = impossible(got, c);
      if (fault !== undefined || unsure) return fault;
      const faults = (wanted as Verdict[]).map((want) => wrong(got, want));
      return faults.includes(undefined) ? undefined : faults[0];
    },
  };
}

export const verifyDraft: Fuzzed = {
  name: "verifyDraft",
  positional: ["target", "tokens"],
  options: [...ROWS, ...LAW, "random", "draft", "draftOptions"],
  calls: halved(["target", "draft"], drafts),
  expect: expectation,
};

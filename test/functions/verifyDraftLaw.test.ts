/**
 * The law of what verifyDraft gives is the target's, exactly: not drawn, but computed. Over every draft that could come, weighed by its
 * probability, and over every number that random could give: a result is the same between the numbers where it changes, and those
 * are found by bisection on verifyDraft itself.
 */
import { describe, expect, it } from "vitest";
import type { VerifyDraftResult } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { optionsOf } from "../judge/draftCases";
import { type DraftCase, lawsOf } from "../judge/draftReference.mjs";
import { random } from "../judge/random.mjs";

/** How close to where a result changes bisection comes, and by how much all of it together may be off the law. */
const STEP = 2 ** -30;
const BOUND = 1e-6;
const TOP = 1 - 2 ** -53;

/** The probability of each value that `of` takes for a number anywhere in [0, 1). Stretches that begin and end alike are halved thrice. */
function shares(of: (u: number) => number): Map<number, number> {
  const found = new Map<number, number>();
  const add = (value: number, length: number) => found.set(value, (found.get(value) ?? 0) + length);
  const split = (lo: number, a: number, hi: number, b: number): void => {
    if (hi - lo <= STEP || (a === b && hi - lo < 0.13)) {
      add(a, (hi - lo) / 2);
      add(b, (hi - lo) / 2);
      return;
    }
    const middle = (lo + hi) / 2;
    const m = of(middle);
    split(lo, a, middle, m);
    split(middle, m, hi, b);
  };
  split(0, of(0), TOP, of(TOP));
  return found;
}

/** @param numbers  what random gives; 0 behind them */
type Verify = (numbers: readonly number[]) => VerifyDraftResult;

/** law["accepted index"] = its probability, of one draft of two tokens. */
function outcomes(verify: Verify): Map<string, number> {
  const law = new Map<string, number>();
  let left = 1; // the probability that all rows before are accepted
  for (let row = 0; row <= 2; row++) {
    const before = new Array<number>(row).fill(0); // 0 accepts what can be accepted
    const accepts = row === 2 ? 1 : (shares((u) => Number(verify([...before, u]).accepted > row)).get(1) ?? 0);
    const drawn = row === 2 ? left : left * (1 - accepts);
    if (drawn > 4 * STEP) {
      const numbers = row === 2 ? before : [...before, TOP];
      for (const [index, share] of shares((u) => {
        const { accepted, index } = verify([...numbers, u]);
        return accepted === row ? index : -1;
      })) {
        law.set(`${row} ${index}`, drawn * share);
      }
    }
    left *= accepts;
    if (left <= 4 * STEP) break; // bisection says no more of it
  }
  return law;
}

const PENALTIES = { tokens: [0, 0], promptLength: 1, repetition: 1.3, frequency: 0.5 };

/** Without the logits and the tokens. */
const CASES: [name: string, options: Omit<DraftCase, "target" | "tokens">][] = [
  ["nothing", {}],
  ["repetition and frequency", { penalties: PENALTIES }],
  ["a temperature", { temperature: 0.6, draftOptions: { temperature: 1.5 } }],
  ["topK and topP", { topK: 4, topP: 0.9, penalties: PENALTIES }],
  ["a shorter draft", { draftOptions: { topK: 2 }, penalties: PENALTIES }],
  ["a shorter target", { topK: 2, draftOptions: { topK: 8 } }],
  ["temperatureLast, minP", { temperature: 2, temperatureLast: true, minP: 0.2, bias: { tokens: [0], values: [1] } }],
  ["a draft of one", { draftOptions: { temperature: 0 }, penalties: PENALTIES }],
];

describe.each(BACKENDS)("%s", (backend) => {
  const { verifyDraft } = runtimeOf(backend);

  const verifyOf =
    (c: DraftCase): Verify =>
    (numbers) => {
      let asked = 0;
      return verifyDraft(c.target, c.tokens, { ...optionsOf(c), random: () => numbers[asked++] ?? 0 });
    };

  /** Adds up the outcomes of drafts and compares them with the target's law of the first token, the second, and the third. */
  function judge(of: (tokens: readonly number[]) => DraftCase, n: number, drafts: [number[], number][]): void {
    const first = new Float64Array(n);
    const seconds = new Map<number, { probs: Float64Array; all: number }>();
    for (const [tokens, weight] of drafts) {
      const c = of(tokens);
      const law = outcomes(verifyOf(c));
      let accepted = 0;
      const third = { probs: new Float64Array(n), all: 0 };
      const second = seconds.get(tokens[0]) ?? { probs: new Float64Array(n), all: 0 };
      seconds.set(tokens[0], second);
      for (const [key, share] of law) {
        const [rows, index] = key.split(" ").map(Number);
        expect(index).toBeGreaterThanOrEqual(0);
        if (rows === 0) first[index] += weight * share;
        else accepted += weight * share;
        if (rows >= 1) {
          second.probs[rows === 1 ? index : tokens[1]] += weight * share;
          second.all += weight * share;
        }
        if (rows === 2) {
          third.probs[index] += share;
          third.all += share;
        }
      }
      first[tokens[0]] += accepted;
      compare(third, c, 2);
    }
    compare({ probs: first, all: drafts.reduce((all, [, weight]) => all + weight, 0) }, of([0, 0]), 0);
    for (const [token, second] of seconds) compare(second, of([token, 0]), 1);
  }

  function compare({ probs, all }: { probs: Float64Array; all: number }, c: DraftCase, row: number): void {
    const { p } = lawsOf(c, row);
    probs.forEach((got, i) => {
      const want = (p as NonNullable<typeof p>).probs[i] * all;
      if (!(Math.abs(got - want) <= BOUND)) {
        expect.fail(`token ${i} of row ${row} after ${c.tokens} has ${got} instead of ${want}`);
      }
    });
  }

  describe.each(CASES)("%s", (_, options) => {
    it.each([1, 2, 3, 8])("of %i tokens", (n) => {
      const next = random(n);
      const target = Float32Array.from({ length: 3 * n }, () => 3 * next());
      const draft = Float32Array.from({ length: 2 * n }, () => 3 * next());
      const withDraft = (tokens: readonly number[]): DraftCase => ({ ...options, target, draft, tokens });
      const drafts: [number[], number][] = [];
      for (let a = 0; a < n; a++) {
        const one = lawsOf(withDraft([a, 0]), 0).q?.probs[a] ?? 0;
        for (let b = 0; b < n; b++) {
          const both = one * (lawsOf(withDraft([a, b]), 1).q?.probs[b] ?? 0);
          if (both > 0) drafts.push([[a, b], both]);
        }
      }
      judge(withDraft, n, drafts);
    });

    it("of 5 tokens, of which any were chosen without chance", () => {
      const next = random(9);
      const target = Float32Array.from({ length: 3 * 5 }, () => 3 * next());
      const { draftOptions: __, ...others } = options;
      const without = (tokens: readonly number[]): DraftCase => ({ ...others, target, tokens });
      for (let a = 0; a < 5; a++) for (let b = 0; b < 5; b++) judge(without, 5, [[[a, b], 1]]);
    });
  });
});

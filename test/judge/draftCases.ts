/** Drafts to verify: logits of a target and of a draft, every option of verifyDraft, and tokens that were drawn from the draft. */
import type { VerifyDraftOptions } from "../../src/index";
import { type DraftCase, lawsOf } from "./draftReference.mjs";

type Change = (c: DraftCase, next: () => number, n: number) => void;

const tokenOf = (n: number, next: () => number): number => Math.floor(n * next() ** 2);
const bitsOf = (n: number, next: () => number): Uint32Array =>
  Uint32Array.from({ length: Math.ceil(n / 32) }, () => (2 ** 32 * next()) | 1);
const biasOf = (n: number, next: () => number, ...values: number[]) => ({
  tokens: [0, ...values].map(() => tokenOf(n, next)),
  values: [0.5, ...values],
});
const penaltiesOf = (n: number, next: () => number) => ({
  tokens: Array.from({ length: 7 }, () => tokenOf(n, next)),
  promptLength: 3,
  repetition: 1.3,
  frequency: 0.5,
  presence: 0.2,
});
const each = <T>({ tokens }: DraftCase, one: () => T): (T | undefined)[] =>
  Array.from({ length: tokens.length + 1 }, (_, i) => (i % 3 === 1 ? undefined : one()));
const round = (c: DraftCase): void => {
  for (const x of [c.target, c.draft]) x?.forEach((v, i) => (x[i] = Math.round(v)));
};

/** What may be asked for, alone and in pairs. */
export const CHANGES: Record<string, Change> = {
  nothing: () => undefined,
  "topK 1": (c) => Object.assign(c, { topK: 1 }),
  "topK 5": (c) => Object.assign(c, { topK: 5 }),
  "topK 1050": (c) => Object.assign(c, { topK: 1050 }),
  "topP 0.9": (c) => Object.assign(c, { topP: 0.9 }),
  "minP 0.2": (c) => Object.assign(c, { minP: 0.2 }),
  "minKeep 30": (c) => Object.assign(c, { minKeep: 30, minP: 0.9 }),
  "temperature 0.5": (c) => Object.assign(c, { temperature: 0.5 }),
  "temperature 0": (c) => Object.assign(c, { temperature: 0 }),
  "temperature 2^70": (c) => Object.assign(c, { temperature: 2 ** 70 }),
  temperatureLast: (c) => Object.assign(c, { temperatureLast: true, temperature: 2 }),
  mask: (c, next, n) => Object.assign(c, { mask: bitsOf(n, next) }),
  masks: (c, next, n) => Object.assign(c, { mask: each(c, () => bitsOf(n, next)) }),
  bias: (c, next, n) => Object.assign(c, { bias: biasOf(n, next, 3, -2) }),
  bans: (c, next, n) => Object.assign(c, { bias: each(c, () => biasOf(n, next, -Infinity, 1)) }),
  force: (c, next, n) => Object.assign(c, { bias: biasOf(n, next, Infinity) }),
  penalties: (c, next, n) => Object.assign(c, { penalties: penaltiesOf(n, next) }),
  "penalties of each": (c, next, n) => Object.assign(c, { penalties: each(c, () => penaltiesOf(n, next)) }),
  "no draft": (c) => Object.assign(c, { draft: undefined, draftOptions: undefined }),
  "draft at 0.7": (c) => Object.assign(c, { draftOptions: { ...c.draftOptions, temperature: 0.7 } }),
  "draft at 0": (c) => Object.assign(c, { draftOptions: { ...c.draftOptions, temperature: 0 } }),
  "draft at 2^80": (c) => Object.assign(c, { draftOptions: { ...c.draftOptions, temperature: 2 ** 80 } }),
  "draft of 3": (c) => Object.assign(c, { draftOptions: { ...c.draftOptions, topK: 3 } }),
  "draft of 0.8": (c) => Object.assign(c, { draftOptions: { ...c.draftOptions, topP: 0.8, minP: 0, topK: 5000 } }),
  "draft truncated first": (c) =>
    Object.assign(c, { draftOptions: { ...c.draftOptions, temperatureLast: true, topK: 40 } }),
  ties: round,
  "the target itself": (c) => c.draft?.set(c.target.subarray(0, c.draft.length)),
  "-Infinity": (c, next) => {
    for (const x of [c.target, c.draft]) x?.forEach((_, i) => (x[i] = next() < 0.3 ? -Infinity : x[i]));
  },
  "+Infinity in a row": ({ target }, next) => target.fill(Infinity, Math.floor(next() * target.length)).fill(0, -1),
  "+Infinity in the draft": ({ draft, tokens }) => {
    if (draft === undefined || tokens.length === 0) return;
    draft[0] = Infinity;
  },
  "NaN that nobody reads": (c, next, n) => {
    const mask = bitsOf(n, next);
    for (const x of [c.target, c.draft])
      x?.forEach((_, i) => {
        const token = i % n;
        if (((mask[token >> 5] >>> (token & 31)) & 1) === 0) x[i] = Number.NaN;
      });
    Object.assign(c, { mask, bias: undefined });
  },
};

/** As the draft would have drawn them by its options, each after those before it; a few times one from anywhere. */
function drawTokens(c: DraftCase, next: () => number, n: number): void {
  const tokens = c.tokens as number[];
  for (let row = 0; row < tokens.length; row++) {
    const { p, q } = lawsOf(c, row);
    const probs = (q ?? p)?.probs;
    if (probs === undefined || next() < 0.05) {
      tokens[row] = tokenOf(n, next);
      continue;
    }
    let left = next();
    for (let i = 0; i < n; i++) {
      if (probs[i] === 0) continue;
      tokens[row] = i;
      left -= probs[i];
      if (left < 0) break;
    }
  }
}

/** @param n  tokens of the vocabulary */
export function draftCase(n: number, drafted: number, changes: readonly string[], next: () => number): DraftCase {
  const scale = [0.3, 2, 6][Math.floor(3 * next())];
  const target = Float32Array.from({ length: (drafted + 1) * n }, () => scale * (next() + next() + next()));
  const draft = Float32Array.from({ length: drafted * n }, (_, i) => target[i] + 0.4 * scale * (next() - 0.5));
  const c: DraftCase = { target, draft, tokens: new Array<number>(drafted).fill(0) };
  for (const name of changes) CHANGES[name](c, next, n);
  if (c.draft === undefined) c.draftOptions = undefined;
  drawTokens(c, next, n);
  return c;
}

/** The options of a case: what is there. */
export const optionsOf = ({ target: _, tokens: __, ...options }: DraftCase): VerifyDraftOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

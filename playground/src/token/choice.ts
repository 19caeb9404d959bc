/** What the options make of one row of logits: who is left, who was cut by what, and what is drawn. */
import { logProbs, type SampleOptions, sample, seeded, topK, truncate } from "softmax-wasm";
import { flag, number, type State, type Values } from "../page/state";
import { STEPS, type Story } from "./storyData";

/** Slider ends at which an option is off. */
export const ALL = 0;

export const FIELDS = {
  step: number(43, 0, STEPS - 1, 1),
  temperature: number(1, 0, 2.5, 0.05),
  topK: number(ALL, ALL, 64, 1),
  topP: number(0.9, 0.05, 1, 0.01),
  minP: number(0, 0, 0.5, 0.01),
  last: flag(false),
  repetition: number(1, 1, 2, 0.05),
  frequency: number(0, 0, 2, 0.05),
  presence: number(0, 0, 2, 0.05),
  seed: number(7, 0, 4294967295, 1),
  draws: number(0, 0, 1000, 1),
  thousand: flag(false),
};
export type TokenState = State<typeof FIELDS>;
export type Chosen = Values<typeof FIELDS>;

export const LISTED = 16;
export const DRAWS = 1000;

interface Candidate {
  readonly token: number;
  readonly word: string;
  /** among all tokens, at this temperature */
  readonly prob: number;
  /** among those that are left; 0 where it was cut */
  readonly kept: number;
  /** the option that cut it, or "" */
  readonly cutBy: string;
  /** how many of the thousand draws were this one */
  readonly count: number;
}

/** The options of the package's sample that are not as without them. */
export function given(chosen: Chosen, story: Story): SampleOptions {
  const { temperature, topK, topP, minP, last, repetition, frequency, presence, step } = chosen;
  const edited = repetition !== 1 || frequency !== 0 || presence !== 0;
  return {
    ...(temperature !== 1 && { temperature }),
    ...(topK !== ALL && { topK }),
    ...(topP !== 1 && { topP }),
    ...(minP !== 0 && { minP }),
    ...(last && { temperatureLast: true }),
    ...(edited && { penalties: { tokens: story.said.slice(0, step), repetition, frequency, presence } }),
  };
}

export interface Outcome {
  readonly candidates: readonly Candidate[];
  readonly survivors: number;
  /** what they had together, among all tokens */
  readonly share: number;
  /** the token of the last click, if there was one */
  readonly drawn: { readonly index: number; readonly prob: number } | undefined;
  readonly options: SampleOptions;
}

export function outcomeOf(chosen: Chosen, story: Story): Outcome {
  const logits = story.row(chosen.step);
  const options = given(chosen, story);
  const { topK: most, topP, minP, ...before } = options;
  const left = (cuts: SampleOptions): Map<number, number> => {
    const { indices, probs } = truncate(logits, { ...before, ...cuts });
    return new Map(Array.from(indices, (token, i) => [token, probs[i]]));
  };
  const ofK = left(most === undefined ? {} : { topK: most });
  const ofP = left({ ...(most !== undefined && { topK: most }), ...(topP !== undefined && { topP }) });
  const kept = left({
    ...(most !== undefined && { topK: most }),
    ...(topP !== undefined && { topP }),
    ...(minP !== undefined && { minP }),
  });
  const { penalties, temperature } = before;
  const edits = { ...(penalties && { penalties }), ...(temperature !== undefined && { temperature }) };
  const listed = topK(logits, LISTED, penalties ? { penalties } : {}).indices;
  const probsOf = (tokens: ArrayLike<number>): number[] =>
    Array.from(logProbs(logits, Uint32Array.from(tokens), edits), Math.exp);
  const probs = probsOf(listed);
  const counts = chosen.thousand ? countsOf(logits, options, chosen.seed) : new Map<number, number>();
  const cutBy = (token: number): string => {
    if (kept.has(token)) return "";
    if (!ofK.has(token)) return most === undefined ? "temperature 0" : "top-k";
    return ofP.has(token) ? "min-p" : "top-p";
  };
  return {
    candidates: Array.from(listed, (token, i) => ({
      token,
      word: story.word(token),
      prob: probs[i],
      kept: kept.get(token) ?? 0,
      cutBy: cutBy(token),
      count: counts.get(token) ?? 0,
    })),
    survivors: kept.size,
    share: probsOf([...kept.keys()]).reduce((a, b) => a + b, 0),
    drawn: drawnAfter(logits, options, chosen),
    options,
  };
}

/** The draw of the last click: every click takes the seed's next number. */
function drawnAfter(logits: Float32Array, options: SampleOptions, { seed, draws }: Chosen): Outcome["drawn"] {
  const random = seeded(seed);
  for (let i = 1; i < draws; i++) random(); // one number a draw
  return draws === 0 ? undefined : sample(logits, { ...options, random });
}

function countsOf(logits: Float32Array, options: SampleOptions, seed: number): Map<number, number> {
  const counts = new Map<number, number>();
  const random = seeded(seed);
  for (let i = 0; i < DRAWS; i++) {
    const { index } = sample(logits, { ...options, random });
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return counts;
}

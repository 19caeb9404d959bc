/** Functions that choose tokens from a vocabulary, and look at some: topK, sample, truncate, logProbs, verifyDraft. */
import type { Family } from "../../family";
import { type LogProbs, logProbsOn } from "./logProbs";
import { type Sample, sampleOn } from "./sample";
import { testVocabulary } from "./selfTest";
import { type TopK, topKOn } from "./topK";
import { type Truncate, truncateOn } from "./truncate";
import { type VerifyDraft, verifyDraftOn } from "./verifyDraft";

export interface VocabularyFunctions {
  /** The k most probable tokens: {@link TopK}. */
  readonly topK: TopK;
  /** Draws a token from logits: {@link Sample}. */
  readonly sample: Sample;
  /** The tokens that sample draws from: {@link Truncate}. */
  readonly truncate: Truncate;
  /** The log-probabilities of given tokens: {@link LogProbs}. */
  readonly logProbs: LogProbs;
  /** Verifies drafted tokens, and draws the next: {@link VerifyDraft}. */
  readonly verifyDraft: VerifyDraft;
}

export const VOCABULARY: Family<"vocabulary", VocabularyFunctions> = {
  name: "vocabulary",
  functions: (core) => ({
    topK: topKOn(core),
    sample: sampleOn(core),
    truncate: truncateOn(core),
    logProbs: logProbsOn(core),
    verifyDraft: verifyDraftOn(core),
  }),
  selfTest: testVocabulary,
};

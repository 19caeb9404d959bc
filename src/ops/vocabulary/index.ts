/** Functions that choose tokens from a vocabulary: topK, sample. */
import type { Family } from "../../family";
import { type Sample, sampleOn } from "./sample";
import { testVocabulary } from "./selfTest";
import { type TopK, topKOn } from "./topK";

export interface VocabularyFunctions {
  /** The k most probable tokens: {@link TopK}. */
  readonly topK: TopK;
  /** Draws a token from logits: {@link Sample}. */
  readonly sample: Sample;
}

export const VOCABULARY: Family<"vocabulary", VocabularyFunctions> = {
  name: "vocabulary",
  functions: (core) => ({ topK: topKOn(core), sample: sampleOn(core) }),
  selfTest: testVocabulary,
};

import { expectKnown, LSE, P, X } from "../known";
import type { VocabularyFunctions } from ".";

/** @throws {Error} naming the first function that is off */
export function testVocabulary(on: VocabularyFunctions): void {
  const { topK, sample, truncate } = on;
  const { indices, logProbs } = topK(X, 3);
  expectKnown("topK", [...indices, ...logProbs], (j) => [2, 3, 5, 3 - LSE, 2.625 - LSE, 2.5 - LSE][j]);
  expectKnown("logProbs", on.logProbs(X, [2, 5]), (j) => [3 - LSE, 2.5 - LSE][j]);
  const four = truncate(X, { topP: 0.7 });
  const kept = [1, 2, 3, 5];
  const share = P[1] + P[2] + P[3] + P[5];
  expectKnown("truncate", [...four.indices, ...four.probs], (j) => [...kept, ...kept.map((i) => P[i] / share)][j]);
  // of the four that topP leaves, [1, 2, 3, 5] in index order, the last
  const { index, prob } = sample(X, { topP: 0.7, random: () => 0.9 });
  expectKnown("sample", [index, prob], (j) => [5, P[5] / share][j]);
  // every token that can be drawn, for its weight alone: a sum hides what single exponentials are off by
  let before = 0;
  for (const [token, p] of P.entries()) {
    const drawn = sample(X, { random: () => before + p / 2 });
    before += p;
    if (p > 1e-6) expectKnown("sample of all", [drawn.index, drawn.prob], (j) => [token, p][j]);
  }
}

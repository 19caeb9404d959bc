import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { expectHalf, expectKnown, LSE, P, X } from "../known";
import type { VocabularyFunctions } from ".";

/** @throws {Error} naming the first function that is off */
export function testVocabulary(on: VocabularyFunctions, { heap }: Core<VocabularyKernels>): void {
  expectHalf(heap);
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
  testDraft(on);
}

function testDraft({ verifyDraft }: VocabularyFunctions): void {
  const drawn = verifyDraft([...X, ...X], [2], { random: () => 0.1 });
  const { accepted, index, prob, logProbs } = drawn;
  expectKnown("verifyDraft", [accepted, index, prob, logProbs[0]], (j) => [1, 1, P[1], 3 - LSE][j]);
  // too many tokens for a list; the draft is even, so that its share is taken of each of X, and the fourth is drawn
  const target = new Float32Array(2200).fill(-60);
  target.set(X, 64);
  const draft = new Float32Array(1100);
  const other = verifyDraft(target, [7], { draft, random: () => 0.6 });
  expectKnown("verifyDraft of many", [other.accepted, other.index, other.prob], (j) => [0, 67, P[3]][j]);
}

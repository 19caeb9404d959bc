/** The draw of a token from the prefix that truncation has left. */

import { VOCABULARY_MASS, VOCABULARY_WEIGHT } from "../../../assembly/layout";
import type { Distribution } from "./distribution";
import { EVERYTHING, type Prefix } from "./prefix";
import type { Vocabulary } from "./vocabulary";

/** Walks from a block on to the token at which the sum of the weights kept passes `target`. @returns -1 if none does */
function walk(vocabulary: Vocabulary, distribution: Distribution, kept: Prefix, target: number, block = 0): number {
  const { heap, kernels, row } = vocabulary;
  row.rewind(true, block << row.shift);
  while (row.next()) {
    const token = kernels.vocabularyDraw(heap.state, row.tile, distribution.weights, kept.t, kept.ties, target);
    if (token >= 0) return token;
  }
  return -1;
}

/** The sum of the weights kept. */
export function massOf(vocabulary: Vocabulary, distribution: Distribution, kept: Prefix): number {
  if (kept === EVERYTHING) return distribution.sum;
  walk(vocabulary, distribution, kept, Infinity);
  return vocabulary.heap.float64(vocabulary.heap.state + VOCABULARY_MASS);
}

/** The token at which the running sum of the weights kept passes `u` times their whole sum. @param u  in [0, 1) */
export function draw(
  vocabulary: Vocabulary,
  distribution: Distribution,
  kept: Prefix,
  u: number,
): { index: number; prob: number } {
  const { heap, kernels, row } = vocabulary;
  let whole = distribution.sum;
  let index = walk(vocabulary, distribution, kept, kept === EVERYTHING ? u * whole : Infinity);
  if (index < 0) {
    whole = heap.float64(heap.state + VOCABULARY_MASS); // the sum of just these weights, which the kernel computes as float32s
    // below the whole, which no running sum exceeds, also where u is next to 1
    const target = Math.min(u * whole, whole * (1 - 2 ** -52));
    index = walk(vocabulary, distribution, kept, target, kernels.vocabularySeek(heap.state, row.blocks, target));
  }
  const weight = heap.float64(heap.state + VOCABULARY_WEIGHT);
  // another thread may have changed the logits during the call, so that the walk finds none: then token 0
  return { index: Math.max(0, index), prob: Math.min(1, weight / whole) };
}

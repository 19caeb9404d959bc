/** The k first tokens of the order, in three forms: a list, a prefix (a threshold), or indices and log-probabilities. */

import { ALL_TIES, VOCABULARY_MAXIMA } from "../../../assembly/layout";
import { keyOf, logitOf, orderPairs } from "../../order";
import type { Distribution } from "./distribution";
import { COUNT } from "./histogram";
import { EVERYTHING, type Prefix, reach, wholeOf } from "./prefix";
import { orderProbe, probe, probed, slack } from "./probe";
import type { Row, Source } from "./row";
import type { Vocabulary } from "./vocabulary";

/** Up to this many logits are ordered: a histogram of them would take longer. */
export const FEW = 256;

/** A vocabulary of fewer is ordered whole: to find a lower bound of the k-th first takes as long. */
const PROBING = 512;

/** Up to this many of the first tokens, or a quarter of a vocabulary of up to this many, are listed and ordered without a threshold before. */
export const LISTED = 1024;

/** Tokens in order, and their log-probabilities. */
export interface Top {
  readonly indices: Uint32Array;
  readonly logProbs: Float32Array;
}

/** The rank-th largest of `size` logits; -Infinity where there are not so many. */
function ranked(vocabulary: Vocabulary, source: Source, size: number, rank: number): number {
  const { heap, list } = vocabulary;
  if (rank > size) return -Infinity;
  if (size <= FEW) {
    const listed = list.tokens(source, -Infinity, Infinity).count;
    return rank > listed ? -Infinity : heap.float32(list.order(listed) + 4 * (rank - 1));
  }
  return reach(vocabulary, wholeOf(vocabulary, source, Infinity, EVERYTHING, COUNT), 0, rank).t;
}

/** A logit that at least k tokens should reach, from the blocks' maxima: surely where it is the k-th largest of these, else likely. */
function floorByBlocks(vocabulary: Vocabulary, k: number): number {
  const { heap, list, row } = vocabulary;
  const { blocks } = row;
  const random = blocks * -Math.expm1(-k / blocks); // blocks that hold one of k tokens that lie anywhere
  const rank = Math.min(k, Math.ceil(random + slack(random * (1 - random / blocks))));
  return ranked(vocabulary, list.source(heap.state + VOCABULARY_MAXIMA, blocks), blocks, rank);
}

/**
 * The same by a probe of the row. It takes about as long to order the probe as the tokens that the floor lets through, which become
 * fewer as it grows: twice the square root of the row is near the best of both.
 */
function floorByProbe(vocabulary: Vocabulary, k: number): number {
  const most = Math.min(probed(vocabulary), Math.ceil(2 * Math.sqrt(vocabulary.row.length)));
  const expected = (k * most) / vocabulary.row.length;
  const rank = Math.ceil(expected + slack(expected));
  if (rank > most) return -Infinity;
  const { source, size } = probe(vocabulary, most);
  return ranked(vocabulary, source, size, rank);
}

/** Lists the tokens whose logit is at least `floor`. @returns how many; -1 where they are fewer than k, or too many to be ordered */
function listFrom({ row, list }: Vocabulary, floor: number, k: number): number {
  const room = Math.min(list.capacity, 4 * Math.max(LISTED, k)); // an estimated floor lets more than k through
  const { count, fits } = list.tokens(row, floor, Infinity, k, room);
  return fits && (count >= k || floor === -Infinity) ? count : -1;
}

/** Lists at least the first k tokens, if they are not too many: how many, or -1. */
export function listTop(vocabulary: Vocabulary, k: number): number {
  const { row } = vocabulary;
  if (row.length < PROBING || (row.length <= LISTED && 4 * k >= row.length)) return listFrom(vocabulary, -Infinity, k);
  // at k = 2 · blocks, 86 % of the blocks (1 - exp(-2)) hold one of k tokens: beyond that their maxima tell little
  if (k <= 2 * row.blocks) {
    const listed = listFrom(vocabulary, floorByBlocks(vocabulary, k), k);
    if (listed >= 0) return listed;
  }
  return listFrom(vocabulary, floorByProbe(vocabulary, k), k);
}

/** The first k tokens as a prefix. @param m  the largest logit */
export function threshold(vocabulary: Vocabulary, k: number, m: number): Prefix {
  const { heap, list, row } = vocabulary;
  const taken = probe(vocabulary);
  const { size, each } = taken;
  const at = orderProbe(vocabulary, taken);
  const around = slack(k / each);
  const [first, last] = [Math.floor(k / each - around), Math.ceil(k / each + around)];
  const hi = first < 1 ? Infinity : heap.float32(at + 4 * (first - 1));
  const lo = last > size ? -Infinity : heap.float32(at + 4 * (last - 1));
  const { count, above, fits } = list.collect(row, lo, hi, k);
  const between: Prefix = { t: lo, ties: ALL_TIES };
  const { t, ties } =
    fits && above < k && k <= above + count
      ? reach(vocabulary, wholeOf(vocabulary, list.listed(count), hi, between, COUNT), above, k)
      : reach(vocabulary, wholeOf(vocabulary, row, m, EVERYTHING, COUNT), 0, k);
  return { t, ties };
}

/** The first `count` of the ordered list at `at`. */
function read({ heap, kernels, list }: Vocabulary, at: number, count: number, { weights, logSum }: Distribution): Top {
  kernels.vocabularyShift(weights, at, count, logSum);
  return { indices: heap.words(list.indicesOf(at), count), logProbs: heap.floats(at, count) };
}

/**
 * Pairs of a token and its logit's key in index order, as the heap's lists have them, where the heap has no room for so many.
 *
 * @param words  room for `most` of them
 * @returns      how many tokens the prefix has, at most `most`
 */
export function pairsOutside(row: Row, words: Uint32Array, most: number, { t, ties }: Prefix): number {
  let found = 0;
  for (let i = 0; i < row.length && found < most; i++) {
    const v = row.logit(i);
    if (!row.allows(i) || !(v > t || (v === t && ties-- > 0))) continue;
    words[2 * found] = i;
    words[2 * found + 1] = keyOf(v);
    found++;
  }
  return found;
}

/** The prefix's `count` tokens in order, outside the heap. */
function readOutside({ row }: Vocabulary, count: number, kept: Prefix, distribution: Distribution): Top {
  const words = new Uint32Array(4 * count);
  const found = pairsOutside(row, words, count, kept);
  const at = orderPairs(words, 0, 2 * count, found);
  const indices = new Uint32Array(found);
  const logProbs = new Float32Array(found);
  for (let j = 0; j < found; j++) {
    indices[j] = words[at + 2 * j];
    logProbs[j] = distribution.logProb(logitOf(words[at + 2 * j + 1]));
  }
  return { indices, logProbs };
}

/** The k first allowed tokens, in order: fewer where fewer are allowed. */
export function top(vocabulary: Vocabulary, distribution: Distribution, k: number): Top {
  const { list, row } = vocabulary;
  const { m, logSum } = distribution;
  if (k === 1) return { indices: Uint32Array.of(vocabulary.first(m)), logProbs: Float32Array.of(-logSum) };
  const listed = listTop(vocabulary, k);
  if (listed >= 0) return read(vocabulary, list.order(listed), Math.min(k, listed), distribution);
  const kept = threshold(vocabulary, k, m);
  const { count, fits } = list.tokens(row, kept.t, Infinity, kept.ties);
  if (fits) return read(vocabulary, list.order(count), Math.min(k, count), distribution);
  return readOutside(vocabulary, Math.min(k, count), kept, distribution);
}

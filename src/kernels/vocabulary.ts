/** topK, sample, truncate, logProbs, verifyDraft. */
import type { HalfKernels } from "./half";

/**
 * Passes over a vocabulary of logits, tile by tile in index order, and steps between passes.
 *
 * Kernels read tiles and weights from memory and leave their results (marks) there: assembly/layout.ts has the offsets,
 * assembly/vocabulary/marks.ts describes the fields. A pass begins with a tile whose first token is 0; later tiles go on with the
 * marks of the tile before.
 *
 * @param state    STATE_BYTES, 16-byte aligned: where a kernel marks its results
 * @param tile     address of the tile that a pass works on
 * @param target   address of a side: the weights, the tile and the threshold of one of the two rows of a residual; so is `draft`
 * @param weights  address of m and T, from which weights exp((x - m) / T) are computed; 0 where tokens are counted instead
 */
export interface VocabularyKernels extends HalfKernels {
  /** u32 bits of n bytes, a multiple of 32 */
  readonly vocabularyBits: (bits: number, bytes: number, n: number) => void;
  readonly vocabularyMaxima: (state: number, tile: number) => void;
  readonly vocabularyRange: (state: number, x: number, n: number) => void;
  readonly vocabularySum: (state: number, tile: number, weights: number) => void;
  readonly vocabularyTail: (state: number, tile: number, weights: number, most: number) => void;
  readonly vocabularyHistogram: (
    state: number,
    tile: number,
    weights: number,
    first: number,
    last: number,
    bits: number,
  ) => void;
  /** @returns the weight in all of the histogram's bins */
  readonly vocabularyTotal: (state: number) => number;
  /** @returns the bin in which a sum of weights reaches `target` */
  readonly vocabularyBin: (state: number, above: number, target: number) => number;
  readonly vocabularyGather: (
    state: number,
    tile: number,
    list: number,
    capacity: number,
    pairs: number,
    lo: number,
    hi: number,
    ties: number,
  ) => void;
  /** @returns where the ordered list is: f32[capacity] logits, u32[capacity] indices */
  readonly vocabularyOrder: (state: number, list: number, capacity: number, count: number) => number;
  /** @returns where the listed tokens' shares of their weight are: f32[capacity] shares, u32[capacity] indices */
  readonly vocabularyShares: (weights: number, list: number, capacity: number, count: number) => number;
  readonly vocabularyShift: (weights: number, x: number, n: number, logS: number) => void;
  readonly vocabularyCut: (
    state: number,
    weights: number,
    logits: number,
    count: number,
    above: number,
    target: number,
  ) => void;
  /** @returns the token at which the sum of the residual passes `goal`, or -1 */
  readonly vocabularyResidual: (state: number, target: number, draft: number, ratio: number, goal: number) => number;
  /** @returns the block in which a walk passed `target` */
  readonly vocabularySeek: (state: number, blocks: number, target: number) => number;
  readonly vocabularyDraw: (
    state: number,
    tile: number,
    weights: number,
    t: number,
    ties: number,
    target: number,
  ) => number;
}

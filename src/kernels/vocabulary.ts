/** topK, sample. */

/**
 * Passes over a vocabulary of logits, tile by tile in index order, and what goes on between them. Layout of the state and constants:
 * assembly/layout.ts, VOCABULARY_….
 *
 * @param state    STATE_BYTES, 16-byte aligned: where a kernel marks its results
 * @param tile     the tile that a pass works on, as vocabularyTile has left it at VOCABULARY_ROW_TILE or VOCABULARY_LIST_TILE
 * @param weights  the distribution, as vocabularyWeights has left it at VOCABULARY_WEIGHTS; 0, where tokens are counted instead
 */
export interface VocabularyKernels {
  /**
   * @param x      logits of the tile's tokens
   * @param mask   u32, one bit a token: bit i & 31 of word i >> 5, from the tile's first token on; 0 for none
   * @param from   the tile's first token, a multiple of VOCABULARY_STRIP; at 0 a pass begins
   * @param n      tokens of the tile
   * @param shift  blocks are of 2^shift tokens; 0: x is a list, without blocks
   */
  readonly vocabularyTile: (tile: number, x: number, mask: number, from: number, n: number, shift: number) => void;
  /** Tokens weigh exp((x - m) / T). */
  readonly vocabularyWeights: (weights: number, m: number, temperature: number) => void;
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
  readonly vocabularyShift: (weights: number, x: number, n: number, logS: number) => void;
  readonly vocabularyCut: (
    state: number,
    weights: number,
    logits: number,
    count: number,
    above: number,
    target: number,
  ) => void;
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

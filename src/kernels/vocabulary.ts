/** topK, sample. */
/** Byte offsets in the state of the vocabulary's kernels. */
export const VOCABULARY = {
  /** f64[2], Σ exp((x - m) / T) in two parts */
  sum: 0,
  /** f64, its logarithm */
  log: 16,
  /** u32, how many gather found between its bounds, and how many above them */
  count: 24,
  above: 28,
  /** f32, the smallest and the largest of a list of logits */
  least: 32,
  most: 60,
  /** u32, tokens that may still be taken at the threshold, or are */
  ties: 36,
  /** f64, weight of what was taken; f64, weight of the token drawn */
  mass: 40,
  weight: 48,
  /** f32, the last logit that is taken */
  threshold: 56,
  /** f64[2], the weights of the tail in two parts */
  tail: 64,
  /** f32, log Σ exp(x / T) */
  total: 1016,
  /** f64[VOCABULARY_BINS][2] */
  bins: 1024,
  /** f32[VOCABULARY_BLOCKS] */
  maxima: 17408,
} as const;

/** A tile of tokens, as every pass over a vocabulary begins. */
type Tile = [state: number, x: number, mask: number, from: number, n: number, shift: number];
/** The weights exp((x - m) / T); 1, where T is Infinity. */
type Weights = [m: number, temperature: number];

/**
 * Passes over a vocabulary of logits, tile by tile in index order, and what goes on between them.
 *
 * @param state  STATE_BYTES, 16-byte aligned, laid out as VOCABULARY says
 * @param x      logits of the tile's tokens
 * @param mask   u32, one bit a token: bit i & 31 of word i >> 5, from the tile's first token on; 0 for none
 * @param from   the tile's first token, a multiple of VOCABULARY_STRIP
 * @param n      tokens of the tile
 * @param shift  blocks are of 2^shift tokens; 0: x is a list, without blocks
 */
export interface VocabularyKernels {
  /** u32 bits of n bytes, a multiple of 32 */
  readonly vocabularyBits: (bits: number, bytes: number, n: number) => void;
  readonly vocabularyMaxima: (...tile: Tile) => void;
  readonly vocabularyRange: (state: number, x: number, n: number) => void;
  readonly vocabularySum: (...args: [...Tile, ...Weights]) => void;
  readonly vocabularyTail: (...args: [...Tile, most: number, ...Weights]) => void;
  readonly vocabularyHistogram: (...args: [...Tile, first: number, last: number, bits: number, ...Weights]) => void;
  /** @returns the weight in all of the histogram's bins */
  readonly vocabularyTotal: (state: number) => number;
  /** @returns the bin in which a sum of weights reaches `target` */
  readonly vocabularyBin: (state: number, above: number, target: number) => number;
  readonly vocabularyGather: (
    state: number,
    list: number,
    capacity: number,
    pairs: number,
    x: number,
    mask: number,
    from: number,
    n: number,
    shift: number,
    lo: number,
    hi: number,
    ties: number,
  ) => void;
  /** @returns where the ordered list is: f32[capacity] logits, u32[capacity] indices */
  readonly vocabularyOrder: (state: number, list: number, capacity: number, count: number) => number;
  readonly vocabularyShift: (...args: [x: number, n: number, ...Weights, logS: number]) => void;
  readonly vocabularyCut: (
    ...args: [state: number, logits: number, count: number, above: number, target: number, ...Weights]
  ) => void;
  /** @returns the block in which a walk passed `target` */
  readonly vocabularySeek: (state: number, blocks: number, target: number) => number;
  readonly vocabularyDraw: (...args: [...Tile, t: number, ties: number, target: number, ...Weights]) => number;
}

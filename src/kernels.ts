/**
 * The wall between JavaScript values and arithmetic: byte offsets, counts and scalars, nothing else. WebAssembly and the
 * JavaScript twin stand behind it and are called in the same way; the kernels' own files say what they compute.
 */

/** Phases of a kernel, as in assembly/phases.ts: one call with ALL, or one each, tile by tile. */
export const INIT = 1;
export const MAX = 2;
export const SUM = 4;
export const FINISH = 8;
export const ALL = INIT | MAX | SUM | FINISH;

/** The end of a pass of SUM, for kernels with exact zeros: they may need another one. */
export const SETTLE = 16;
export const ALL_SPARSE = ALL | SETTLE;
/** With the first SUM over more positions than before, for columns in tiles: τ moves on from where it is. */
export const WIDEN = 64;
/** How many times a column is cut to an eighth: its first positions give τ a bound, and a pass over them is short. */
export function eighths(axis: number): number {
  let k = 0;
  while (axis >>> (3 * (k + 1)) >= 64) k++;
  return k;
}
/** No phase, but with each of them: x is what the kernel `scores` wrote, where nothing but -Infinity is a row all masked. */
export const MASKED = 32;

/** Columns worked on together; tiles narrower than the axis are no wider. */
export const STRIP = 256;

/** Bytes of the state that a kernel keeps between phases. */
export const STATE_BYTES = 84 * STRIP;

/**
 * A function along the middle of three axes, f32[outer, axis, inner], row-major.
 *
 * @param y       where the result goes; may be x
 * @param x       logits
 * @param mask    u8, 0 leaves a position out; 0 for no mask
 * @param shared  1: the mask is u8[axis]; 0: it is shaped as x
 * @param pitch   floats between positions of the axis: `inner`, more where a strip of columns is worked on in place
 * @param scalar  the temperature, > 0; for hardmax its `off` value
 * @param state   STATE_BYTES, 16-byte aligned
 * @param phases  which of INIT, MAX, SUM, FINISH
 */
export type AxisKernel = (
  y: number,
  x: number,
  mask: number,
  shared: number,
  outer: number,
  axis: number,
  inner: number,
  pitch: number,
  scalar: number,
  state: number,
  phases: number,
) => void;

/**
 * A function with exact zeros along the middle of three axes, f32[outer, axis, inner], row-major.
 *
 * @param y        where the result goes; may be x
 * @param support  u32[outer, inner], how many of each row's results are not 0; 0 for nowhere
 * @param x        scores
 * @param alpha    of entmax, > 1; 2 for sparsemax, 1.5 for entmax15
 * @param temperature  > 0, of entmax above alpha = 2; else it is 1, and `scores` has divided by what it was
 * @param state    STATE_BYTES, 16-byte aligned
 * @param phases   ALL_SPARSE, with MASKED after `scores`; or, in tiles, INIT with the first and MAX with every tile, then SUM with
 *                 every tile and SETTLE once with none until that returns 0, then FINISH with every tile. At alpha 1.5 and 2 also
 *                 strips of columns, SUM first over fewer positions (eighths), each time with WIDEN
 * @returns        of SETTLE: not 0 when another pass of SUM is needed
 */
export type SparseKernel = (
  y: number,
  support: number,
  x: number,
  outer: number,
  axis: number,
  inner: number,
  alpha: number,
  temperature: number,
  state: number,
  phases: number,
) => number;

/** Rows of o and q are padded to a multiple of this, for every backend's tiles. */
export const ROWS_MULTIPLE = 6;
/** Columns of o, and keys and columns of a packed chunk. */
export const COLUMNS_MULTIPLE = 24;
/** Queries that the tiles take together, and keys: their scores are a block of scratch. */
export const TILED_ROWS = 24;
export const TILED_KEYS = 192;
/** Floats of scratch for each row of attentionRows, and as many more as a row of o has columns. */
export const ROW_SCRATCH = 128;
/** Bytes kept of a query between chunks of keys: its maximum, its exponent and its sum. */
export const QUERY_BYTES = 16;

/**
 * Attention, in the steps that keys and values larger than the heap need: start, then chunk after chunk of keys (packed
 * and tiled, or row by row where they lie), finish. Rows are the queries of some heads that share their keys, head after head.
 * Arguments as in assembly/attention/: destinations, sources, sizes, pitches in elements, scalars.
 */
export interface AttentionKernels {
  readonly attentionStart: (
    q: number,
    o: number,
    query: number,
    source: number,
    sinks: number,
    heads: number,
    queries: number,
    headDim: number,
    valueDim: number,
    headPitch: number,
    rowPitch: number,
    scale: number,
  ) => void;
  readonly attentionPack: (
    packedK: number,
    packedV: number,
    odd: number,
    k: number,
    v: number,
    from: number,
    count: number,
    packed: number,
    headDim: number,
    valueDim: number,
    kPitch: number,
    vPitch: number,
  ) => void;
  readonly attentionTiles: (
    o: number,
    query: number,
    w: number,
    q: number,
    packedK: number,
    packedV: number,
    odd: number,
    bias: number,
    mask: number,
    alibi: number,
    scratch: number,
    heads: number,
    queries: number,
    keys: number,
    packed: number,
    headDim: number,
    valueDim: number,
    biasHead: number,
    biasRow: number,
    maskHead: number,
    maskRow: number,
    wHead: number,
    wRow: number,
    position: number,
    from: number,
    to: number,
    softcap: number,
  ) => void;
  readonly attentionRows: (
    o: number,
    query: number,
    w: number,
    q: number,
    k: number,
    v: number,
    bias: number,
    mask: number,
    alibi: number,
    scratch: number,
    heads: number,
    queries: number,
    keys: number,
    headDim: number,
    valueDim: number,
    kPitch: number,
    vPitch: number,
    biasHead: number,
    biasRow: number,
    maskHead: number,
    maskRow: number,
    wHead: number,
    wRow: number,
    position: number,
    from: number,
    to: number,
    softcap: number,
  ) => void;
  readonly attentionFinish: (
    out: number,
    lse: number,
    o: number,
    query: number,
    heads: number,
    queries: number,
    valueDim: number,
    headPitch: number,
    rowPitch: number,
    lsePitch: number,
  ) => void;
  readonly attentionWeights: (
    w: number,
    query: number,
    heads: number,
    queries: number,
    keys: number,
    headPitch: number,
    rowPitch: number,
  ) => void;
  readonly mergeAttention: (oA: number, lseA: number, oB: number, lseB: number, rows: number, valueDim: number) => void;
}

/** Blocks of tokens whose maxima are kept (assembly/vocabulary/). */
export const VOCABULARY_BLOCKS = 1024;
/** Bins of a histogram, two float64s each. */
export const VOCABULARY_BINS = 1024;
/** Tokens that a pass works on together; tiles and blocks are multiples of it. */
export const VOCABULARY_STRIP = 256;
/** No limit to the tokens taken at a threshold. */
export const ALL_TIES = 0xffffffff;

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

export interface Kernels extends AttentionKernels, VocabularyKernels {
  readonly softmax: AxisKernel;
  /** softmax of one row of n floats, temperature 1, no mask: the short way for small calls. */
  readonly softmaxRow: (y: number, x: number, n: number) => void;
  readonly logSoftmax: AxisKernel;
  readonly logSumExp: AxisKernel;
  readonly hardmax: AxisKernel;
  /** (x - max) / T, or x at T = 1, -Infinity where masked: what the three below take instead of logits. */
  readonly scores: AxisKernel;
  readonly sparsemax: SparseKernel;
  readonly entmax15: SparseKernel;
  readonly entmax: SparseKernel;
}

export type Backend = "wasm-relaxed" | "wasm" | "js";

/** A backend on its memory. */
export interface Engine {
  readonly backend: Backend;
  readonly kernels: Kernels;
  readonly buffer: ArrayBuffer;
  /** First byte that the backend does not need for itself. */
  readonly heapBase: number;
}

/**
 * What both sides of the wall must know: numbers that kernels, the JavaScript twin and the facade have in common. Plain constants,
 * read by asc and by tsc, and written down nowhere else.
 */

/** Phases of a kernel along an axis (phases.ts): one call with ALL, or one each, tile by tile. */
export const INIT = 1; // before the first tile
export const MAX = 2; // m
export const SUM = 4; // s = Σ exp((x - m) / T); for kernels with exact zeros a pass over the candidates
export const FINISH = 8; // y
export const ALL = 15;

/** The end of a pass of SUM, for kernels with exact zeros: they may need another one. */
export const SETTLE = 16;
export const ALL_SPARSE = 31;
/** No phase, but with each of them: x is what the kernel `scores` wrote, where nothing but -Infinity is a row all masked. */
export const MASKED = 32;
/** With the first SUM over more positions than before, for columns in tiles: τ moves on from where it is. */
export const WIDEN = 64;

/** Columns worked on together, and the width of their state; tiles narrower than the axis are no wider. */
export const STRIP = 256;
/** Bytes of the state that a kernel keeps between phases. */
export const STATE_BYTES = 21504;

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

/** Blocks of tokens whose maxima are kept (assembly/vocabulary/). */
export const VOCABULARY_BLOCKS = 1024;
/** Bins of a histogram, two float64s each. */
export const VOCABULARY_BINS = 1024;
/** Tokens that a pass works on together; tiles and blocks are multiples of it. */
export const VOCABULARY_STRIP = 256;
/** No limit to the tokens taken at a threshold. */
export const ALL_TIES = 0xffffffff;

/** Byte offsets in the state: the results of the vocabulary's kernels, as the class Marks of assembly/vocabulary/marks.ts. */
export const VOCABULARY_SUM = 0; // f64[2], Σ exp((x - m) / T) in two parts
export const VOCABULARY_TAIL = 16; // f64[2], the weights of the tail in two parts
export const VOCABULARY_LOG = 96; // f64, log Σ exp((x - m) / T)
export const VOCABULARY_MASS = 104; // f64, weight of the tokens taken so far
export const VOCABULARY_WEIGHT = 112; // f64, weight of the token drawn, or of the bin found
export const VOCABULARY_COUNT = 120; // u32, how many logits gather found between its bounds
export const VOCABULARY_ABOVE = 124; // u32, and how many above them
export const VOCABULARY_TIES = 128; // u32, how many tokens at the threshold are taken, or may still be
export const VOCABULARY_THRESHOLD = 132; // f32, the last logit that is taken
export const VOCABULARY_LEAST = 136; // f32, the smallest of a list of logits
export const VOCABULARY_MOST = 140; // f32, the largest of them
export const VOCABULARY_TOTAL = 144; // f32, log Σ exp(x / T)
/** Behind them what the host writes: the tile of the row, the tile that a list of logits is, and the weights. */
export const VOCABULARY_ROW_TILE = 160;
export const VOCABULARY_LIST_TILE = 192;
export const VOCABULARY_WEIGHTS = 224;
/** Byte offsets in a tile, of u32s: where its logits and its mask are, its first token, how many tokens, and the blocks' shift. */
export const TILE_X = 0;
export const TILE_MASK = 4;
export const TILE_FROM = 8;
export const TILE_TOKENS = 12;
export const TILE_SHIFT = 16;
/** Byte offsets in the weights, of float64s: the largest logit and the temperature. */
export const WEIGHTS_M = 0;
export const WEIGHTS_TEMPERATURE = 8;
/** f64[VOCABULARY_BINS][2], a histogram; or the digits that a list is sorted by; or where the blocks of a draw begin. */
export const VOCABULARY_HISTOGRAM = 1024;
/** f32[VOCABULARY_BLOCKS], the largest allowed logit of each block. */
export const VOCABULARY_MAXIMA = 17408;

/**
 * Numbers that kernels, the JavaScript twin and the facade have in common. They are plain constants, which asc and tsc both read.
 */

/** Phases of a kernel along an axis (phases.ts): one call with ALL, or one each, tile by tile. */
export const INIT = 1; // before the first tile
export const MAX = 2; // m
export const SUM = 4; // s = Σ exp((x - m) / T); for kernels with exact zeros a pass over the candidates
export const FINISH = 8; // y
export const ALL = 15;

/** The end of a pass of SUM, for kernels with exact zeros: they may need another pass. */
export const SETTLE = 16;
export const ALL_SPARSE = 31;
/** Not a phase but a flag: x was written by the kernel `scores`, so a row of nothing but -Infinity is one that is fully masked. */
export const MASKED = 32;
/** A flag of the first SUM over more positions than before, for columns in tiles: every τ may move again, from where it is. */
export const WIDEN = 64;

/** Columns worked on together, and the width of their state; tiles narrower than the axis are no wider. */
export const STRIP = 256;
/** Bytes of the state that a kernel keeps between phases. */
export const STATE_BYTES = 21504;

// Functions with exact zeros (assembly/sparse/, src/js/sparse/). The modes of the search in a row (candidates.ts):
/** The list takes the logits above the best lower bound of τ, and is shortened when it is full. */
export const GATHERING = 0;
/** Most of a full list stayed, so the support is large: the rest of the pass only counts. */
export const FULL = 1;
/** The list takes logits from everywhere in the row; the search in the row begins at their τ. */
export const SAMPLING = 2;
/** Each pass over the row takes the sums at one τ, list by list. */
export const PASSING = 3;
/** As PASSING, after the first list of a pass. */
export const PASSED = 4;
// The stages of the search above alpha = 2: the support of a part of the row, the support of the row, its shares.
export const PART = 0;
export const SUPPORT = 1;
export const SHARES = 2;

/** Candidates that the list holds. */
export const LIST_FLOATS = 1968;
/** Floats that lie together in a sample; after as many the list may be shortened. */
export const GROUP_FLOATS = 16;
/** The step from an S - 1 below this is the last one in a sample, whose τ is only a first guess for the row. */
export const SAMPLE_NEAR = 0.1;
/** Steps in which a sample's support must become the row's; else the search for the support starts over. */
export const SAMPLE_GUESSES = 4;
/** A full list may stay nearly full after so many steps, then the mode is FULL; more above alpha = 2, where half of the steps move
 *  the upper bound, which shortens no list. */
export const IDLE_STEPS = 2;
export const IDLE_STEPS_STEEP = 8;
/**
 * Newton's rule takes 2-12 steps, and the search for a support up to three for each bit of a float. This is a guard against
 * rounding that goes in circles, and against logits that change.
 */
export const MOST_STEPS = 200;
/** Columns are solved in their first positions before they are in all: in an eighth again and again, while so many are left. */
export const FEWEST_POSITIONS = 64;
/** Beyond these rates, 2^160 and 2^-1022, no difference of float32s is below 1, or no share can be told from 0. */
export const MOST_RATE = 1.4615016373309029e48;
export const LEAST_RATE = 2.2250738585072014e-308;

/** 2^64: up to this temperature differences of logits need no factor before they are divided by it (exp.ts). */
export const PLAIN_TEMPERATURE = 1.8446744073709552e19;

/** The largest float32. */
export const FLT_MAX = 3.4028234663852886e38;
/** The smallest |scale| that float32 holds with all its digits, 2^-126: below it a row of q has an exponent of its own. */
export const LEAST_SCALE = 1.1754943508222875e-38;
/** A row of q that has an exponent of its own is scaled until its largest |q| is in [2^125, 2^127). */
export const TOP_EXPONENT = 125;

/** Rows of o and q are padded to a multiple of this, for every backend's tiles. */
export const ROWS_MULTIPLE = 6;
/** Columns of o, and keys and columns of a packed chunk. */
export const COLUMNS_MULTIPLE = 16;
/** Queries that attentionTiles takes together, and keys: their scores are its scratch. */
export const TILED_ROWS = 24;
export const TILED_KEYS = 256;
/** Keys that attentionRows weighs together: for each row its scratch holds their weights, and a row of o. */
export const ROW_KEYS = 64;
/** Keys that it reads on end before it turns to their values: for each row its scratch holds their scores. */
export const ROW_STREAK = 512;
/** Bytes kept of a query between chunks of keys: its maximum, its exponent and its sum. */
export const QUERY_BYTES = 16;

/**
 * A pass: the arguments of attentionTiles and attentionRows, a block of queries against a chunk of keys, as they lie in memory.
 * assembly/attention/pass.ts says what they are. Words, but for the first two, which are float64s.
 */
export const PASS_SOFTCAP = 0;
export const PASS_POSITION = 8;
export const PASS_O = 16;
export const PASS_QUERY = 20;
export const PASS_Q = 24;
export const PASS_SCRATCH = 28;
export const PASS_ODD = 32;
export const PASS_PACKED = 36;
export const PASS_HEAD_DIM = 40;
export const PASS_VALUE_DIM = 44;
/** An address, and the pitch behind it. */
export const PASS_K = 48;
export const PASS_V = 56;
export const PASS_HEADS = 64;
export const PASS_QUERIES = 68;
export const PASS_ALIBI = 72;
export const PASS_KEYS = 76;
export const PASS_FROM = 80;
export const PASS_TO = 84;
/** An address, and behind it the pitches of heads and of rows. */
export const PASS_BIAS = 88;
export const PASS_MASK = 100;
export const PASS_WEIGHTS = 112;
/** Two bytes: the formats of k and of v, 0 for float32. */
export const PASS_FORMATS = 124;
export const PASS_WIDE = 128;
export const PASS_BYTES = 136;
/** Formats of 16 bits, of keys and values that attentionRows reads. */
export const FLOAT16 = 1;
export const BFLOAT16 = 2;

/** Blocks of tokens whose maxima are kept (assembly/vocabulary/). */
export const VOCABULARY_BLOCKS = 1024;
/** Bins of a histogram, two float64s each. */
export const VOCABULARY_BINS = 1024;
/** Tokens that a pass works on together; tiles and blocks are multiples of it. */
export const VOCABULARY_STRIP = 256;
/** Blocks whose maximum is below it have no logit that is finite or larger: -FLT_MAX. */
export const LOWEST = -3.4028234663852886e38;
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
/** Behind them, written by the host: the tile of a row, the tile that is a list of logits, and the weights (m and T). */
export const VOCABULARY_ROW_TILE = 160;
export const VOCABULARY_LIST_TILE = 192;
export const VOCABULARY_WEIGHTS = 224;
/** The two rows of a residual, the tile of the second, and room for its weights: f32[64]. */
export const VOCABULARY_TARGET = 256;
export const VOCABULARY_DRAFT = 288;
export const VOCABULARY_DRAFT_TILE = 320;
export const VOCABULARY_DRAFT_WEIGHTS = 512;
/** Byte offsets in a tile, of u32s: where its logits and its mask are, its first token, how many tokens, and the blocks' shift. */
export const TILE_X = 0;
export const TILE_MASK = 4;
export const TILE_FROM = 8;
export const TILE_TOKENS = 12;
export const TILE_SHIFT = 16;
/** Byte offsets in the weights, of float64s: the largest logit and the temperature. */
export const WEIGHTS_M = 0;
export const WEIGHTS_TEMPERATURE = 8;
/** Byte offsets in a side, which begins with weights: the address of its tile, the threshold of what is kept, the last token at it. */
export const SIDE_TILE = 16;
export const SIDE_T = 20;
export const SIDE_LAST = 24;
/** f64[VOCABULARY_BINS][2], a histogram; or the digits that a list is sorted by; or the mass where the blocks of a draw begin, f64s. */
export const VOCABULARY_HISTOGRAM = 1024;
/** f32[VOCABULARY_BLOCKS], the largest allowed logit of each block. */
export const VOCABULARY_MAXIMA = 17408;

/** Where each family's static data begins (tables, stages): all binaries may share one memory. From HEAP_BASE on it is the host's. */
export const ROWS_DATA = 16;
export const SPARSE_DATA = 1808;
export const ATTENTION_DATA = 4704;
export const VOCABULARY_DATA = 5216;
export const HEAP_BASE = 7392;

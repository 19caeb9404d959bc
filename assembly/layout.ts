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

/** Where the families' static data begins (tables, stages): all their binaries may live in one memory. Then comes what is the host's. */
export const ROWS_DATA = 16;
export const SPARSE_DATA = 1536;
export const ATTENTION_DATA = 4352;
export const VOCABULARY_DATA = 4864;
export const HEAP_BASE = 7168;

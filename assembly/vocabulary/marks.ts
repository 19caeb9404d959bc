/**
 * The structures in memory that the passes over a vocabulary read (Tile, Weights) and write (Marks), at addresses that the host
 * gives. The host writes tiles and weights and reads marks, at the offsets of layout.ts. The compiler compares those with the classes
 * here.
 */
import {
  SIDE_LAST, SIDE_T, SIDE_TILE, TILE_FROM, TILE_MASK, TILE_SHIFT, TILE_TOKENS, TILE_X, VOCABULARY_ABOVE, VOCABULARY_COUNT, VOCABULARY_HISTOGRAM,
  VOCABULARY_LEAST, VOCABULARY_LOG, VOCABULARY_MASS, VOCABULARY_MAXIMA, VOCABULARY_MOST, VOCABULARY_ROW_TILE, VOCABULARY_SUM,
  VOCABULARY_TAIL, VOCABULARY_THRESHOLD, VOCABULARY_TIES, VOCABULARY_TOTAL, VOCABULARY_WEIGHT, WEIGHTS_M, WEIGHTS_TEMPERATURE,
} from "../layout";

/** Tokens that a pass works on: a tile of a row, or a list of logits, which is one tile without blocks. */
@unmanaged
export class Tile {
  x: usize; // f32[n], the logits
  mask: usize; // u32[⌈n / 32⌉], bit i & 31 of word i >> 5 is set where the tile's token i is allowed; 0: all are
  from: usize; // the tile's first token, a multiple of STRIP
  n: usize; // how many tokens
  shift: u32; // blocks are of 2^shift tokens; 0: there are none
}

/** m and T, from which the weights exp((x - m) / T) of a distribution are computed. */
@unmanaged
export class Weights {
  m: f64; // the largest allowed logit, a float32
  temperature: f64;
}

/** One of the two rows of a residual: its weights, its tile, and the tokens that truncation keeps of it. */
@unmanaged
export class Side {
  m: f64;
  temperature: f64;
  tile: Tile; // 0: the token `last` has all the weight
  t: f32; // tokens above it are kept, and of those that equal it the ones
  last: u32; // up to this token
}

/** Results of the passes: for the next tile, for other kernels and for the host. */
@unmanaged
export class Marks {
  sum: v128; // f64x2, Σ exp((x - m) / T)
  tail: v128; // f64x2, the sum of tail.ts
  // scalars in all lanes: V8 builds a splat anew in every round of a loop, but keeps a vector that it has loaded
  splat0: v128;
  splat1: v128;
  splat2: v128;
  splat3: v128;
  log: f64; // log Σ exp((x - m) / T)
  mass: f64; // weight of the tokens taken so far
  weight: f64; // weight of the token that was drawn, or of the bin that was found
  count: u32; // how many logits gather found between its bounds
  above: u32; // how many above them
  ties: u32; // how many tokens at the threshold are taken, or may still be
  threshold: f32; // the last logit that is taken
  least: f32; // the smallest of a list of logits
  most: f32; // the largest of them
  total: f32; // log Σ exp(x / T)
}

if (
  offsetof<Marks>("sum") != VOCABULARY_SUM || offsetof<Marks>("tail") != VOCABULARY_TAIL ||
  offsetof<Marks>("log") != VOCABULARY_LOG || offsetof<Marks>("mass") != VOCABULARY_MASS ||
  offsetof<Marks>("weight") != VOCABULARY_WEIGHT || offsetof<Marks>("count") != VOCABULARY_COUNT ||
  offsetof<Marks>("above") != VOCABULARY_ABOVE || offsetof<Marks>("ties") != VOCABULARY_TIES ||
  offsetof<Marks>("threshold") != VOCABULARY_THRESHOLD || offsetof<Marks>("least") != VOCABULARY_LEAST ||
  offsetof<Marks>("most") != VOCABULARY_MOST || offsetof<Marks>("total") != VOCABULARY_TOTAL ||
  offsetof<Marks>() > <usize>VOCABULARY_ROW_TILE ||
  offsetof<Tile>("x") != TILE_X || offsetof<Tile>("mask") != TILE_MASK ||
  offsetof<Tile>("from") != TILE_FROM || offsetof<Tile>("n") != TILE_TOKENS ||
  offsetof<Tile>("shift") != TILE_SHIFT ||
  offsetof<Side>("m") != WEIGHTS_M || offsetof<Side>("temperature") != WEIGHTS_TEMPERATURE ||
  offsetof<Side>("tile") != SIDE_TILE || offsetof<Side>("t") != SIDE_T || offsetof<Side>("last") != SIDE_LAST ||
  offsetof<Weights>("m") != WEIGHTS_M || offsetof<Weights>("temperature") != WEIGHTS_TEMPERATURE
) {
  ERROR("layout.ts and the classes of marks.ts differ");
}

/** The bins of the histogram. */
// @ts-ignore: decorator
@inline
export function binsOf(marks: Marks): usize {
  return changetype<usize>(marks) + VOCABULARY_HISTOGRAM;
}

/** Where the largest logit of the block of a token is kept. */
// @ts-ignore: decorator
@inline
export function maximumAt(marks: Marks, token: usize, shift: u32): usize {
  return changetype<usize>(marks) + VOCABULARY_MAXIMA + (token >> shift << 2);
}

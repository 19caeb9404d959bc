/**
 * What the passes over a vocabulary work on and leave behind: structures in memory, at addresses that the host gives.
 *
 * The host reads the marks at the offsets of layout.ts. They are compared with the class below when it is compiled.
 */
import {
  VOCABULARY_ABOVE, VOCABULARY_COUNT, VOCABULARY_HISTOGRAM, VOCABULARY_LEAST, VOCABULARY_LOG, VOCABULARY_MASS, VOCABULARY_MAXIMA,
  VOCABULARY_MOST, VOCABULARY_ROW_TILE, VOCABULARY_SUM, VOCABULARY_TAIL, VOCABULARY_THRESHOLD, VOCABULARY_TIES, VOCABULARY_TOTAL,
  VOCABULARY_WEIGHT,
} from "../layout";

/** Tokens that a pass works on: a tile of a row, or a list of logits, which is one tile without blocks. */
@unmanaged
export class Tile {
  x: usize = 0; // f32[n], the logits
  mask: usize = 0; // u32[⌈n / 32⌉], bit i & 31 of word i >> 5 is set where the tile's token i is allowed; 0: all are
  from: usize = 0; // the tile's first token, a multiple of STRIP
  n: usize = 0; // how many tokens
  shift: u32 = 0; // blocks are of 2^shift tokens; 0: there are none
}

/** The weights exp((x - m) / T) of a distribution. */
@unmanaged
export class Weights {
  temperature: f64 = 0;
  m: f32 = 0; // the largest allowed logit
}

/** What a pass leaves for the next tile, for other kernels and for the host. */
@unmanaged
export class Marks {
  sum: v128 = i64x2(0, 0); // f64x2, Σ exp((x - m) / T)
  tail: v128 = i64x2(0, 0); // f64x2, what tail.ts adds up
  // Scalars as vectors: V8 builds a splat anew in every round, what it has loaded it keeps.
  splat0: v128 = i64x2(0, 0);
  splat1: v128 = i64x2(0, 0);
  splat2: v128 = i64x2(0, 0);
  splat3: v128 = i64x2(0, 0);
  log: f64 = 0; // log Σ exp((x - m) / T)
  mass: f64 = 0; // weight of the tokens taken so far
  weight: f64 = 0; // weight of the token that was drawn, or of the bin that was found
  count: u32 = 0; // how many logits gather found between its bounds
  above: u32 = 0; // how many above them
  ties: u32 = 0; // how many tokens at the threshold are taken, or may still be
  threshold: f32 = 0; // the last logit that is taken
  least: f32 = 0; // the smallest of a list of logits
  most: f32 = 0; // the largest of them
  total: f32 = 0; // log Σ exp(x / T)
}

if (
  offsetof<Marks>("sum") != <usize>VOCABULARY_SUM || offsetof<Marks>("tail") != <usize>VOCABULARY_TAIL ||
  offsetof<Marks>("log") != <usize>VOCABULARY_LOG || offsetof<Marks>("mass") != <usize>VOCABULARY_MASS ||
  offsetof<Marks>("weight") != <usize>VOCABULARY_WEIGHT || offsetof<Marks>("count") != <usize>VOCABULARY_COUNT ||
  offsetof<Marks>("above") != <usize>VOCABULARY_ABOVE || offsetof<Marks>("ties") != <usize>VOCABULARY_TIES ||
  offsetof<Marks>("threshold") != <usize>VOCABULARY_THRESHOLD || offsetof<Marks>("least") != <usize>VOCABULARY_LEAST ||
  offsetof<Marks>("most") != <usize>VOCABULARY_MOST || offsetof<Marks>("total") != <usize>VOCABULARY_TOTAL ||
  offsetof<Marks>() > <usize>VOCABULARY_ROW_TILE
) {
  ERROR("layout.ts and the class Marks differ");
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

/** Tells the kernels of a tile. */
export function vocabularyTile(tile: Tile, x: usize, mask: usize, from: usize, n: usize, shift: u32): void {
  tile.x = x;
  tile.mask = mask;
  tile.from = from;
  tile.n = n;
  tile.shift = shift;
}

/** Tells the kernels what tokens weigh: exp((x - m) / T) */
export function vocabularyWeights(weights: Weights, m: f32, temperature: f64): void {
  weights.m = m;
  weights.temperature = temperature;
}

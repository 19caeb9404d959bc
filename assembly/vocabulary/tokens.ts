/**
 * What the passes over a vocabulary share: where they keep what they find, and how they get at the logits.
 *
 * A pass walks over the tokens tile by tile, in index order, `from` being the first token of the tile and a multiple of STRIP. The
 * vocabulary is divided into blocks of 2^shift tokens, at most BLOCKS of them, and the first pass leaves the maximum of
 * each: later passes skip the blocks that lie below what they look for. shift 0 is a list of floats without blocks.
 *
 * mask    u32[⌈tokens / 32⌉], bit i & 31 of word i >> 5 is token i's, 1 = allowed; 0 for none
 */
import { STAGE } from "../stage";

export const SUM: usize = 0; // f64x2, Σ exp((x - m) / T)
export const LOG: usize = 16; // f64, its logarithm
export const COUNT: usize = 24; // u32, how many gather found
export const LEAST: usize = 28; // f32, the smallest of them
export const MOST: usize = 32; // f32, the largest
export const TIES: usize = 36; // u32, how many tokens at the threshold may still be taken
export const MASS: usize = 40; // f64, weight of what has been taken
export const WEIGHT: usize = 48; // f64, weight of the token that was drawn
export const SPLATS: usize = 64; // v128[6], scalars as vectors: V8 builds a splat anew in every round, what it has loaded it keeps
export const TOTAL: usize = 1016; // f32, log Σ exp(x / T)
export const BINS: usize = 1024; // f64[1024][2], a histogram, or two
export const MAXIMA: usize = 17408; // f32[1024], of the blocks

/** Bins of a sixteenth of an octave: 64 octaves, what is lighter does not count in a vocabulary of 2^27. */
export const OCTAVE_BINS: usize = 1024;

/** No limit to the tokens taken at the threshold. */
export const ALL: u32 = 0xffffffff;

/** Tokens that a pass works on together. */
export const STRIP: usize = 256;

/** Whether all of the block at token `at` lies below `least`. */
// @ts-ignore: decorator
@inline
export function below(state: usize, at: usize, shift: u32, least: f32): bool {
  return shift != 0 && load<f32>(state + (at >> shift << 2), MAXIMA) < least;
}

/** Whether none of the n <= STRIP tokens from i on is allowed. */
export function forbidden(mask: usize, i: usize, n: usize): bool {
  let any: u32 = 0;
  for (let j: usize = 0; j < n; j += 32) any |= load<u32>(mask + ((i + j) >> 5 << 2));
  return any == 0;
}

/** n <= STRIP logits from i on: where they lie, or at STAGE, times h, with `hole` for what is not allowed. */
export function strip(x: usize, mask: usize, i: usize, n: usize, h: f32, hole: f32): usize {
  x += i << 2;
  if (mask == 0 && h == 1) return x;
  const hv = f32x4.splat(h), holes = f32x4.splat(hole), lanes = i32x4(1, 2, 4, 8);
  for (let j: usize = 0; j < n; j += 4) {
    let v = f32x4.mul(v128.load(x + (j << 2)), hv);
    if (mask) {
      const bits = load<u32>(mask + ((i + j) >> 5 << 2)) >> ((i + j) & 31);
      const shut = i32x4.eq(v128.and(i32x4.splat(bits), lanes), i32x4.splat(0));
      v = v128.bitselect(holes, v, shut);
    }
    v128.store(STAGE + (j << 2), v);
  }
  return STAGE;
}

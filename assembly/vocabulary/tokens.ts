/**
 * What the passes over a vocabulary share: where they keep what they find, and how they get at the logits.
 *
 * A pass walks over the tokens tile by tile, in index order, `from` being the first token of the tile and a multiple of STRIP. The
 * vocabulary is divided into blocks of 2^shift tokens, at most BLOCKS of them, and the first pass leaves the maximum of
 * each: later passes skip the blocks that lie below what they look for. shift 0 is a list of floats without blocks.
 *
 * A logit's key is a u32 that grows as the logit falls: 0 and -0 have one, +Infinity's is the least and -Infinity's the largest of
 * what is not NaN. Histograms and sorting are of keys, so that bounds are exact, whatever the logits' scale.
 *
 * mask    u32[⌈tokens / 32⌉], bit i & 31 of word i >> 5 is token i's, 1 = allowed; 0 for none
 */
import { STAGE } from "../stage";

export const SUM: usize = 0; // f64x2, Σ exp((x - m) / T)
export const LOG: usize = 16; // f64, its logarithm
export const COUNT: usize = 24; // u32, how many gather found between its bounds
export const ABOVE: usize = 28; // u32, how many above them
export const LEAST: usize = 32; // f32, the smallest of a list of logits
export const TIES: usize = 36; // u32, how many tokens at the threshold may still be taken, or are
export const MASS: usize = 40; // f64, weight of what has been taken
export const WEIGHT: usize = 48; // f64, weight of the token that was drawn
export const THRESHOLD: usize = 56; // f32, the last logit that is taken
export const MOST: usize = 60; // f32, the largest of a list
export const TAIL: usize = 64; // f64x2, weights of what tail.ts adds up, in two parts
export const SPLATS: usize = 128; // v128[4], scalars as vectors: V8 builds a splat anew in every round, what it has loaded it keeps
export const TOTAL: usize = 1016; // f32, log Σ exp(x / T)
export const BINS: usize = 1024; // f64[1024][2], a histogram; or what list.ts and draw.ts count
export const MAXIMA: usize = 17408; // f32[1024], of the blocks

/** Bins of a histogram. */
export const BIN_BITS: u32 = 10;

/** No limit to the tokens taken at the threshold. */
export const ALL: u32 = 0xffffffff;

/** Tokens that a pass works on together. */
export const STRIP: usize = 256;

/** The key of a logit. */
// @ts-ignore: decorator
@inline
export function keyOf(x: f32): u32 {
  const bits = reinterpret<i32>(x + 0);
  return bits ^ (~(bits >> 31) & 0x7fffffff);
}

/** The logit of a key. */
// @ts-ignore: decorator
@inline
export function logitOf(key: u32): f32 {
  return reinterpret<f32>(key ^ (~(<i32>key >> 31) & 0x7fffffff));
}

/** Four bit patterns of logits to keys, -0 being 0 already, or keys to those. */
// @ts-ignore: decorator
@inline
export function flip(v: v128): v128 {
  return v128.xor(v, v128.andnot(i32x4.splat(0x7fffffff), i32x4.shr_s(v, 31)));
}

/** The least float32 above t; above Infinity, NaN. */
export function next(t: f32): f32 {
  if (t == 0) return f32.MIN_VALUE;
  const bits = reinterpret<i32>(t);
  return reinterpret<f32>(bits + (bits > 0 ? 1 : -1));
}

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

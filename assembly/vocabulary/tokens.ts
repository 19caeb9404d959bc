/**
 * The walk of the passes over a vocabulary: tiles, strips, blocks, masks, and the keys of logits.
 *
 * A pass walks over the tokens tile by tile, in index order. The vocabulary is divided into at most VOCABULARY_BLOCKS blocks of
 * 2^shift tokens. The first pass leaves the maximum of each block; later passes skip the blocks that lie below what they look
 * for.
 *
 * A logit's key is a u32 that grows as the logit falls. 0 and -0 have the same; apart from NaN, +Infinity has the least key and
 * -Infinity the largest. Histograms and sorting are of keys, so that bounds are exact, whatever the logits' scale.
 */
import { ALL_TIES, VOCABULARY_STRIP } from "../layout";
import { STAGE } from "../stage";
import { Marks, maximumAt, Tile } from "./marks";

/** No limit to the tokens taken at the threshold. */
export const ALL: u32 = <u32>ALL_TIES;

/** Tokens that a pass works on together. */
export const STRIP: usize = VOCABULARY_STRIP;

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

/** Four logits' bits to keys, or keys to logits' bits. -0 must be 0 already. */
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

/** Whether every logit of the block of `token` lies below `least`. */
// @ts-ignore: decorator
@inline
export function below(marks: Marks, token: usize, shift: u32, least: f32): bool {
  return shift != 0 && load<f32>(maximumAt(marks, token, shift)) < least;
}

/** Whether none of the tile's n <= STRIP tokens from i on is allowed. */
export function forbidden(tile: Tile, i: usize, n: usize): bool {
  const mask = tile.mask;
  if (mask == 0) return false;
  let any: u32 = 0;
  for (let j: usize = 0; j < n; j += 32) any |= load<u32>(mask + ((i + j) >> 5 << 2));
  return any == 0;
}

/** n <= STRIP logits of a tile from i on: where they lie, or at STAGE, times h, with `hole` for what is not allowed. */
export function strip(tile: Tile, i: usize, n: usize, h: f32, hole: f32): usize {
  const x = tile.x + (i << 2), mask = tile.mask;
  if (mask == 0 && h == 1) return x;
  const hv = f32x4.splat(h), holes = f32x4.splat(hole), lanes = i32x4(1, 2, 4, 8);
  for (let j: usize = 0; j < n; j += 4) {
    let v = f32x4.mul(v128.load(x + (j << 2)), hv);
    if (mask) {
      const bits = load<u32>(mask + ((i + j) >> 5 << 2)) >> (<u32>(i + j) & 31);
      const shut = i32x4.eq(v128.and(i32x4.splat(bits), lanes), i32x4.splat(0));
      v = v128.bitselect(holes, v, shut);
    }
    v128.store(STAGE + (j << 2), v);
  }
  return STAGE;
}

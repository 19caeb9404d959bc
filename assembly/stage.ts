/**
 * Copies logits to a stage, for two cases that plain loops do not know: a mask, and a temperature past 2^64.
 *
 * stage[i] = mask[i] ? x[i]·h : hole                    i < n <= STRIP, padded with holes to whole vectors
 *
 * The plain loops then run over `stage` instead of x: 256 floats stay in L1, so the mask costs
 * no pass of its own.
 */
import { firstLanes } from "./lanes";
import { STRIP } from "./phases";

// @ts-ignore: decorator
@lazy export const STAGE: usize = memory.data(1024, 16);

/** Lanes of the four mask bytes at `mask`: all ones where the byte is not 0. */
// @ts-ignore: decorator
@inline
export function maskLanes(mask: usize): v128 {
  const bytes = v128.load_zero<u32>(mask);
  return v128.ne<i32>(v128.extend_low<u16>(v128.extend_low<u8>(bytes)), i32x4.splat(0));
}

/** @returns not 0 when a position takes part; mask 0 is no mask */
export function stage(x: usize, mask: usize, n: usize, h: f32, hole: f32): bool {
  const hv = f32x4.splat(h);
  const holes = f32x4.splat(hole);
  let any = i32x4.splat(0);
  for (let i: usize = 0; i < n; i += 4) {
    let take = mask ? maskLanes(mask + i) : i32x4.splat(-1);
    if (n - i < 4) take = v128.and(take, firstLanes(n - i));
    any = v128.or(any, take);
    v128.store(STAGE + (i << 2), v128.bitselect(f32x4.mul(v128.load(x + (i << 2)), hv), holes, take));
  }
  return v128.any_true(any);
}

/** Position a of columns: x itself, or the stage. A shared mask has one byte for the whole of it. */
export function stageColumns(x: usize, mask: usize, shared: bool, a: usize, pitch: usize, n: usize, h: f32, hole: f32): usize {
  if (mask == 0 && h == 1) return x;
  if (!shared) {
    stage(x, mask ? mask + a * pitch : 0, n, h, hole);
  } else if (load<u8>(mask + a)) {
    stage(x, 0, n, h, hole);
  } else {
    const holes = f32x4.splat(hole);
    for (let i: usize = 0; i < STRIP; i += 4) v128.store(STAGE + (i << 2), holes);
  }
  return STAGE;
}

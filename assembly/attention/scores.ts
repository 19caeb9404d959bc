/**
 * From products to scores, a row of them at a time, in place:
 *
 *   s = softcap·tanh(s / softcap)      softcap 0: none
 *   s += bias                          0: none
 *   s -= slope·|key - position|        ALiBi; 0: none
 *   s = -Infinity                      where mask is 0, and outside of from <= key < to
 *
 * n is a multiple of 4; what stands behind the last key is outside. Masked bias is read, and dropped.
 */
import { rowFill } from "../row";
import { maskLanes } from "../stage";
import { tanh } from "../tanh";

function soften(s: usize, n: usize, softcap: f32): void {
  const cap = f32x4.splat(softcap), perCap = f32x4.splat(1 / softcap);
  for (const end = s + (n << 2); s < end; s += 16) {
    v128.store(s, f32x4.mul(cap, tanh(f32x4.mul(v128.load(s), perCap))));
  }
}

/** @param first  key 0's distance from the query's position */
function slant(s: usize, n: usize, slope: f32, first: i32): void {
  const slopes = f32x4.splat(slope), four = i32x4.splat(4);
  let d = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  for (const end = s + (n << 2); s < end; s += 16) {
    const far = f32x4.abs(f32x4.convert_i32x4_s(d));
    v128.store(s, f32x4.sub(v128.load(s), f32x4.mul(slopes, far)));
    d = i32x4.add(d, four);
  }
}

export function rowScores(
  s: usize, bias: usize, mask: usize, n: usize, from: usize, to: usize, first: i32, softcap: f32, slope: f32,
): void {
  if (softcap > 0) soften(s, n, softcap);
  if (bias) {
    for (let i: usize = 0; i < n << 2; i += 16) v128.store(s + i, f32x4.add(v128.load(s + i), v128.load(bias + i)));
  }
  if (slope != 0) slant(s, n, slope, first);
  if (mask) {
    const masked = f32x4.splat(-Infinity);
    for (let i: usize = 0; i < n; i += 4) {
      const at = s + (i << 2);
      v128.store(at, v128.bitselect(v128.load(at), masked, maskLanes(mask + i)));
    }
  }
  if (from > 0) rowFill(s, from, -Infinity);
  if (to < n) rowFill(s + (to << 2), n - to, -Infinity);
}

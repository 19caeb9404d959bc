/**
 * From products to scores, a row of them at a time, in place:
 *
 *   s = softcap·tanh(s / softcap)      softcap 0: none
 *   s += bias                          0: none
 *   s -= slope·|key - position|        ALiBi; 0: none
 *   s = -Infinity                      where bias is -Infinity or mask is 0, and outside of from <= key < to
 *
 * n is a multiple of 4; products behind the last key count as outside. Masked bias is read, and dropped. Sums of finite operands
 * that overflow are FLT_MAX or -Infinity, +Infinity of an infinite one is NaN: after this no score is +Infinity.
 */
import { rowFill } from "../row";
import { maskLanes } from "../stage";
import { scoresAgain } from "./overflow";
import { Pass } from "./pass";
import { tanh } from "./tanh";

function soften(s: usize, n: usize, softcap: f32): void {
  const cap = f32x4.splat(softcap), perCap = f32x4.splat(1 / softcap);
  for (const end = s + (n << 2); s < end; s += 16) {
    v128.store(s, f32x4.mul(cap, tanh(f32x4.mul(v128.load(s), perCap))));
  }
}

/** Mends sums that are +Infinity: FLT_MAX where both operands were finite, else NaN. A bias of -Infinity masks, whatever it met. */
function mendSums(s: usize, n: usize, bias: usize, slope: f32): void {
  for (let i: usize = 0; i < n << 2; i += 4) {
    const b: f32 = bias ? load<f32>(bias + i) : 0;
    if (b == -Infinity) store<f32>(s + i, b);
    else if (load<f32>(s + i) == Infinity) {
      store<f32>(s + i, b == Infinity || abs<f32>(slope) == Infinity ? NaN : f32.MAX_VALUE);
    }
  }
}

/** Whether no score in a sum of scores was NaN or +Infinity: the sum would be too. */
// @ts-ignore: decorator
@inline
function areBelowInfinity(sum: v128): bool {
  return i32x4.all_true(f32x4.lt(sum, f32x4.splat(Infinity)));
}

/** s -= slope·|key - position|. @param position  of the query, counted from key 0 */
function slant(s: usize, n: usize, bias: usize, slope: f32, position: f32): void {
  const slopes = f32x4.splat(slope), p = f32x4.splat(position), four = f32x4.splat(4);
  let j = f32x4(0, 1, 2, 3), sum = f32x4.splat(0);
  for (let i: usize = 0; i < n << 2; i += 16) {
    const far = f32x4.abs(f32x4.sub(j, p));
    const x = f32x4.sub(v128.load(s + i), f32x4.mul(slopes, far));
    v128.store(s + i, x);
    sum = f32x4.add(sum, x);
    j = f32x4.add(j, four);
  }
  if (!areBelowInfinity(sum)) mendSums(s, n, bias, slope);
}

function addBias(s: usize, n: usize, bias: usize): void {
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < n << 2; i += 16) {
    const x = f32x4.add(v128.load(s + i), v128.load(bias + i));
    v128.store(s + i, x);
    sum = f32x4.add(sum, x);
  }
  if (!areBelowInfinity(sum)) mendSums(s, n, bias, 0);
}

function rowScores(
  s: usize, bias: usize, mask: usize, n: usize, from: usize, to: usize, position: f32, softcap: f32, slope: f32,
): void {
  if (softcap > 0) soften(s, n, softcap);
  if (bias) addBias(s, n, bias);
  if (slope != 0) slant(s, n, bias, slope, position);
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

/** j as a bound among `keys`: 0 to keys. */
// @ts-ignore: decorator
@inline
export function within(j: i32, keys: usize): usize {
  return <usize>min<i32>(max<i32>(j, 0), <i32>keys);
}

/** Row r's scores in w: -Infinity for every key of the chunk, until one is computed. */
export function clearScores(pass: Pass, r: usize): void {
  rowFill(pass.w + ((r / pass.queries * pass.wHead + r % pass.queries * pass.wRow) << 2), pass.keys, -Infinity);
}

/**
 * s = the scores of row r and keys j0 … j0 + n of a chunk, from their products, in place; and a copy of them in w.
 *
 * @param width   n rounded up to whole vectors or tiles
 * @param again   products may have overflowed, or have an exponent e: they are looked at one by one (overflow.ts)
 * @param k       the keys from j0 on, as scoresAgain takes them
 */
export function scoreRow(
  pass: Pass, r: usize, s: usize, j0: usize, n: usize, width: usize,
  again: bool, e: i32, q: usize, k: usize, panel: usize, lanes: usize,
): void {
  const g = r / pass.queries, row = r % pass.queries;
  const moved = <i32>row - <i32>j0;
  const from = within(pass.from + moved, n), to = within(pass.to + moved, n);
  const bias = pass.bias ? pass.bias + ((g * pass.biasHead + row * pass.biasRow + j0) << 2) : 0;
  const mask = pass.mask ? pass.mask + g * pass.maskHead + row * pass.maskRow + j0 : 0;
  const slope: f32 = pass.alibi ? load<f32>(pass.alibi + (g << 2)) : 0;
  if (again) scoresAgain(s, q, k, panel, lanes, pass.headDim, e, bias, mask, from, to);
  rowScores(s, bias, mask, width, from, to, <f32>pass.position + <f32>moved, <f32>pass.softcap, slope);
  if (pass.w) memory.copy(pass.w + ((g * pass.wHead + row * pass.wRow + j0) << 2), s, n << 2);
}

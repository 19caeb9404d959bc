/**
 * The candidates of a row: the logits that can still have a share, side by side in a list.
 *
 * p_j = [s·(x_j - m) - τ]_+^(1/s) with s = alpha - 1 sums to 1 for one τ, and τ >= -1: what lies 1/s or more below the
 * maximum has no share, and of most rows a few dozen logits remain. One pass over the row lists them, and the search for τ
 * walks over the list alone. Three things can be known of a row:
 *
 *   GATHERING   the list takes what lies above the best lower bound of τ. When it is full the search goes on in it by itself:
 *               fewer logits have a smaller τ, so each step is a better bound, and what it rules out leaves the list.
 *   FULL        most of a full list stayed: the support is large. The rest of this pass is not looked at.
 *   PASSING     each pass over the row takes the sums at one τ, list by list; when all candidates fit once, the list is
 *               solved as above. PASSED: a list went through already.
 *
 * What is done depends on the order of the logits and on nothing else, so a row in tiles gets the same bits.
 *
 * source  Martins & Astudillo 2016 (arXiv:1602.02068); Condat 2016, doi:10.1007/s10107-015-0946-6 (bounds from a part of
 *         the row)
 * Measured, 32000 floats N(0, 3²): 0.31 ns a float for the whole of sparsemax, against 45-220 for a sort.
 */
import { loadTail } from "./lanes";
import {
  LIST, SPARSE_ABOVE, SPARSE_BASE, SPARSE_BELOW, SPARSE_COUNT, SPARSE_CUT, SPARSE_D, SPARSE_FLOOR, SPARSE_HIGH, SPARSE_LEAST,
  SPARSE_LIST, SPARSE_M, SPARSE_MODE, SPARSE_OPEN, SPARSE_OVER, SPARSE_PASSES, SPARSE_PIVOT, SPARSE_ROOT, SPARSE_S, SPARSE_SCALE,
  SPARSE_STAGE, SPARSE_T, SPARSE_UNDER,
} from "./phases";

/** S and D += those of the list's n floats, which are followed by a vector of -Infinity. */
export type Accumulate = (state: usize, list: usize, n: usize) => void;

/** Moves τ by S and D, and LEAST with it. @returns τ is found */
export type Step = (state: usize) => bool;

const GATHERING: u32 = 0;
const FULL: u32 = 1;
const PASSING: u32 = 2;
const PASSED: u32 = 3;

/** What entmaxSteep.ts does with a list: look for the support in a part of the row, in all of it, or for its shares. */
export const PART: u32 = 0;
export const SUPPORT: u32 = 1;
export const SHARES: u32 = 2;

/** Newton's rule takes 2-12 steps, bisection 64 at most: a guard against rounding going in circles. */
const STEPS: u32 = 200;

// Byte indices that move the lanes of a bit mask to the front: [a b c d], 0b1010 -> [b d . .]
// @ts-ignore: decorator
@lazy const FRONT: usize = memory.data<u32>([
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0000
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0001
  0x07060504, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0010
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0011
  0x0b0a0908, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0100
  0x03020100, 0x0b0a0908, 0x0b0a0908, 0x0f0e0d0c, // 0101
  0x07060504, 0x0b0a0908, 0x0b0a0908, 0x0f0e0d0c, // 0110
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0111
  0x0f0e0d0c, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 1000
  0x03020100, 0x0f0e0d0c, 0x0b0a0908, 0x0f0e0d0c, // 1001
  0x07060504, 0x0f0e0d0c, 0x0b0a0908, 0x0f0e0d0c, // 1010
  0x03020100, 0x07060504, 0x0f0e0d0c, 0x0f0e0d0c, // 1011
  0x0b0a0908, 0x0f0e0d0c, 0x0b0a0908, 0x0f0e0d0c, // 1100
  0x03020100, 0x0b0a0908, 0x0f0e0d0c, 0x0f0e0d0c, // 1101
  0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x0f0e0d0c, // 1110
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 1111
], 16);

/** The lanes of d above the cut to list[count…]. @returns the new count */
// @ts-ignore: decorator
@inline
function append(list: usize, count: u32, d: v128, cut: v128): u32 {
  const taken = i32x4.bitmask(f32x4.gt(d, cut));
  v128.store(list + (<usize>count << 2), v128.swizzle(d, v128.load(FRONT + (<usize>taken << 4))));
  return count + popcnt(taken);
}

/** LEAST as float32s that are smaller: CUT as it is, FLOOR for logits from which BASE has not been taken. */
export function cutAtLeast(state: usize): void {
  const least = load<f64>(state, SPARSE_LEAST);
  const cut = <f32>least, floor = <f32>(least + <f64>load<f32>(state, SPARSE_BASE));
  store<f32>(state, cut - abs(cut) * 1.2e-7 - 1e-44, SPARSE_CUT);
  store<f32>(state, floor - (abs(floor) + abs(cut)) * 1.2e-7 - 1e-44, SPARSE_FLOOR);
}

function clearSums(state: usize): void {
  store<f64>(state, 0, SPARSE_S);
  store<f64>(state, 0, SPARSE_D);
  store<f64>(state, Infinity, SPARSE_ABOVE);
  store<f64>(state, -Infinity, SPARSE_BELOW);
  store<f64>(state, 0, SPARSE_OVER);
  store<f64>(state, 0, SPARSE_UNDER);
}

/** The search starts with all that lies above LEAST. */
function open(state: usize, stage: u32): void {
  const m = <f64>load<f32>(state, SPARSE_M);
  store<u32>(state, stage, SPARSE_STAGE);
  store<f64>(state, m, SPARSE_HIGH);
  store<f64>(state, m, SPARSE_ROOT);
  store<f64>(state, 0.5 * (load<f64>(state, SPARSE_LEAST) + m), SPARSE_PIVOT);
  store<f64>(state, Infinity, SPARSE_OPEN);
  clearSums(state);
}

/** A row whose maximum is known. @param relative  the list holds x - m, else x itself */
export function begin(state: usize, m: f32, scale: f64, relative: bool): void {
  store<f32>(state, m, SPARSE_M);
  store<f32>(state, relative ? m : 0, SPARSE_BASE);
  store<u32>(state, 0, SPARSE_COUNT);
  store<u32>(state, GATHERING, SPARSE_MODE);
  store<u32>(state, 0, SPARSE_PASSES);
  store<f64>(state, (relative ? 0 : <f64>m) - 1 / scale, SPARSE_LEAST);
  store<f64>(state, scale, SPARSE_SCALE);
  store<f64>(state, 0, SPARSE_T);
  cutAtLeast(state);
  open(state, SUPPORT);
}

function listSums(state: usize, count: u32, accumulate: Accumulate): void {
  const list = state + SPARSE_LIST;
  v128.store(list + (<usize>count << 2), f32x4.splat(-Infinity));
  accumulate(state, list, count);
}

function solve(state: usize, count: u32, accumulate: Accumulate, step: Step): void {
  for (let i: u32 = 0; i < STEPS; i++) {
    clearSums(state);
    listSums(state, count, accumulate);
    if (step(state)) return;
  }
}

/** A full list: half of it has to go, or τ of this part of the row be found. @returns how many stay in it */
function shorten(state: usize, count: u32, accumulate: Accumulate, step: Step): u32 {
  if (load<u32>(state, SPARSE_MODE) != GATHERING) {
    store<u32>(state, PASSED, SPARSE_MODE);
    listSums(state, count, accumulate);
    return 0;
  }
  const list = state + SPARSE_LIST;
  let left = count;
  open(state, PART);
  for (let i: u32 = 0; i < STEPS && left > LIST / 2; i++) {
    clearSums(state);
    listSums(state, left, accumulate);
    const found = step(state);
    cutAtLeast(state);
    const cut = f32x4.splat(load<f32>(state, SPARSE_CUT)), all = left;
    left = 0;
    for (let j: u32 = 0; j < all; j += 4) left = append(list, left, v128.load(list + (<usize>j << 2)), cut);
    if (found) break;
  }
  if (left > LIST / 4 * 3) store<u32>(state, FULL, SPARSE_MODE);
  return left;
}

/** Lists the candidates among n floats, of one tile after the other. */
export function gather(state: usize, x: usize, n: usize, accumulate: Accumulate, step: Step): void {
  if (load<u32>(state, SPARSE_MODE) == FULL) return;
  const list = state + SPARSE_LIST, base = f32x4.splat(load<f32>(state, SPARSE_BASE));
  let cut = f32x4.splat(load<f32>(state, SPARSE_CUT)), floor = f32x4.splat(load<f32>(state, SPARSE_FLOOR));
  let count = load<u32>(state, SPARSE_COUNT);
  for (; n >= 16; n -= 16, x += 64) {
    const v0 = v128.load(x), v1 = v128.load(x, 16), v2 = v128.load(x, 32), v3 = v128.load(x, 48);
    const any = f32x4.gt(f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3)), floor);
    if (!v128.any_true(any)) continue;
    count = append(list, count, f32x4.sub(v0, base), cut);
    count = append(list, count, f32x4.sub(v1, base), cut);
    count = append(list, count, f32x4.sub(v2, base), cut);
    count = append(list, count, f32x4.sub(v3, base), cut);
    if (count <= LIST - 16) continue;
    count = shorten(state, count, accumulate, step);
    if (load<u32>(state, SPARSE_MODE) == FULL) return;
    cut = f32x4.splat(load<f32>(state, SPARSE_CUT));
    floor = f32x4.splat(load<f32>(state, SPARSE_FLOOR));
  }
  for (; n; x += 16) {
    const v = n < 4 ? loadTail(x, n, f32x4.splat(-Infinity)) : v128.load(x);
    count = append(list, count, f32x4.sub(v, base), cut);
    n -= min(n, 4);
  }
  store<u32>(state, count, SPARSE_COUNT);
}

/** As gather, for one column: positions `pitch` floats apart. */
export function gatherColumn(
  state: usize, x: usize, axis: usize, pitch: usize, accumulate: Accumulate, step: Step,
): void {
  const list = state + SPARSE_LIST, base = load<f32>(state, SPARSE_BASE);
  let cut = load<f32>(state, SPARSE_CUT);
  let count = load<u32>(state, SPARSE_COUNT);
  while (axis) {
    const block = min(axis, 16);
    for (let a: usize = 0; a < block; a++, x += pitch << 2) {
      const d = load<f32>(x) - base;
      if (!(d > cut)) continue;
      store<f32>(list + (<usize>count << 2), d);
      count++;
    }
    axis -= block;
    if (block < 16 || count <= LIST - 16) continue; // where gather looks, so a column has the bits of a row
    count = shorten(state, count, accumulate, step);
    if (load<u32>(state, SPARSE_MODE) == FULL) return;
    cut = load<f32>(state, SPARSE_CUT);
  }
  store<u32>(state, count, SPARSE_COUNT);
}

/** The row's last tile is through. @returns another pass is needed */
export function settle(state: usize, accumulate: Accumulate, step: Step): bool {
  const mode = load<u32>(state, SPARSE_MODE);
  const count = load<u32>(state, SPARSE_COUNT);
  if (mode == FULL) {
    open(state, SUPPORT);
  } else if (mode != PASSED) {
    if (mode == GATHERING) open(state, SUPPORT);
    solve(state, count, accumulate, step);
    return false;
  } else {
    listSums(state, count, accumulate);
    const passes = load<u32>(state, SPARSE_PASSES) + 1;
    store<u32>(state, passes, SPARSE_PASSES);
    if (step(state) || passes >= STEPS) return false;
    clearSums(state);
  }
  cutAtLeast(state);
  store<u32>(state, PASSING, SPARSE_MODE);
  store<u32>(state, 0, SPARSE_COUNT);
  return true;
}

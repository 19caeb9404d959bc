/**
 * The candidates of a row: the logits that can still have a share, side by side in a list.
 *
 * p_j = [s·(x_j - m) - τ]_+^(1/s) with s = alpha - 1 sums to 1 for one τ, and τ >= -1: what lies 1/s or more below the
 * maximum, T/s above alpha = 2, has no share, and of most rows a few dozen logits remain. One pass over the row lists them, and the search for τ
 * walks over the list alone. What can be known of a row:
 *
 *   GATHERING   the list takes what lies above the best lower bound of τ. When it is full the search goes on in it by
 *               itself: fewer logits have a smaller τ, so each step is a better bound, and what it rules out leaves the
 *               list.
 *   FULL        most of a full list stayed, or making room has cost more than a look at every logit seen: the support is
 *               large. The rest of this pass only counts.
 *   SAMPLING    a list of logits from everywhere in the row, each for so many: its τ is where the search in the row begins.
 *   PASSING     each pass over the row takes the sums at one τ, list by list; when all candidates fit once, the list is
 *               solved as above. PASSED: a list went through already.
 *
 * What is done depends on the order of the logits and on nothing else, so a row in tiles gets the same bits. It may be
 * written to meanwhile: the list is bounded by its own count, the passes by STEPS, and no pass needs what another one saw.
 *
 * source  Martins & Astudillo 2016 (arXiv:1602.02068); Condat 2016, doi:10.1007/s10107-015-0946-6 (bounds from a part of
 *         the row)
 * Measured, 32000 floats N(0, 3²): 0.31 ns a float for the whole of sparsemax, against 45-220 for a sort.
 */
import { loadTail } from "../lanes";
import { log } from "../log";
import {
  LIST, SPARSE_ABOVE, SPARSE_BASE, SPARSE_BELOW, SPARSE_COUNT, SPARSE_CUT, SPARSE_D, SPARSE_FAR, SPARSE_FIRST,
  SPARSE_FLOOR, SPARSE_GUESS, SPARSE_HIGHER, SPARSE_LAST, SPARSE_LEAST, SPARSE_LENGTH, SPARSE_LEVEL, SPARSE_LIFT,
  SPARSE_LIST, SPARSE_LOG_RATE, SPARSE_M, SPARSE_MODE, SPARSE_MOVE, SPARSE_PASSES, SPARSE_PIVOT, SPARSE_RATE, SPARSE_ROOT, SPARSE_S, SPARSE_SAMPLED,
  SPARSE_SCALE, SPARSE_SEEN, SPARSE_SLOW, SPARSE_STAGE, SPARSE_T, SPARSE_WIDTH, SPARSE_WORK,
} from "../phases";

/** S and D += those of the list's n floats, which are followed by a vector of -Infinity. */
export type Accumulate = (state: usize, list: usize, n: usize) => void;

/** Moves τ by S and D, and LEAST with it. @returns τ is found */
export type Step = (state: usize) => bool;

const GATHERING: u32 = 0;
const FULL: u32 = 1;
const SAMPLING: u32 = 2;
const PASSING: u32 = 3;
const PASSED: u32 = 4;

/** What entmaxSteep.ts does with a list: look for the support in a part of the row, in all of it, or for its shares. */
export const PART: u32 = 0;
export const SUPPORT: u32 = 1;
export const SHARES: u32 = 2;

/**
 * Newton's rule takes 2-12 steps, and the search of a support up to three for each bit of a float: a guard against rounding going in
 * circles, and logits that change.
 */
const STEPS: u32 = 200;

/** Floats that lie together in a sample, and where the list is looked at. */
const GROUP: u32 = 16;

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

/** Keeps the differences of denormal logits from being denormal too: each product with one takes 150 cycles on Intel. */
function liftOf(m: f32): f32 {
  return abs(m) < 7.9e-31 ? 8.673617379884035e-19 : 0; // 2^-100, 2^-60
}

/** liftOf four maxima */
export function lifts(m: v128): v128 {
  return v128.and(f32x4.lt(f32x4.abs(m), f32x4.splat(7.9e-31)), f32x4.splat(8.673617379884035e-19));
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
  store<f64>(state, 0, SPARSE_HIGHER);
  store<f64>(state, 0, SPARSE_LEVEL);
}

/** The search starts with all that lies above LEAST. */
function open(state: usize, stage: u32): void {
  const m = <f64>load<f32>(state, SPARSE_M), cut = <f64>max(load<f32>(state, SPARSE_CUT), -f32.MAX_VALUE);
  store<u32>(state, stage, SPARSE_STAGE);
  store<f64>(state, m, SPARSE_ROOT);
  store<f64>(state, cut, SPARSE_PIVOT);
  store<f64>(state, cut, SPARSE_FIRST);
  store<f64>(state, m, SPARSE_LAST);
  store<f64>(state, Infinity, SPARSE_WIDTH);
  store<f64>(state, 0, SPARSE_MOVE);
  store<f64>(state, Infinity, SPARSE_FAR);
  store<u32>(state, 0, SPARSE_SLOW);
  clearSums(state);
}

/** A row whose maximum is known. @param rate  as SPARSE_RATE @param relative  the list holds x - m, else x itself */
export function begin(state: usize, m: f32, s: f64, rate: f64, relative: bool): void {
  const lift = relative ? liftOf(m) : 0;
  store<f32>(state, m, SPARSE_M);
  store<f32>(state, lift, SPARSE_LIFT);
  store<f32>(state, relative ? m + lift : 0, SPARSE_BASE);
  store<u32>(state, 0, SPARSE_COUNT);
  store<u32>(state, GATHERING, SPARSE_MODE);
  store<u32>(state, 0, SPARSE_PASSES);
  store<u32>(state, 0, SPARSE_SEEN);
  store<u32>(state, 0, SPARSE_WORK);
  store<u32>(state, 0, SPARSE_GUESS);
  store<f64>(state, (relative ? 0 : <f64>m) - 1 / rate, SPARSE_LEAST);
  store<f64>(state, s, SPARSE_SCALE);
  store<f64>(state, rate, SPARSE_RATE);
  if (!relative) store<f64>(state, log(rate), SPARSE_LOG_RATE);
  store<f64>(state, 0, SPARSE_T);
  cutAtLeast(state);
}

/** Takes the sums of the list, each logit counting `weight` times, and a step. @returns τ is found */
function listStep(state: usize, count: u32, weight: f64, accumulate: Accumulate, step: Step): bool {
  clearSums(state);
  listSums(state, count, accumulate);
  if (weight != 1) {
    store<f64>(state, weight * load<f64>(state, SPARSE_S), SPARSE_S);
    store<f64>(state, weight * load<f64>(state, SPARSE_D), SPARSE_D);
    store<f64>(state, weight * load<f64>(state, SPARSE_HIGHER), SPARSE_HIGHER);
    store<f64>(state, weight * load<f64>(state, SPARSE_LEVEL), SPARSE_LEVEL);
  }
  return step(state);
}

function listSums(state: usize, count: u32, accumulate: Accumulate): void {
  const list = state + SPARSE_LIST;
  v128.store(list + (<usize>count << 2), f32x4.splat(-Infinity));
  accumulate(state, list, count);
}

/** @param near  an S - 1 after which one step more will do */
function solve(state: usize, count: u32, weight: f64, near: f64, accumulate: Accumulate, step: Step): void {
  for (let i: u32 = 0; i < STEPS; i++) {
    if (listStep(state, count, weight, accumulate, step) || abs(load<f64>(state, SPARSE_S) - 1) < near) return;
  }
}

/** A full list: half of it has to go, or τ of this part of the row be found. @returns how many stay in it */
function shorten(state: usize, count: u32, seen: u32, accumulate: Accumulate, step: Step): u32 {
  if (load<u32>(state, SPARSE_MODE) != GATHERING) {
    store<u32>(state, PASSED, SPARSE_MODE);
    listSums(state, count, accumulate);
    return 0;
  }
  const list = state + SPARSE_LIST, affordable = seen + 4 * LIST;
  const patience = load<f64>(state, SPARSE_SCALE) > 1 ? 8 : 2; // above alpha 2 half of the steps are to the other side
  let left = count, work = load<u32>(state, SPARSE_WORK), idle = 0;
  open(state, PART);
  while (left > LIST / 2 && work < affordable && idle < patience) {
    work += left;
    const found = listStep(state, left, 1, accumulate, step);
    cutAtLeast(state);
    const cut = f32x4.splat(load<f32>(state, SPARSE_CUT)), all = left;
    v128.store(list + (<usize>all << 2), f32x4.splat(-Infinity));
    left = 0;
    for (let j: u32 = 0; j < all; j += 4) left = append(list, left, v128.load(list + (<usize>j << 2)), cut);
    if (found) break;
    if (left > all - all / 8) idle++;
  }
  store<u32>(state, work, SPARSE_WORK);
  if (left > LIST / 4 * 3 || work >= affordable) store<u32>(state, FULL, SPARSE_MODE);
  return left;
}

/** The sample's k-th group: one of each `stride`, not always the same one of them. */
// @ts-ignore: decorator
@inline
function sampled(k: u32, stride: u32): u32 {
  return k * stride + k * 7 % stride;
}

/** Of how many groups one is sampled. */
// @ts-ignore: decorator
@inline
function sampleStride(state: usize): u32 {
  return load<u32>(state, SPARSE_LENGTH) / GROUP / (LIST / GROUP - 1) + 1;
}

/** Lists the sample's candidates among n floats, `pitch` floats apart. */
function gatherSample(state: usize, x: usize, n: u32, pitch: usize): void {
  const list = state + SPARSE_LIST, stride = sampleStride(state);
  const lift = load<f32>(state, SPARSE_LIFT), base = load<f32>(state, SPARSE_BASE), cut = load<f32>(state, SPARSE_CUT);
  const seen = load<u32>(state, SPARSE_SEEN);
  let count = load<u32>(state, SPARSE_COUNT), positions = load<u32>(state, SPARSE_SAMPLED);
  for (let k = seen / GROUP / stride; ; k++) {
    const from = sampled(k, stride) * GROUP;
    if (from < seen) continue;
    if (from + GROUP > seen + n || count > LIST - GROUP) break;
    positions += GROUP;
    let at = x + (<usize>(from - seen) * pitch << 2);
    for (let j: u32 = 0; j < GROUP; j++, at += pitch << 2) {
      const d = load<f32>(at) + lift - base;
      store<f32>(list + (<usize>count << 2), d);
      count += d > cut ? 1 : 0;
    }
  }
  store<u32>(state, count, SPARSE_COUNT);
  store<u32>(state, positions, SPARSE_SAMPLED);
}

/** Lists the candidates among n floats, of one tile after the other. */
export function gather(state: usize, x: usize, n: usize, accumulate: Accumulate, step: Step): void {
  const mode = load<u32>(state, SPARSE_MODE);
  let seen = load<u32>(state, SPARSE_SEEN);
  if (mode == SAMPLING) gatherSample(state, x, <u32>n, 1);
  store<u32>(state, seen + <u32>n, SPARSE_SEEN);
  if (mode == FULL || mode == SAMPLING) return;
  const list = state + SPARSE_LIST;
  const lift = f32x4.splat(load<f32>(state, SPARSE_LIFT)), base = f32x4.splat(load<f32>(state, SPARSE_BASE));
  let cut = f32x4.splat(load<f32>(state, SPARSE_CUT)), floor = f32x4.splat(load<f32>(state, SPARSE_FLOOR));
  let count = load<u32>(state, SPARSE_COUNT);
  for (; n >= 16; n -= 16, x += 64) {
    seen += GROUP;
    const v0 = v128.load(x), v1 = v128.load(x, 16), v2 = v128.load(x, 32), v3 = v128.load(x, 48);
    const any = f32x4.gt(f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3)), floor);
    if (!v128.any_true(any)) continue;
    const d0 = f32x4.sub(f32x4.add(v0, lift), base), d1 = f32x4.sub(f32x4.add(v1, lift), base);
    const d2 = f32x4.sub(f32x4.add(v2, lift), base), d3 = f32x4.sub(f32x4.add(v3, lift), base);
    if (i32x4.all_true(f32x4.gt(f32x4.pmin(f32x4.pmin(d0, d1), f32x4.pmin(d2, d3)), cut))) {
      const end = list + (<usize>count << 2);
      v128.store(end, d0);
      v128.store(end, d1, 16);
      v128.store(end, d2, 32);
      v128.store(end, d3, 48);
      count += 16;
    } else {
      count = append(list, count, d0, cut);
      count = append(list, count, d1, cut);
      count = append(list, count, d2, cut);
      count = append(list, count, d3, cut);
    }
    if (count <= LIST - 16) continue;
    count = shorten(state, count, seen, accumulate, step);
    if (load<u32>(state, SPARSE_MODE) == FULL) return;
    cut = f32x4.splat(load<f32>(state, SPARSE_CUT));
    floor = f32x4.splat(load<f32>(state, SPARSE_FLOOR));
  }
  for (; n; x += 16) {
    const v = n < 4 ? loadTail(x, n, f32x4.splat(-Infinity)) : v128.load(x);
    count = append(list, count, f32x4.sub(f32x4.add(v, lift), base), cut);
    n -= min(n, 4);
  }
  store<u32>(state, count, SPARSE_COUNT);
}

/** As gather, for one column: positions `pitch` floats apart. */
export function gatherColumn(
  state: usize, x: usize, axis: usize, pitch: usize, accumulate: Accumulate, step: Step,
): void {
  const mode = load<u32>(state, SPARSE_MODE);
  let seen = load<u32>(state, SPARSE_SEEN);
  if (mode == SAMPLING) gatherSample(state, x, <u32>axis, pitch);
  store<u32>(state, seen + <u32>axis, SPARSE_SEEN);
  if (mode == FULL || mode == SAMPLING) return;
  const list = state + SPARSE_LIST, lift = load<f32>(state, SPARSE_LIFT), base = load<f32>(state, SPARSE_BASE);
  let cut = load<f32>(state, SPARSE_CUT);
  let count = load<u32>(state, SPARSE_COUNT);
  while (axis) {
    const block = min(axis, 16);
    seen += <u32>block;
    for (let a: usize = 0; a < block; a++, x += pitch << 2) {
      const d = load<f32>(x) + lift - base;
      if (!(d > cut)) continue;
      store<f32>(list + (<usize>count << 2), d);
      count++;
    }
    axis -= block;
    if (block < 16 || count <= LIST - 16) continue; // where gather looks, so a column has the bits of a row
    count = shorten(state, count, seen, accumulate, step);
    if (load<u32>(state, SPARSE_MODE) == FULL) return;
    cut = load<f32>(state, SPARSE_CUT);
  }
  store<u32>(state, count, SPARSE_COUNT);
}

/** The next pass over the row. */
function again(state: usize, mode: u32): bool {
  cutAtLeast(state);
  store<u32>(state, mode, SPARSE_MODE);
  store<u32>(state, 0, SPARSE_COUNT);
  store<u32>(state, 0, SPARSE_SEEN);
  return true;
}

/** The row's last tile is through. @returns another pass is needed */
export function settle(state: usize, accumulate: Accumulate, step: Step): bool {
  const mode = load<u32>(state, SPARSE_MODE);
  const count = load<u32>(state, SPARSE_COUNT);
  if (mode == FULL) {
    store<u32>(state, load<u32>(state, SPARSE_SEEN), SPARSE_LENGTH);
    store<u32>(state, 0, SPARSE_SAMPLED);
    open(state, SUPPORT);
    return again(state, SAMPLING);
  }
  if (mode == SAMPLING) {
    const least = load<f64>(state, SPARSE_LEAST); // as the whole row has shown it
    const weight = <f64>load<u32>(state, SPARSE_LENGTH) / <f64>load<u32>(state, SPARSE_SAMPLED);
    solve(state, count, weight, 0.1, accumulate, step);
    const stage = load<u32>(state, SPARSE_STAGE), pivot = load<f64>(state, SPARSE_PIVOT), root = load<f64>(state, SPARSE_ROOT);
    store<f64>(state, least, SPARSE_LEAST);
    store<u32>(state, 1, SPARSE_GUESS);
    cutAtLeast(state);
    open(state, stage);
    if (stage == SHARES) store<f64>(state, root, SPARSE_ROOT);
    store<f64>(state, max(pivot, load<f64>(state, SPARSE_FIRST)), SPARSE_PIVOT);
    return again(state, PASSING);
  }
  if (mode == PASSED) {
    listSums(state, count, accumulate);
    const passes = load<u32>(state, SPARSE_PASSES) + 1;
    store<u32>(state, passes, SPARSE_PASSES);
    if (step(state) || passes >= STEPS) return false;
    clearSums(state);
    return again(state, PASSING);
  }
  if (mode == GATHERING) open(state, SUPPORT);
  solve(state, count, 1, 0, accumulate, step);
  return false;
}

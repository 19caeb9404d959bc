/**
 * Newton's rule (newton.ts) for a strip of columns at once, 1 < alpha <= 2: the vector lies across four columns, and each of
 * its lanes has a τ of its own. Nothing is listed: a column takes as many passes as its τ takes steps. A pass takes eight
 * positions at a time and skips them where none can have a share. The first passes are over few of the positions, then over
 * eight times as many, and so on up to all (eighths): τ of fewer logits is smaller, so it is a lower bound to go on from.
 *
 * S and D are float64 sums in the order of the positions, to which what is off the support adds 0. A τ that does not move any
 * more stays, whatever its neighbours do. So a column has the same bits in any strip and in any tiles.
 */
import { columnsInit, columnsMax } from "../columns";
import { firstLanes, high, low, narrow, storeUpTo4 } from "../lanes";
import { FEWEST_POSITIONS, MOST_STEPS } from "../layout";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, FINISH, INIT, MASKED, MAX, SETTLE, SUM, WIDEN } from "../phases";
import { COLUMN_D, COLUMN_T } from "./search";

/** An S - 1 that is too small to see: a thousandth of the bound of a row's sum. */
const ENOUGH: f64 = 1e-9;

/** The same for entmax15 before its last step, which leaves n / 4 times the square of S - 1: less than ENOUGH for n <= SHORT. */
const LAST: f64 = 1e-5;

/** Positions for which a column's values are loaded into registers once. */
const ROWS: usize = 8;
/** Positions for which they are loaded once when the result is written. */
const FINISHED: usize = 32;

/** Up to this many positions four columns are solved one after the other, in registers. */
export const SHORT: usize = 32;

/** The first passes are over at least so many positions. */
const FEWEST: usize = FEWEST_POSITIONS;

/** How many times `axis` is cut to an eighth. */
function eighths(axis: usize): usize {
  let k: usize = 0;
  while (axis >> (3 * (k + 1)) >= FEWEST) k++;
  return k;
}

/** Every τ may move. */
function widen(state: usize, width: usize): void {
  for (let i: usize = 0; i < width << 2; i += 16) v128.store(state + i, i32x4.splat(-1), COLUMN_PART);
}

function newtonInit(state: usize, width: usize): void {
  columnsInit(state, false, width);
  for (let i: usize = 0; i < width << 2; i += 16) {
    clearSums(state + (i << 1));
    v128.store(state + (i << 1), f64x2.splat(0), COLUMN_T);
    v128.store(state + (i << 1), f64x2.splat(0), COLUMN_T + 16);
  }
}

/** The phases of a strip before SUM. */
export function newtonBegin(state: usize, phases: i32, x: usize, axis: usize, width: usize, pitch: usize): void {
  if (phases & INIT) newtonInit(state, width);
  if (phases & WIDEN) widen(state, width);
  if (phases & MAX) columnsMax(state, x, 0, false, axis, width, pitch, 1);
}

function clearSums(at: usize): void {
  const zero = f64x2.splat(0);
  v128.store(at, zero, COLUMN_S);
  v128.store(at, zero, COLUMN_S + 16);
  v128.store(at, zero, COLUMN_D);
  v128.store(at, zero, COLUMN_D + 16);
}

/** All ones in the lanes of columns that are there. */
// @ts-ignore: decorator
@inline
export function lanesOf(left: usize): v128 {
  return left >= 4 ? i32x4.splat(-1) : firstLanes(left);
}

/** τ of four columns as differences d = x - m, lower by three roundings (4e-7 of it): ds up to it are surely off the support. */
// @ts-ignore: decorator
@inline
function cutOf(tau0: v128, tau1: v128, s: f32): v128 {
  return f32x4.mul(narrow(tau0, tau1), f32x4.splat(<f32>(1.0000004 / s)));
}

/** Whether one of `rows` positions of four columns can have a share. */
// @ts-ignore: decorator
@inline
function anyAbove(x: usize, rows: usize, step: usize, m: v128, cut: v128): bool {
  let most = v128.load(x);
  for (let r = rows - 1; r; r--) {
    x += step;
    most = f32x4.pmax(most, v128.load(x));
  }
  return v128.any_true(f32x4.gt(f32x4.sub(most, m), cut));
}

/** The term of a share in S, or with `slope` in D: w and 1 for sparsemax, w² and w for entmax15. */
// @ts-ignore: decorator
@inline
function term(w: v128, zero: v128, square: bool, slope: bool): v128 {
  if (square) return slope ? w : f64x2.mul(w, w);
  return slope ? v128.and(f64x2.splat(1), f64x2.gt(w, zero)) : w;
}

/** w = [z - τ]_+ */
// @ts-ignore: decorator
@inline
function weight(z: v128, tau: v128, zero: v128): v128 {
  return f64x2.pmax(f64x2.sub(z, tau), zero);
}

/** S and D of a strip, of those that still move */
// @ts-ignore: decorator
@inline
function sums(state: usize, x: usize, axis: usize, width: usize, pitch: usize, square: bool): void {
  const step = pitch << 2, zero = f64x2.splat(0), one = f64x2.splat(1);
  const scale = f32x4.splat(square ? 0.5 : 1);
  for (let a: usize = 0; a < axis; a += ROWS, x += step * ROWS) {
    const rows = min(ROWS, axis - a);
    for (let i: usize = 0; i < width; i += 4) {
      const at = state + (i << 2), tAt = state + (i << 3);
      if (!v128.any_true(v128.load(at, COLUMN_PART))) continue;
      const m = v128.load(at, COLUMN_M);
      const tau0 = f64x2.sub(v128.load(tAt, COLUMN_T), one), tau1 = f64x2.sub(v128.load(tAt, COLUMN_T + 16), one);
      let from = x + (i << 2);
      if (!anyAbove(from, rows, step, m, cutOf(tau0, tau1, square ? 0.5 : 1))) continue;
      let s0 = v128.load(tAt, COLUMN_S), s1 = v128.load(tAt, COLUMN_S + 16);
      let d0 = v128.load(tAt, COLUMN_D), d1 = v128.load(tAt, COLUMN_D + 16);
      for (let r = rows; r; r--, from += step) {
        const z = f32x4.mul(f32x4.sub(v128.load(from), m), scale);
        const w0 = weight(low(z), tau0, zero), w1 = weight(high(z), tau1, zero);
        s0 = f64x2.add(s0, term(w0, zero, square, false));
        s1 = f64x2.add(s1, term(w1, zero, square, false));
        d0 = f64x2.add(d0, term(w0, zero, square, true));
        d1 = f64x2.add(d1, term(w1, zero, square, true));
      }
      v128.store(tAt, s0, COLUMN_S);
      v128.store(tAt, s1, COLUMN_S + 16);
      v128.store(tAt, d0, COLUMN_D);
      v128.store(tAt, d1, COLUMN_D + 16);
    }
  }
}

/** t of two columns after a step. */
// @ts-ignore: decorator
@inline
function moved(t: v128, S: v128, D: v128, square: bool): v128 {
  const share = f64x2.sub(S, square ? f64x2.sqrt(S) : f64x2.splat(1));
  return v128.bitselect(f64x2.add(t, f64x2.div(share, D)), t, f64x2.gt(S, f64x2.splat(1 + ENOUGH)));
}

/** [a b] and [c d] of float64 lanes -> [a b c d] */
// @ts-ignore: decorator
@inline
export function narrowLanes(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function settle(state: usize, width: usize, square: bool): bool {
  let again = i32x4.splat(0);
  for (let i: usize = 0; i < width; i += 4) {
    const at = state + (i << 2), tAt = state + (i << 3);
    if (!v128.any_true(v128.load(at, COLUMN_PART))) continue;
    const t0 = v128.load(tAt, COLUMN_T), t1 = v128.load(tAt, COLUMN_T + 16);
    const n0 = moved(t0, v128.load(tAt, COLUMN_S), v128.load(tAt, COLUMN_D), square);
    const n1 = moved(t1, v128.load(tAt, COLUMN_S + 16), v128.load(tAt, COLUMN_D + 16), square);
    const open = v128.and(narrowLanes(f64x2.gt(n0, t0), f64x2.gt(n1, t1)), lanesOf(width - i));
    v128.store(tAt, n0, COLUMN_T);
    v128.store(tAt, n1, COLUMN_T + 16);
    v128.store(at, open, COLUMN_PART);
    clearSums(tAt);
    again = v128.or(again, open);
  }
  return v128.any_true(again);
}

/** All steps for columns of few positions, four at a time. entmax15's last step is taken without a pass to check it (LAST). */
// @ts-ignore: decorator
@inline
function solveShort(state: usize, x: usize, axis: usize, width: usize, pitch: usize, square: bool): void {
  const step = pitch << 2, zero = f64x2.splat(0), one = f64x2.splat(1);
  const scale = f32x4.splat(square ? 0.5 : 1);
  for (let i: usize = 0; i < width; i += 4) {
    const m = v128.load(state + (i << 2), COLUMN_M), there = lanesOf(width - i);
    let t0 = zero, t1 = zero, open = there;
    for (let k = 0; k < MOST_STEPS; k++) {
      const tau0 = f64x2.sub(t0, one), tau1 = f64x2.sub(t1, one);
      let s0 = zero, s1 = zero, d0 = zero, d1 = zero;
      for (let a = axis, from = x + (i << 2); a; a--, from += step) {
        const z = f32x4.mul(f32x4.sub(v128.load(from), m), scale);
        const w0 = weight(low(z), tau0, zero), w1 = weight(high(z), tau1, zero);
        s0 = f64x2.add(s0, term(w0, zero, square, false));
        s1 = f64x2.add(s1, term(w1, zero, square, false));
        d0 = f64x2.add(d0, term(w0, zero, square, true));
        d1 = f64x2.add(d1, term(w1, zero, square, true));
      }
      const n0 = v128.bitselect(moved(t0, s0, d0, square), t0, v128.shuffle<u32>(open, open, 0, 0, 1, 1));
      const n1 = v128.bitselect(moved(t1, s1, d1, square), t1, v128.shuffle<u32>(open, open, 2, 2, 3, 3));
      const rest = f64x2.splat(square ? 1 + LAST : 1 + ENOUGH);
      open = v128.and(open, narrowLanes(f64x2.gt(s0, rest), f64x2.gt(s1, rest)));
      open = v128.and(open, narrowLanes(f64x2.gt(n0, t0), f64x2.gt(n1, t1)));
      t0 = n0;
      t1 = n1;
      if (!v128.any_true(open)) break;
    }
    v128.store(state + (i << 3), t0, COLUMN_T);
    v128.store(state + (i << 3), t1, COLUMN_T + 16);
  }
}

/** τ of a strip of columns that does not come in tiles, their maxima known. */
// @ts-ignore: decorator
@inline
function solve(state: usize, x: usize, axis: usize, width: usize, pitch: usize, square: bool): void {
  if (axis <= SHORT) {
    solveShort(state, x, axis, width, pitch, square);
    return;
  }
  for (let cut = <i32>eighths(axis); cut >= 0; cut--) {
    widen(state, width);
    for (let k = 0; k < MOST_STEPS; k++) {
      sums(state, x, axis >> (3 * cut), width, pitch, square);
      if (!settle(state, width, square)) break;
    }
  }
}

/**
 * A share of sparsemax, [x - m - τ]_+, or of entmax15, [(x - m) / 2 - τ]_+². τ comes in two float32 parts: what is left after
 * hi is exact where it is small, so that thousands of small shares are not all off to one side.
 */
// @ts-ignore: decorator
@inline
export function share(x: v128, m: v128, hi: v128, lo: v128, zero: v128, square: bool): v128 {
  const d = f32x4.sub(x, m);
  const z = square ? f32x4.mul(d, f32x4.splat(0.5)) : d;
  const w = f32x4.pmax(f32x4.sub(f32x4.sub(z, hi), lo), zero);
  return square ? f32x4.mul(w, w) : w;
}

/** m of four columns; 0 where nothing takes part: there x is -Infinity everywhere, and has no share. */
// @ts-ignore: decorator
@inline
export function presentMax(at: usize, phases: i32): v128 {
  const m = v128.load(at, COLUMN_M);
  return phases & MASKED ? v128.andnot(m, f32x4.eq(m, f32x4.splat(-Infinity))) : m;
}

/** COLUMN_ANY += how many of y are not 0. m - m is the NaN of a column whose maximum is not finite. */
// @ts-ignore: decorator
@inline
function shares(
  state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize, square: bool,
): void {
  const zero = f32x4.splat(0), one = f64x2.splat(1), step = pitch << 2;
  for (let a: usize = 0; a < axis; a += FINISHED, x += step * FINISHED, y += step * FINISHED) {
    const rows = min(FINISHED, axis - a);
    for (let i: usize = 0; i < width; i += 4) {
      const at = state + (i << 2), tAt = state + (i << 3);
      const m = presentMax(at, phases), nan = f32x4.sub(m, m);
      const tau0 = f64x2.sub(v128.load(tAt, COLUMN_T), one), tau1 = f64x2.sub(v128.load(tAt, COLUMN_T + 16), one);
      const hi = narrow(tau0, tau1);
      const lo = narrow(f64x2.sub(tau0, low(hi)), f64x2.sub(tau1, high(hi)));
      let count = v128.load(at, COLUMN_ANY);
      let from = x + (i << 2), to = y + (i << 2);
      for (let r = rows; r; r--, from += step, to += step) {
        const v = f32x4.add(share(v128.load(from), m, hi, lo, zero, square), nan);
        storeUpTo4(to, v, width - i);
        count = i32x4.sub(count, f32x4.ne(v, zero));
      }
      v128.store(at, count, COLUMN_ANY);
    }
  }
}

/** A Strip (search.ts). Inlined with a constant `square`, so that each kernel has code of its own. @returns τ still moves */
// @ts-ignore: decorator
@inline
export function columnsNewton(
  state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize, square: bool,
): bool {
  newtonBegin(state, phases, x, axis, width, pitch);
  if ((phases & (SUM | SETTLE)) == (SUM | SETTLE)) solve(state, x, axis, width, pitch, square);
  else if (phases & SUM) sums(state, x, axis, width, pitch, square);
  else if (phases & SETTLE) return settle(state, width, square);
  if (phases & FINISH) shares(state, phases, y, x, axis, width, pitch, square);
  return false;
}

/**
 * Passes over a strip of columns: `axis` positions of `width` <= STRIP neighbouring columns, `pitch` floats apart. The
 * vector lies across the columns and the walk along the axis is the walk along memory: nothing is transposed, and a
 * column's m and sums wait in `state`, which stays in L1.
 *
 * Special values as in row.ts. Lanes behind the strip's last column work on what they find and are never stored to y.
 */
import { exp, loadB, loadC1, loadC2, loadC3, loadC4, loadC5 } from "./exp";
import { high, low, maxNumber, storeUpTo4 } from "./lanes";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, INIT, MAX, NAN, STRIP, SUM } from "./phases";
import { STAGE, stageColumns } from "./stage";

/** Positions for which a column's values are loaded into registers once. */
export const ROWS: usize = 8;

export function columnsInit(state: usize, any: bool, width: usize): void {
  for (let i: usize = 0; i < width << 2; i += 16) {
    v128.store(state + i, f32x4.splat(-Infinity), COLUMN_M);
    v128.store(state + i, f32x4.splat(0), COLUMN_PART);
    v128.store(state + i, i32x4.splat(any ? 1 : 0), COLUMN_ANY);
    v128.store(state + (i << 1), f64x2.splat(0), COLUMN_S);
    v128.store(state + (i << 1) + 16, f64x2.splat(0), COLUMN_S);
  }
}

/** any |= mask */
function columnsAny(state: usize, mask: usize, step: usize, width: usize): void {
  for (let i: usize = 0; i < width; i++, mask += step) {
    const at = state + (i << 2);
    store<u32>(at, load<u32>(at, COLUMN_ANY) | load<u8>(mask), COLUMN_ANY);
  }
}

/** max(m, v); with seeNaN NaN for good once one is NaN */
// @ts-ignore: decorator
@inline
function fourMax(m: v128, v: v128, seeNaN: bool): v128 {
  const most = maxNumber(m, v); // keeps a NaN that m already is
  return seeNaN ? v128.bitselect(v, most, f32x4.ne(v, v)) : most;
}

// @ts-ignore: decorator
@inline
function columnsMaximum(
  state: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32, seeNaN: bool,
): void {
  const rows: usize = mask || h != 1 ? 1 : ROWS;
  const step = pitch << 2;
  for (let a: usize = 0; a < axis; a += rows) {
    if (mask) columnsAny(state, shared ? mask + a : mask + a * pitch, shared ? 0 : 1, width);
    const source = stageColumns(x + ((a * pitch) << 2), mask, shared, a, pitch, width, h, -Infinity);
    for (let i: usize = 0; i < width << 2; i += 32) {
      let m0 = v128.load(state + i, COLUMN_M), m1 = v128.load(state + i, COLUMN_M + 16);
      let from = source + i;
      for (let r = min(rows, axis - a); r; r--, from += step) {
        m0 = fourMax(m0, v128.load(from), seeNaN);
        m1 = fourMax(m1, v128.load(from, 16), seeNaN);
      }
      v128.store(state + i, m0, COLUMN_M);
      v128.store(state + i, m1, COLUMN_M + 16);
    }
  }
}

/** m of columns, NaN where a logit is NaN */
export function columnsMax(
  state: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32,
): void {
  columnsMaximum(state, x, mask, shared, axis, width, pitch, h, true);
}

/** m of columns, NaN left out */
export function columnsMaxNumber(
  state: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32,
): void {
  columnsMaximum(state, x, mask, shared, axis, width, pitch, h, false);
}

/** s += part, four columns */
// @ts-ignore: decorator
@inline
function fourWiden(s: usize, part: v128): void {
  v128.store(s, f64x2.add(v128.load(s, COLUMN_S), low(part)), COLUMN_S);
  v128.store(s, f64x2.add(v128.load(s, COLUMN_S + 16), high(part)), COLUMN_S + 16);
}

/** part = 0, and m = 0 where -Infinity is everywhere: each weighs 0, not exp(NaN); log 0 and 1 / 0 then give what such a column must be. */
function columnsRaise(state: usize, width: usize): void {
  for (let i: usize = 0; i < width << 2; i += 16) {
    const m = v128.load(state + i, COLUMN_M);
    v128.store(state + i, v128.andnot(m, f32x4.eq(m, f32x4.splat(-Infinity))), COLUMN_M);
    v128.store(state + i, f32x4.splat(0), COLUMN_PART);
  }
}

/**
 * y = exp((x - m) / T) at four positions of four columns. @returns part + Σ y
 *
 * Four exponentials that do not wait for each other: with two, columns take 1.1 times as long (Zen 4). And four columns from end to end,
 * not ROWS positions of a few: where y lies n · 4 KiB behind x and positions are 2 KiB apart, loads would wait for stores that seem to
 * be to the same place.
 */
// @ts-ignore: decorator
@inline
function fourPositions(
  y: usize, x: usize, yStep: usize, xStep: usize, m: v128, part: v128, c: v128, floor: v128,
  B: v128, C1: v128, C2: v128, C3: v128, C4: v128, C5: v128,
): v128 {
  const e0 = exp(f32x4.sub(v128.load(x), m), c, floor, B, C1, C2, C3, C4, C5);
  const e1 = exp(f32x4.sub(v128.load(x + xStep), m), c, floor, B, C1, C2, C3, C4, C5);
  const e2 = exp(f32x4.sub(v128.load(x + 2 * xStep), m), c, floor, B, C1, C2, C3, C4, C5);
  const e3 = exp(f32x4.sub(v128.load(x + 3 * xStep), m), c, floor, B, C1, C2, C3, C4, C5);
  v128.store(y, e0);
  v128.store(y + yStep, e1);
  v128.store(y + 2 * yStep, e2);
  v128.store(y + 3 * yStep, e3);
  return f32x4.add(f32x4.add(f32x4.add(f32x4.add(part, e0), e1), e2), e3);
}

/**
 * y = exp((x - m) / T), s += Σ y; y = 0: the sums alone.
 *
 * ROWS positions at a time: their terms are added in float32, in COLUMN_PART, before they go into float64. Where there are fewer, eight
 * columns at a time, whose m and sum stay in registers.
 */
function columnsExpSum(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32,
  c: f32, floor: f32,
): void {
  const cv = f32x4.splat(c), fv = f32x4.splat(floor);
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  const rows: usize = mask || h != 1 ? 1 : ROWS;
  const step = pitch << 2, targetStep = y ? step : 0;
  const fours = (width & ~3) << 2;
  columnsRaise(state, width);
  for (let a: usize = 0; a < axis; a += rows) {
    const from = stageColumns(x + a * step, mask, shared, a, pitch, width, h, -Infinity);
    const to = y ? y + a * step : STAGE;
    const count = min(rows, axis - a);
    let i: usize = 0;
    if (count == ROWS) {
      for (let r: usize = 0; r < ROWS; r += 4) {
        const source = from + r * step, target = to + r * targetStep;
        for (i = 0; i < fours; i += 16) {
          const at = state + i, m = v128.load(at, COLUMN_M);
          const part = fourPositions(
            target + i, source + i, targetStep, step, m, v128.load(at, COLUMN_PART), cv, fv, B, C1, C2, C3, C4, C5);
          v128.store(at, part, COLUMN_PART);
        }
      }
      for (i = 0; i < fours; i += 16) {
        fourWiden(state + (i << 1), v128.load(state + i, COLUMN_PART));
        v128.store(state + i, f32x4.splat(0), COLUMN_PART);
      }
    }
    for (; i + 16 < fours; i += 32) {
      const at = state + i;
      const m0 = v128.load(at, COLUMN_M), m1 = v128.load(at, COLUMN_M + 16);
      let s0 = f32x4.splat(0), s1 = s0;
      let source = from + i, target = to + i;
      for (let r = count; r; r--, source += step, target += targetStep) {
        const e0 = exp(f32x4.sub(v128.load(source), m0), cv, fv, B, C1, C2, C3, C4, C5);
        const e1 = exp(f32x4.sub(v128.load(source, 16), m1), cv, fv, B, C1, C2, C3, C4, C5);
        v128.store(target, e0);
        v128.store(target, e1, 16);
        s0 = f32x4.add(s0, e0);
        s1 = f32x4.add(s1, e1);
      }
      fourWiden(at + i, s0);
      fourWiden(at + i + 32, s1);
    }
    for (; i < width << 2; i += 16) {
      const at = state + i, m = v128.load(at, COLUMN_M), left = width - (i >> 2);
      let s = f32x4.splat(0);
      let source = from + i, target = to + i;
      for (let r = count; r; r--, source += step, target += targetStep) {
        const e = exp(f32x4.sub(v128.load(source), m), cv, fv, B, C1, C2, C3, C4, C5);
        storeUpTo4(target, e, left);
        s = f32x4.add(s, e);
      }
      fourWiden(at + i, s);
    }
  }
}

/** Everything before FINISH. */
export function columnsReduce(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize,
  h: f32, c: f32, floor: f32,
): void {
  if (phases & INIT) columnsInit(state, mask == 0, width);
  if (phases & MAX) {
    if (phases & NAN) columnsMax(state, x, mask, shared, axis, width, pitch, h);
    else columnsMaxNumber(state, x, mask, shared, axis, width, pitch, h);
  }
  if (phases & SUM) columnsExpSum(state, y, x, mask, shared, axis, width, pitch, h, c, floor);
}

/**
 * Passes over a strip of columns: `axis` positions of `width` <= STRIP neighbouring columns, `pitch` floats apart. The
 * vector lies across the columns and the walk along the axis is the walk along memory: nothing is transposed, and a
 * column's m and sums wait in `state`, which stays in the first cache.
 *
 * Special values as in row.ts. Lanes behind the strip's last column work on what they find and are never stored to y.
 */
import { exp, loadB, loadC0, loadC1, loadC2, loadC3, loadC4, loadC5 } from "./exp";
import { high, low, maxNumber, storeTail } from "./lanes";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, INIT, MAX, STRIP, SUM } from "./phases";
import { STAGE, stageColumns } from "./stage";

export function columnsInit(state: usize, any: bool): void {
  for (let i: usize = 0; i < STRIP << 2; i += 16) {
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

/** m = max(m, x·h), NaN for good once one is NaN */
export function columnsMax(
  state: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32,
): void {
  for (let a: usize = 0; a < axis; a++, x += pitch << 2) {
    if (mask) columnsAny(state, shared ? mask + a : mask + a * pitch, shared ? 0 : 1, width);
    const source = stageColumns(x, mask, shared, a, pitch, width, h, -Infinity);
    for (let i: usize = 0; i < width << 2; i += 16) {
      const v = v128.load(source + i);
      const m = maxNumber(v128.load(state + i, COLUMN_M), v); // keeps a NaN that m already is
      v128.store(state + i, v128.bitselect(v, m, f32x4.ne(v, v)), COLUMN_M);
    }
  }
}

/** s += part, part = 0 */
function columnsWiden(state: usize, width: usize): void {
  for (let i: usize = 0; i < width << 2; i += 16) {
    const part = v128.load(state + i, COLUMN_PART);
    const s = state + (i << 1);
    v128.store(s, f64x2.add(v128.load(s, COLUMN_S), low(part)), COLUMN_S);
    v128.store(s, f64x2.add(v128.load(s, COLUMN_S + 16), high(part)), COLUMN_S + 16);
    v128.store(state + i, f32x4.splat(0), COLUMN_PART);
  }
}

/** y = exp((x - m) / T), s += y; y = 0: the sums alone. Eight positions are added in float32, those in float64. */
function columnsExpSum(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32,
  c: f32, floor: f32,
): void {
  const cv = f32x4.splat(c), fv = f32x4.splat(floor), least = f32x4.splat(-Infinity);
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  for (let a: usize = 0; a < axis; a++, x += pitch << 2) {
    const source = stageColumns(x, mask, shared, a, pitch, width, h, -Infinity);
    const target = y ? y + ((a * pitch) << 2) : STAGE;
    for (let i: usize = 0; i < width << 2; i += 16) {
      let m = v128.load(state + i, COLUMN_M);
      m = v128.andnot(m, f32x4.eq(m, least)); // -Infinity everywhere: each weighs 0, not exp(NaN)
      const e = exp(f32x4.sub(v128.load(source + i), m), cv, fv, B, C0, C1, C2, C3, C4, C5);
      const left = width - (i >> 2);
      if (left >= 4) v128.store(target + i, e);
      else storeTail(target + i, e, left);
      v128.store(state + i, f32x4.add(v128.load(state + i, COLUMN_PART), e), COLUMN_PART);
    }
    if ((a & 7) == 7) columnsWiden(state, width);
  }
  columnsWiden(state, width);
}

/** Everything before FINISH. */
export function columnsReduce(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize,
  h: f32, c: f32, floor: f32,
): void {
  if (phases & INIT) columnsInit(state, mask == 0);
  if (phases & MAX) columnsMax(state, x, mask, shared, axis, width, pitch, h);
  if (phases & SUM) columnsExpSum(state, y, x, mask, shared, axis, width, pitch, h, c, floor);
}

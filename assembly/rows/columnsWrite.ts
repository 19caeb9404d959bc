/**
 * The last pass over a strip of columns, from what `state` holds of each: y = y·part, or y = (x - m) - part.
 *
 * From the last position back: what was read or written last is still in the caches. Four positions of sixteen columns at a time, a
 * cache line of each; then the columns that are left, four at a time and each four from end to end. What belongs to a column stays in
 * registers: with it loaded anew for every position the pass takes 1.5 times as long (Zen 4).
 */
import { storeTail } from "../lanes";
import { COLUMN_M, COLUMN_PART } from "../phases";

/** Positions for which the numbers of sixteen columns are loaded once. Where positions lie a power of two apart, eight would fill the L1's set. */
const POSITIONS: usize = 4;

// @ts-ignore: decorator
@inline
function resultOf(v: v128, m: v128, part: v128, shift: bool): v128 {
  return shift ? f32x4.sub(f32x4.sub(v, m), part) : f32x4.mul(v, part);
}

/** m of four columns, where it is asked for. */
// @ts-ignore: decorator
@inline
function maxima(column: usize, shift: bool): v128 {
  return shift ? v128.load(column, COLUMN_M) : f32x4.splat(0);
}

/** @param shift  y = (x - m) - part; else y = x·part */
// @ts-ignore: decorator
@inline
function columnsWrite(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize, shift: bool): void {
  const step = pitch << 2, end = y + axis * step, toX = x - y;
  let i: usize = 0;
  const sixteens = (width & ~15) << 2;
  for (let left = sixteens ? axis : 0, block = end; left; ) {
    const count = min(left, POSITIONS);
    left -= count;
    block -= count * step;
    for (i = 0; i < sixteens; i += 64) {
      const m0 = maxima(state + i, shift), p0 = v128.load(state + i, COLUMN_PART);
      const m1 = maxima(state + i + 16, shift), p1 = v128.load(state + i, COLUMN_PART + 16);
      const m2 = maxima(state + i + 32, shift), p2 = v128.load(state + i, COLUMN_PART + 32);
      const m3 = maxima(state + i + 48, shift), p3 = v128.load(state + i, COLUMN_PART + 48);
      let to = block + i;
      for (let r = count; r; r--, to += step) {
        const from = to + toX;
        v128.store(to, resultOf(v128.load(from), m0, p0, shift));
        v128.store(to, resultOf(v128.load(from, 16), m1, p1, shift), 16);
        v128.store(to, resultOf(v128.load(from, 32), m2, p2, shift), 32);
        v128.store(to, resultOf(v128.load(from, 48), m3, p3, shift), 48);
      }
    }
  }
  for (const fours = (width & ~3) << 2; i < fours; i += 16) {
    const m = maxima(state + i, shift), part = v128.load(state + i, COLUMN_PART);
    let to = end + i;
    for (let a = axis; a; a--) {
      to -= step;
      v128.store(to, resultOf(v128.load(to + toX), m, part, shift));
    }
  }
  const rest = width & 3;
  if (rest == 0) return;
  const m = maxima(state + i, shift), part = v128.load(state + i, COLUMN_PART);
  let to = end + i;
  for (let a = axis; a; a--) {
    to -= step;
    storeTail(to, resultOf(v128.load(to + toX), m, part, shift), rest);
  }
}

/** y *= part */
export function columnsScale(state: usize, y: usize, axis: usize, width: usize, pitch: usize): void {
  columnsWrite(state, y, y, axis, width, pitch, false);
}

/** y = (x - m) - part */
export function columnsShift(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  columnsWrite(state, y, x, axis, width, pitch, true);
}

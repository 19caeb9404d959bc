/**
 * y = on at the first position of the maximum, off elsewhere, along the axis
 *
 * off     0, with on = 1: hardmax; or -Infinity, with on = 0: its logarithm, log-softmax at temperature 0
 * y, x, mask    as in softmax.ts; x is read again in FINISH, where y may be x
 * -Inf    everywhere: the first; +Inf: the first; every position masked: off everywhere
 * NaN     that is not masked makes its row NaN, and no other
 * error   none
 */
import { alongAxis } from "../axis";
import { storeUpTo4 } from "../lanes";
import { ALL, COLUMN_M, COLUMN_PART, NAN, Row, SUM } from "../phases";
import { rowFill, rowFirst } from "../row";
import { stageColumns } from "../stage";

// @ts-ignore: decorator
@inline
function onOf(off: f64): f32 {
  return off == 0 ? 1 : 0;
}

function rowFinish(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, n: usize, m: f32, s: f64, h: f32, off: f64,
): void {
  const row = changetype<Row>(state);
  const found: u32 = phases == (ALL & ~SUM | NAN) ? 0 : row.found;
  const first = found ? n : rowFirst(x, mask, n, m);
  rowFill(y, n, m == m ? <f32>off : NaN);
  if (first < n) {
    store<f32>(y + (first << 2), onOf(off));
    row.found = 1;
  }
}

/** part is all ones where the column's maximum has been met */
function columnsFinish(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32, off: f64,
): void {
  const ons = f32x4.splat(onOf(off)), offs = f32x4.splat(<f32>off), nan = f32x4.splat(NaN);
  for (let a: usize = 0; a < axis; a++, x += pitch << 2, y += pitch << 2) {
    const source = stageColumns(x, mask, shared, a, pitch, width, 1, NaN);
    for (let i: usize = 0; i < width; i += 4) {
      const at = i << 2;
      const m = v128.load(state + at, COLUMN_M), met = v128.load(state + at, COLUMN_PART);
      const hit = f32x4.eq(v128.load(source + at), m);
      const v = v128.bitselect(ons, offs, v128.andnot(hit, met));
      v128.store(state + at, v128.or(met, hit), COLUMN_PART);
      storeUpTo4(y + at, v128.bitselect(nan, v, f32x4.ne(m, m)), width - i);
    }
  }
}

export function hardmax(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  off: f64, state: usize, phases: i32,
): void {
  alongAxis(
    y, x, mask, shared, outer, axis, inner, pitch, off, 1, state, phases & ~SUM | NAN,
    false, axis * pitch, rowFinish, columnsFinish,
  );
}

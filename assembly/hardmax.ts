/**
 * y = on at the first position of the maximum, off elsewhere, along the axis
 *
 * off     0, with on = 1: hardmax; or -Infinity, with on = 0: its logarithm, log-softmax at temperature 0
 * y, x, mask    as in softmax.ts; x is read again in FINISH, where y may be x
 * -Inf    everywhere: the first; +Inf: the first; every position masked: off everywhere
 * NaN     that is not masked makes its row NaN, and no other
 * error   none
 */
import { columnsInit, columnsMax } from "./columns";
import { storeTail } from "./lanes";
import { COLUMN_M, COLUMN_PART, FINISH, INIT, MAX, ROW_FOUND, ROW_M, STRIP } from "./phases";
import { rowFill, rowFirst, rowInit, rowMax } from "./row";
import { stageColumns } from "./stage";

function rowFinish(state: usize, y: usize, x: usize, mask: usize, n: usize, on: f32, off: f32): void {
  const m = load<f32>(state, ROW_M);
  const first = load<u32>(state, ROW_FOUND) ? n : rowFirst(x, mask, n, m);
  rowFill(y, n, m == m ? off : NaN);
  if (first < n) {
    store<f32>(y + (first << 2), on);
    store<u32>(state, 1, ROW_FOUND);
  }
}

/** part is all ones where the column's maximum has been met */
function columnsFinish(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize,
  on: f32, off: f32,
): void {
  const ons = f32x4.splat(on), offs = f32x4.splat(off), nan = f32x4.splat(NaN);
  for (let a: usize = 0; a < axis; a++, x += pitch << 2, y += pitch << 2) {
    const source = stageColumns(x, mask, shared, a, pitch, width, 1, NaN);
    for (let i: usize = 0; i < width << 2; i += 16) {
      const m = v128.load(state + i, COLUMN_M), met = v128.load(state + i, COLUMN_PART);
      const hit = f32x4.eq(v128.load(source + i), m);
      let v = v128.bitselect(ons, offs, v128.andnot(hit, met));
      v = v128.bitselect(nan, v, f32x4.ne(m, m));
      v128.store(state + i, v128.or(met, hit), COLUMN_PART);
      const left = width - (i >> 2);
      if (left >= 4) v128.store(y + i, v);
      else storeTail(y + i, v, left);
    }
  }
}

export function hardmax(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  off: f64, state: usize, phases: i32,
): void {
  const on: f32 = off == 0 ? 1 : 0;
  const slab = axis * pitch;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      if (phases & INIT) rowInit(state, mask == 0);
      if (phases & MAX) rowMax(state, x, mask, axis, 1);
      if (phases & FINISH) rowFinish(state, y, x, mask, axis, on, <f32>off);
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const width = min(inner - i, STRIP);
        const at = i << 2;
        const maskAt = mask && !shared ? mask + i : mask;
        if (phases & INIT) columnsInit(state, mask == 0);
        if (phases & MAX) columnsMax(state, x + at, maskAt, shared, axis, width, pitch, 1);
        if (phases & FINISH) columnsFinish(state, y + at, x + at, maskAt, shared, axis, width, pitch, on, <f32>off);
      }
    }
    x += slab << 2;
    y += slab << 2;
    if (mask && !shared) mask += slab;
  }
}

/**
 * The walk of the kernels with exact zeros: maximum, candidates (candidates.ts), shares; over rows along memory, or over
 * strips of columns. A row may come in tiles, one phase at a time, and so may a strip whose columns are solved together
 * (columnsNewton.ts); where they go one after the other they come whole.
 */
import { Accumulate, begin, cutAtLeast, gather, gatherColumn, settle, Step } from "./candidates";
import { columnsInit, columnsMax } from "../columns";
import { newtonInit, share, widen } from "./columnsNewton";
import { storeUpTo4 } from "../lanes";
import {
  COLUMN_M, COLUMN_PART, COLUMN_S, COLUMN_ANY, FINISH, INIT, MASKED, MAX, SETTLE, SPARSE_FLOOR, SPARSE_M, SPARSE_ROOT,
  SPARSE_S, SPARSE_T, STRIP, SUM, WIDEN,
} from "../phases";
import { largest, rowFill } from "../row";

/** y of n floats, from what `state` knows of their row. @returns how many of them are not 0 */
export type RowShares = (state: usize, y: usize, x: usize, n: usize) => u32;

/** SUM, SETTLE and FINISH of a strip of columns, as columnsNewton.ts has them. */
export type Columns = (
  phases: i32, state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize,
) => bool;

/** y of a strip of columns, and COLUMN_ANY = how many are not 0. COLUMN_S is T, COLUMN_PART 1 / S or ROOT. */
export type ColumnsShares = (state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize) => void;

/** RowShares of sparsemax or, `square` being true, of entmax15; a constant there, so that each is compiled on its own. */
// @ts-ignore: decorator
@inline
export function rowShares(state: usize, y: usize, x: usize, n: usize, square: bool): u32 {
  const tau = load<f64>(state, SPARSE_T) - 1;
  const m = f32x4.splat(load<f32>(state, SPARSE_M)), zero = f32x4.splat(0);
  const hi = f32x4.splat(<f32>tau), lo = f32x4.splat(<f32>(tau - <f64><f32>tau));
  const floor = f32x4.splat(load<f32>(state, SPARSE_FLOOR));
  let count = i32x4.splat(0), left = n;
  for (; left >= 16; left -= 16, x += 64, y += 64) {
    let v0 = v128.load(x), v1 = v128.load(x, 16), v2 = v128.load(x, 32), v3 = v128.load(x, 48);
    const any = f32x4.gt(f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3)), floor);
    if (!v128.any_true(any)) {
      v0 = v1 = v2 = v3 = zero;
    } else {
      v0 = share(v0, m, hi, lo, zero, square);
      v1 = share(v1, m, hi, lo, zero, square);
      v2 = share(v2, m, hi, lo, zero, square);
      v3 = share(v3, m, hi, lo, zero, square);
      count = i32x4.add(count, i32x4.add(f32x4.gt(v0, zero), f32x4.gt(v1, zero)));
      count = i32x4.add(count, i32x4.add(f32x4.gt(v2, zero), f32x4.gt(v3, zero)));
    }
    v128.store(y, v0);
    v128.store(y, v1, 16);
    v128.store(y, v2, 32);
    v128.store(y, v3, 48);
  }
  let size = -i32x4.extract_lane(count, 0) - i32x4.extract_lane(count, 1)
    - i32x4.extract_lane(count, 2) - i32x4.extract_lane(count, 3);
  for (; left; left -= min(left, 4), x += 16, y += 16) {
    const v = share(v128.load(x), m, hi, lo, zero, square);
    storeUpTo4(y, v, left);
    size += popcnt(i32x4.bitmask(f32x4.gt(v, zero)) & (left < 4 ? (1 << <i32>left) - 1 : 15));
  }
  return size;
}

/** A row of which nothing takes part: its shares are 0. */
// @ts-ignore: decorator
@inline
function absent(m: f32, phases: i32): bool {
  return m == -Infinity && (phases & MASKED) != 0;
}

function row(
  y: usize, support: usize, x: usize, n: usize, s: f64, rate: f64, relative: bool, state: usize, phases: i32,
  accumulate: Accumulate, step: Step, rowShares: RowShares,
): bool {
  let m: f32 = phases & INIT ? -Infinity : load<f32>(state, SPARSE_M);
  if (phases & INIT && support) store<u32>(support, 0);
  if (phases & MAX) {
    m = max(m, largest(x, n));
    begin(state, m, s, rate, relative);
  }
  const finite = m - m == 0;
  if (finite && phases & SUM) {
    gather(state, x, n, accumulate, step);
    if (phases & SETTLE) {
      while (settle(state, accumulate, step)) gather(state, x, n, accumulate, step);
    }
  } else if (finite && phases & SETTLE) {
    return settle(state, accumulate, step);
  }
  if (phases & FINISH) {
    let count = <u32>n;
    if (finite) {
      cutAtLeast(state);
      count = rowShares(state, y, x, n);
    } else {
      const none = absent(m, phases);
      rowFill(y, n, none ? 0 : NaN);
      if (none) count = 0;
    }
    if (support) store<u32>(support, load<u32>(support) + count);
  }
  return false;
}

function columns(
  y: usize, support: usize, x: usize, axis: usize, width: usize, pitch: usize, s: f64, rate: f64, relative: bool,
  state: usize, phases: i32, accumulate: Accumulate, step: Step, columnsShares: ColumnsShares,
): void {
  columnsInit(state, false, width);
  columnsMax(state, x, 0, false, axis, width, pitch, 1);
  for (let i: usize = 0; i < width; i++) {
    const at = state + (i << 2), xAt = x + (i << 2);
    const m = load<f32>(at, COLUMN_M);
    if (absent(m, phases)) {
      store<f32>(at, 0, COLUMN_M);
      store<f32>(at, Infinity, COLUMN_PART);
    }
    if (m - m != 0) continue;
    begin(state, m, s, rate, relative);
    do gatherColumn(state, xAt, axis, pitch, accumulate, step);
    while (settle(state, accumulate, step));
    store<f64>(state + (i << 3), load<f64>(state, SPARSE_T), COLUMN_S);
    store<f32>(at, <f32>(relative ? 1 / load<f64>(state, SPARSE_S) : load<f64>(state, SPARSE_ROOT)), COLUMN_PART);
  }
  columnsShares(state, y, x, axis, width, pitch);
  if (support) memory.copy(support, state + COLUMN_ANY, width << 2);
}

/** @param rate  as SPARSE_RATE @returns not 0: another pass of SUM and SETTLE is needed */
export function alongSparse(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, s: f64, rate: f64, relative: bool,
  state: usize, phases: i32, accumulate: Accumulate, step: Step, rowShares: RowShares, columnsShares: ColumnsShares,
): bool {
  const slab = axis * inner;
  let again: bool = false;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      again = row(y, support, x, axis, s, rate, relative, state, phases, accumulate, step, rowShares);
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const from = i << 2;
        columns(
          y + from, support ? support + from : 0, x + from, axis, min(inner - i, STRIP), inner, s, rate, relative, state,
          phases, accumulate, step, columnsShares,
        );
      }
    }
    x += slab << 2;
    y += slab << 2;
    if (support) support += inner << 2;
  }
  return again;
}

/** As alongSparse, columns together: a strip of them may come in tiles too, where `columns` knows how. */
export function alongNewton(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, s: f64, state: usize, phases: i32,
  accumulate: Accumulate, step: Step, rowShares: RowShares, columns: Columns,
): bool {
  const slab = axis * inner;
  let again: bool = false;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      again = row(y, support, x, axis, s, s, true, state, phases, accumulate, step, rowShares);
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const from = i << 2, width = min(inner - i, STRIP);
        if (phases & INIT) newtonInit(state, width);
        if (phases & WIDEN) widen(state, width);
        if (phases & MAX) columnsMax(state, x + from, 0, false, axis, width, inner, 1);
        again = columns(phases, state, y + from, x + from, axis, width, inner);
        if (phases & FINISH && support) memory.copy(support + from, state + COLUMN_ANY, width << 2);
      }
    }
    x += slab << 2;
    y += slab << 2;
    if (support) support += inner << 2;
  }
  return again;
}

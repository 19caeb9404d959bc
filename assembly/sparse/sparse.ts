/**
 * The walk of the kernels with exact zeros: maximum, candidates (candidates.ts), shares; over rows along memory, or over
 * strips of columns. A row may come in tiles, one phase at a time, and so may a strip whose columns are solved together
 * (columnsNewton.ts); where they go one after the other they come whole.
 */
import { gather, gatherColumn, settle } from "./candidates";
import { columnsInit, columnsMax } from "../columns";
import { share } from "./columnsNewton";
import { storeUpTo4 } from "../lanes";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, FINISH, INIT, MASKED, MAX, SETTLE, STRIP, SUM } from "../phases";
import { largest, rowFill } from "../row";
import { Search, searchAt } from "./search";

/** RowShares of sparsemax, or of entmax15 where `square` is true. Inlined with a constant, so that each has code of its own. */
// @ts-ignore: decorator
@inline
export function rowShares(search: Search, y: usize, x: usize, n: usize, square: bool): u32 {
  const tau = search.t - 1;
  const m = f32x4.splat(search.m), zero = f32x4.splat(0);
  const hi = f32x4.splat(<f32>tau), lo = f32x4.splat(<f32>(tau - <f64><f32>tau));
  const floor = f32x4.splat(search.floor);
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

/** Whether every position of a row is masked: its shares are 0. */
// @ts-ignore: decorator
@inline
function absent(m: f32, phases: i32): bool {
  return m == -Infinity && (phases & MASKED) != 0;
}

/** @returns another pass of SUM and SETTLE is needed */
function row(search: Search, phases: i32, y: usize, support: usize, x: usize, n: usize): bool {
  let m: f32 = phases & INIT ? -Infinity : search.m;
  if (phases & INIT && support) store<u32>(support, 0);
  if (phases & MAX) {
    m = max(m, largest(x, n));
    search.begin(m);
  }
  const finite = m - m == 0;
  if (finite && phases & SUM) {
    gather(search, x, n);
    if (phases & SETTLE) {
      while (settle(search)) gather(search, x, n);
    }
  } else if (finite && phases & SETTLE) {
    return settle(search);
  }
  if (phases & FINISH) {
    let count = <u32>n;
    if (finite) {
      search.cutAtLeast();
      count = search.rowShares(search, y, x, n);
    } else {
      const none = absent(m, phases);
      rowFill(y, n, none ? 0 : NaN);
      if (none) count = 0;
    }
    if (support) store<u32>(support, load<u32>(support) + count);
  }
  return false;
}

/**
 * τ of a strip's columns, one after the other: COLUMN_S is t and COLUMN_PART 1 / S. Above alpha = 2 COLUMN_S is q and 1 / S
 * as two float32s, and COLUMN_PART the root.
 */
export function solveEach(state: usize, phases: i32, x: usize, axis: usize, width: usize, pitch: usize): void {
  const search = searchAt(state);
  columnsInit(state, false, width);
  columnsMax(state, x, 0, false, axis, width, pitch, 1);
  for (let i: usize = 0; i < width; i++) {
    const at = state + (i << 2), tAt = state + (i << 3), xAt = x + (i << 2);
    const m = load<f32>(at, COLUMN_M);
    if (absent(m, phases)) {
      store<f32>(at, 0, COLUMN_M);
      store<f32>(at, Infinity, COLUMN_PART);
    }
    if (m - m != 0) continue;
    search.begin(m);
    do gatherColumn(search, xAt, axis, pitch);
    while (settle(search));
    if (search.absolute) {
      store<f32>(tAt, search.q, COLUMN_S);
      store<f32>(tAt, search.perS, COLUMN_S + 4);
      store<f32>(at, <f32>search.root, COLUMN_PART);
    } else {
      store<f64>(tAt, search.t, COLUMN_S);
      store<f32>(at, <f32>(1 / search.S), COLUMN_PART);
    }
  }
}

/** Runs the function that Search.use has set. @returns whether another pass of SUM and SETTLE is needed */
export function alongSparse(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, state: usize, phases: i32,
): bool {
  const search = searchAt(state), slab = axis * inner;
  let again: bool = false;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      again = row(search, phases, y, support, x, axis);
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const from = i << 2, width = min(inner - i, STRIP);
        again = search.strip(state, phases, y + from, x + from, axis, width, inner);
        if (phases & FINISH && support) memory.copy(support + from, state + COLUMN_ANY, width << 2);
      }
    }
    x += slab << 2;
    y += slab << 2;
    if (support) support += inner << 2;
  }
  return again;
}

/**
 * The walk of the kernels with exact zeros: maximum, candidates (candidates.ts), shares; over rows along memory, or over
 * strips of columns. A row may come in tiles, one phase at a time; columns come whole.
 */
import { Accumulate, begin, cutAtLeast, gather, gatherColumn, settle, Step } from "./candidates";
import { columnsInit, columnsMax } from "./columns";
import { high, low, narrow, storeUpTo4 } from "./lanes";
import {
  COLUMN_M, COLUMN_PART, COLUMN_S, COLUMN_ANY, FINISH, INIT, MASKED, MAX, SETTLE, SPARSE_FLOOR, SPARSE_M, SPARSE_ROOT,
  SPARSE_S, SPARSE_T, STRIP, SUM,
} from "./phases";
import { largest, rowFill } from "./row";

/** y of n floats, from what `state` knows of their row. @returns how many of them are not 0 */
export type RowShares = (state: usize, y: usize, x: usize, n: usize) => u32;

/** y of a strip of columns, and COLUMN_ANY += how many are not 0. COLUMN_S is T, COLUMN_PART 1 / S or ROOT. */
export type ColumnsShares = (state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize) => void;

/**
 * A share of sparsemax, [x - m - τ]_+, or of entmax15, [(x - m) / 2 - τ]_+². τ comes in two float32 parts: what is left after
 * hi is exact where it is small, so that thousands of small shares are not all off to one side.
 */
// @ts-ignore: decorator
@inline
function share(x: v128, m: v128, hi: v128, lo: v128, zero: v128, square: bool): v128 {
  const d = f32x4.sub(x, m);
  const z = square ? f32x4.mul(d, f32x4.splat(0.5)) : d;
  const w = f32x4.pmax(f32x4.sub(f32x4.sub(z, hi), lo), zero);
  return square ? f32x4.mul(w, w) : w;
}

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

/** ColumnsShares, as rowShares. m - m is the NaN of a column whose maximum is not finite. */
// @ts-ignore: decorator
@inline
export function columnsShares(
  state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize, square: bool,
): void {
  const zero = f32x4.splat(0), one = f64x2.splat(1);
  for (let i: usize = 0; i < width; i += 4) {
    const at = state + (i << 2), tAt = state + (i << 3);
    const m = v128.load(at, COLUMN_M), nan = f32x4.sub(m, m);
    const tau0 = f64x2.sub(v128.load(tAt, COLUMN_S), one), tau1 = f64x2.sub(v128.load(tAt, COLUMN_S + 16), one);
    const hi = narrow(tau0, tau1);
    const lo = narrow(f64x2.sub(tau0, low(hi)), f64x2.sub(tau1, high(hi)));
    let count = i32x4.splat(0);
    let from = x + (i << 2), to = y + (i << 2);
    for (let a = axis; a; a--, from += pitch << 2, to += pitch << 2) {
      const v = f32x4.add(share(v128.load(from), m, hi, lo, zero, square), nan);
      storeUpTo4(to, v, width - i);
      count = i32x4.sub(count, f32x4.ne(v, zero));
    }
    v128.store(at, count, COLUMN_ANY);
  }
}

/** A row of which nothing takes part: its shares are 0. */
// @ts-ignore: decorator
@inline
function absent(m: f32, phases: i32): bool {
  return m == -Infinity && (phases & MASKED) != 0;
}

function row(
  y: usize, support: usize, x: usize, n: usize, s: f64, relative: bool, state: usize, phases: i32,
  accumulate: Accumulate, step: Step, rowShares: RowShares,
): bool {
  let m: f32 = phases & INIT ? -Infinity : load<f32>(state, SPARSE_M);
  if (phases & INIT && support) store<u32>(support, 0);
  if (phases & MAX) {
    m = max(m, largest(x, n));
    begin(state, m, s, relative);
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
  y: usize, support: usize, x: usize, axis: usize, width: usize, pitch: usize, s: f64, relative: bool, steep: bool,
  state: usize, phases: i32, accumulate: Accumulate, step: Step, columnsShares: ColumnsShares,
): void {
  columnsInit(state, false);
  columnsMax(state, x, 0, false, axis, width, pitch, 1);
  for (let i: usize = 0; i < width; i++) {
    const at = state + (i << 2), xAt = x + (i << 2);
    const m = load<f32>(at, COLUMN_M);
    if (absent(m, phases)) {
      store<f32>(at, 0, COLUMN_M);
      store<f32>(at, Infinity, COLUMN_PART);
    }
    if (m - m != 0) continue;
    begin(state, m, s, relative);
    do gatherColumn(state, xAt, axis, pitch, accumulate, step);
    while (settle(state, accumulate, step));
    store<f64>(state + (i << 3), load<f64>(state, SPARSE_T), COLUMN_S);
    store<f32>(at, <f32>(steep ? load<f64>(state, SPARSE_ROOT) : 1 / load<f64>(state, SPARSE_S)), COLUMN_PART);
  }
  columnsShares(state, y, x, axis, width, pitch);
  if (support) memory.copy(support, state + COLUMN_ANY, width << 2);
}

/** @returns not 0: another pass of SUM and SETTLE is needed */
export function alongSparse(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, s: f64, relative: bool, steep: bool,
  state: usize, phases: i32, accumulate: Accumulate, step: Step, rowShares: RowShares, columnsShares: ColumnsShares,
): bool {
  const slab = axis * inner;
  let again: bool = false;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      again = row(y, support, x, axis, s, relative, state, phases, accumulate, step, rowShares);
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const from = i << 2;
        columns(
          y + from, support ? support + from : 0, x + from, axis, min(inner - i, STRIP), inner, s, relative, steep, state,
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

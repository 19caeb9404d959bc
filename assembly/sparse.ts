/**
 * The walk of the kernels with exact zeros: maximum, candidates (candidates.ts), shares; over rows along memory, or over
 * strips of columns. A row may come in tiles, one phase at a time; columns come whole.
 */
import { Accumulate, begin, cutAtLeast, gather, gatherColumn, settle, Step } from "./candidates";
import { columnsInit, columnsMax } from "./columns";
import {
  COLUMN_M, COLUMN_PART, COLUMN_S, COLUMN_ANY, FINISH, INIT, MAX, SETTLE, SPARSE_M, SPARSE_ROOT, SPARSE_S, SPARSE_T, STRIP,
  SUM,
} from "./phases";
import { largest, rowFill } from "./row";

/** y of n floats, from what `state` knows of their row. @returns how many of them are not 0 */
export type RowShares = (state: usize, y: usize, x: usize, n: usize) => u32;

/** y of a strip of columns, and COLUMN_ANY += how many are not 0. COLUMN_S is T, COLUMN_PART 1 / S or ROOT. */
export type ColumnsShares = (state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize) => void;

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
      rowFill(y, n, NaN);
    }
    if (support) store<u32>(support, load<u32>(support) + count);
  }
  return false;
}

function columns(
  y: usize, support: usize, x: usize, axis: usize, width: usize, pitch: usize, s: f64, relative: bool, steep: bool,
  state: usize, accumulate: Accumulate, step: Step, columnsShares: ColumnsShares,
): void {
  columnsInit(state, false);
  columnsMax(state, x, 0, false, axis, width, pitch, 1);
  for (let i: usize = 0; i < width; i++) {
    const at = state + (i << 2), xAt = x + (i << 2);
    const m = load<f32>(at, COLUMN_M);
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
          accumulate, step, columnsShares,
        );
      }
    }
    x += slab << 2;
    y += slab << 2;
    if (support) support += inner << 2;
  }
  return again;
}

/** The parts that the twin's kernels share: the walk over columns, and the maximum and the sum of each. */
import { FINISH, INIT, MAX, STRIP, SUM } from "../../assembly/layout";
import type { AxisKernel } from "../kernels";
import { exp } from "./exp";
import { rowExpSum, rowMax } from "./row";
import { anyAt, foundAt, type Memory, maxAt, sumAt } from "./state";

/** One column: x[at + a·pitch], a < axis, and its mask byte at mask + a·maskPitch (mask 0: none). Float indices. */
export interface Column {
  y: number;
  x: number;
  mask: number;
  maskPitch: number;
  axis: number;
  pitch: number;
  /** Its place in the state. */
  i: number;
}

/** A kernel's work on one column: maximum, sum, then y. `scalar` and `phases` are AxisKernel's. */
type Work = (column: Column, scalar: number, state: number, phases: number) => void;

/**
 * The walk that they share: over every column of f32[outer, axis, inner].
 *
 * Each kernel's own function calls columnMax and columnExpSum. Engines then compile it as one and inline exp into it. If this
 * function called them, exp might not be inlined, which takes twice the time.
 */
export function alongAxis(work: Work, reduces = false): AxisKernel {
  return (y, x, mask, shared, outer, axis, inner, pitch, scalar, state, phases) => {
    const column: Column = { y: 0, x: 0, mask: 0, maskPitch: shared ? 1 : pitch, axis, pitch, i: 0 };
    const slab = axis * pitch;
    const ySlab = reduces ? pitch : slab;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        column.y = (y >>> 2) + o * ySlab + i;
        column.x = (x >>> 2) + o * slab + i;
        column.mask = mask === 0 || shared ? mask : mask + o * slab + i;
        column.i = i % STRIP;
        work(column, scalar, state, phases);
      }
    }
  };
}

/** m = max x, NaN for good once one is NaN. */
export function columnMax(memory: Memory, state: number, phases: number, column: Column): void {
  const { f32, f64, u8 } = memory;
  const { mask, maskPitch, axis, pitch, i } = column;
  if (phases & INIT) {
    f64[sumAt(state, i)] = 0;
    f64[maxAt(state, i)] = -Infinity;
    u8[anyAt(state, i)] = mask === 0 ? 1 : 0;
    u8[foundAt(state, i)] = 0;
  }
  if (!(phases & MAX)) return;
  let m = f64[maxAt(state, i)];
  if (pitch === 1 && mask === 0) {
    f64[maxAt(state, i)] = m !== m ? m : rowMax(f32, column.x, axis, m);
    return;
  }
  let any = u8[anyAt(state, i)];
  for (let a = 0, at = column.x; a < axis; a++, at += pitch) {
    if (mask !== 0 && u8[mask + a * maskPitch] === 0) continue;
    any = 1;
    const v = f32[at];
    if (v > m || v !== v) m = v;
  }
  f64[maxAt(state, i)] = m;
  u8[anyAt(state, i)] = any;
}

/** s = Σ exp((x - m) / T), and y = its terms when `store`. -Infinity weighs 0 although m may be -Infinity too. */
export function columnExpSum(
  memory: Memory,
  state: number,
  phases: number,
  column: Column,
  temperature: number,
  store: boolean,
): void {
  if (!(phases & SUM)) return;
  const { f32, f64, u8 } = memory;
  const { mask, maskPitch, axis, pitch, i } = column;
  const top = f64[maxAt(state, i)];
  const m = top === -Infinity ? 0 : top;
  const perT = perTemperature(temperature);
  let s = f64[sumAt(state, i)];
  if (pitch === 1 && mask === 0) {
    f64[sumAt(state, i)] = rowExpSum(f32, store ? column.y : -1, column.x, axis, m, perT, s);
    return;
  }
  for (let a = 0, at = column.x, to = column.y; a < axis; a++, at += pitch, to += pitch) {
    const taken = mask === 0 || u8[mask + a * maskPitch] !== 0;
    const e = taken ? exp((f32[at] - m) * perT) : 0;
    if (store) f32[to] = e;
    s += e;
  }
  f64[sumAt(state, i)] = s;
}

/** 1 / T, finite: 0·Infinity would be NaN. */
export const perTemperature = (temperature: number): number => Math.min(1 / temperature, Number.MAX_VALUE);

/** Whether this call also writes the result. */
export const finishes = (phases: number): boolean => (phases & FINISH) !== 0;

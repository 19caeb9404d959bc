/**
 * The walk that every kernel along an axis shares: over `outer`, and over strips of columns where inner > 1; reduce,
 * then let the kernel finish. `temperature` is the scalar that the kernel was called with. A kernel without exponentials leaves SUM
 * out of `phases`, and its scalar may mean something else.
 */
import { columnsReduce } from "./columns";
import { exponentFloor, exponentScale, prescaled } from "./exp";
import { FINISH, STRIP } from "./phases";
import { rowExpSum, rowMax } from "./row";

/** y of a row, from its m and s. h is the factor of x, t the divisor of x·h - m. */
export type RowFinish = (
  phases: i32, state: usize, y: usize, x: usize, mask: usize, n: usize, m: f32, s: f64, h: f32, t: f64,
) => void;

/** y of a strip of columns, from its state. */
type ColumnsFinish = (
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32, t: f64,
) => void;

/** @param h      the factor of x (prescale)
 *  @param terms  SUM writes its terms to y  @param yStep  floats between outer slabs of y */
export function alongAxis(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  temperature: f64, h: f32, state: usize, phases: i32,
  terms: bool, yStep: usize, rowFinish: RowFinish, columnsFinish: ColumnsFinish,
): void {
  const t = temperature * <f64>h;
  const c = exponentScale(prescaled(temperature));
  const floor = exponentFloor(c);
  const slab = axis * pitch;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      const m = rowMax(phases, state, x, mask, axis, h);
      const s = rowExpSum(phases, state, terms ? y : 0, x, mask, axis, h, m, c, floor);
      if (phases & FINISH) rowFinish(phases, state, y, x, mask, axis, m, s, h, t);
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const width = min(inner - i, STRIP);
        const yAt = y + (i << 2);
        const xAt = x + (i << 2);
        const maskAt = mask && !shared ? mask + i : mask;
        columnsReduce(phases, state, terms ? yAt : 0, xAt, maskAt, shared, axis, width, pitch, h, c, floor);
        if (phases & FINISH) columnsFinish(state, yAt, xAt, maskAt, shared, axis, width, pitch, h, t);
      }
    }
    x += slab << 2;
    y += yStep << 2;
    if (mask && !shared) mask += slab;
  }
}

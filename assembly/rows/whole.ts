/**
 * Rows that a kernel gets whole, without a mask, with differences x - m that need no factor: most calls. The same arithmetic, and so
 * the same bits, as in axis.ts; but no state, and what finishes a row is called directly.
 *
 * The maximum of the next row is found before a row is finished, since it need not wait for this row's sum.
 */
import { RowFinish } from "../axis";
import { exponentFloor, exponentScale } from "../exp";
import { ALL } from "../phases";
import { largestNumber, wholeExpSum } from "../row";

/** Whether `wholeRows` does what `alongAxis` would do. */
// @ts-ignore: decorator
@inline
export function areWhole(mask: usize, inner: usize, h: f32, phases: i32): bool {
  return phases == ALL && inner == 1 && mask == 0 && h == 1;
}

/** @param terms  the terms of the sum are written to y  @param yStep  floats between rows of y */
// @ts-ignore: decorator
@inline
export function wholeRows(
  y: usize, x: usize, rows: usize, n: usize, temperature: f64, terms: bool, yStep: usize, finish: RowFinish,
): void {
  if (rows == 0) return;
  const c = exponentScale(temperature), floor = exponentFloor(c);
  let m = largestNumber(x, n);
  for (; rows; rows--) {
    const s = wholeExpSum(terms ? y : 0, x, n, m, c, floor);
    const next = x + (n << 2);
    const nextM: f32 = rows > 1 ? largestNumber(next, n) : 0;
    finish(ALL, 0, y, x, 0, n, m, s, 1, temperature);
    m = nextM;
    x = next;
    y += yStep << 2;
  }
}

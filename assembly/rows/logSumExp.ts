/**
 * y = m / T + log s        m = max x, s = Σ exp((x - m) / T), along the axis
 *
 * y       f32[outer, inner], rows `pitch` floats apart
 * x, mask, T    as in softmax.ts
 * -Inf    is ignored; nothing but -Inf, or every position masked, is -Inf
 * +Inf    makes it +Inf, a NaN that is not masked NaN
 * T = 0   the limit: ±Inf by the sign of m; where m is 0, the logarithm of how often it occurs
 * error   absolute 2^-24 · (6 + |y|)                                                      test/functions/logSumExp.test.ts
 * source  Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
 */
import { alongAxis } from "../axis";
import { exponentFloor, exponentScale, prescaleLimit } from "../exp";
import { logTotal } from "../log";
import { COLUMN_M, COLUMN_S, NAN } from "../phases";
import { largestNumber, wholeExpSum } from "../row";
import { FEW, rowOfFew, TOTAL } from "./few";
import { areWhole, wholeRows } from "./whole";

/** s is NaN where a logit is. */
// @ts-ignore: decorator
@inline
function totalOf(m: f32, s: f64, t: f64): f32 {
  return s == s ? logTotal(m, s, t) : NaN;
}

function rowFinish(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, n: usize, m: f32, s: f64, h: f32, t: f64,
): void {
  store<f32>(y, totalOf(m, s, t));
}

function columnsFinish(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32, t: f64,
): void {
  for (let i: usize = 0; i < width; i++) {
    const m = load<f32>(state + (i << 2), COLUMN_M);
    store<f32>(y + (i << 2), logTotal(m, load<f64>(state + (i << 3), COLUMN_S), t)); // s is NaN also beside +Infinity, m is not
  }
}

export function logSumExp(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  temperature: f64, state: usize, phases: i32,
): void {
  const h = prescaleLimit(temperature);
  if (areWhole(mask, inner, h, phases)) {
    wholeRows(y, x, outer, axis, temperature, false, 1, rowFinish);
    return;
  }
  if (inner != 1) phases |= NAN;
  alongAxis(
    y, x, mask, shared, outer, axis, inner, pitch, temperature, h, state, phases,
    false, pitch, rowFinish, columnsFinish,
  );
}

/** logSumExp of one row at temperature t in (0, 2^64] without a mask; up to 16 floats lie as few.ts says. */
export function logSumExpRow(x: usize, n: usize, t: f64): f32 {
  if (n <= FEW) return rowOfFew(TOTAL, 0, x, n, t);
  const m = largestNumber(x, n);
  const c = exponentScale(t);
  return totalOf(m, wholeExpSum(0, x, n, m, c, exponentFloor(c)), t);
}

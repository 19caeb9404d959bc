/**
 * y = (x - m) / T - log s        m = max x, s = Σ exp((x - m) / T), along the axis
 *
 * Never x - logSumExp(x), which loses the small differences of large logits.
 *
 * y, x, mask, T    as in softmax.ts; x is read again in FINISH, where y may be x
 * -Inf    stays -Inf; nothing but -Inf is NaN; every position masked is -Inf
 * +Inf    or a NaN that is not masked makes its row NaN, and no other
 * error   absolute 2^-24 · (6 + 2·|y|)                                                   test/functions/logSoftmax.test.ts
 * source  Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
 */
import { alongAxis } from "../axis";
import { exponentFloor, exponentScale, prescale } from "../exp";
import { high, low, narrow, storeUpTo4 } from "../lanes";
import { log } from "../log";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S } from "../phases";
import { expSum, largestNumber, rowAny, rowFill, rowShift, rowShiftWide } from "../row";
import { stageColumns } from "../stage";
import { columnsShift } from "./columnsWrite";
import { FEW, LOGS, rowOfFew } from "./few";
import { areWhole, wholeRows } from "./whole";

/** y = (x·h - m) / T - log s; m - m is the NaN of a row whose maximum is not finite */
function rowFinish(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, n: usize, m: f32, s: f64, h: f32, t: f64,
): void {
  const logS = log(s) + <f64>(m - m);
  if (!rowAny(state, mask)) rowFill(y, n, -Infinity);
  else if (t == 1 && mask == 0) rowShift(y, x, n, m, <f32>logS);
  else rowShiftWide(y, x, mask, n, h, m, t, logS);
}

/** part = log s, NaN where m is not finite; then y = (x·h - m) / T - part, the quotient in float64 */
function columnsFinish(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32, t: f64,
): void {
  for (let i: usize = 0; i < width; i++) {
    const m = load<f32>(state + (i << 2), COLUMN_M);
    store<f32>(state + (i << 2), <f32>log(load<f64>(state + (i << 3), COLUMN_S)) + (m - m), COLUMN_PART);
  }
  if (t == 1 && mask == 0) {
    columnsShift(state, y, x, axis, width, pitch);
    return;
  }
  const tv = f64x2.splat(t), least = f32x4.splat(-Infinity);
  for (let a: usize = 0; a < axis; a++, x += pitch << 2, y += pitch << 2) {
    const source = stageColumns(x, mask, shared, a, pitch, width, h, -Infinity);
    for (let i: usize = 0; i < width; i += 4) {
      const at = i << 2;
      const v = v128.load(source + at), m = v128.load(state + at, COLUMN_M);
      let d = narrow(
        f64x2.div(f64x2.sub(low(v), low(m)), tv),
        f64x2.div(f64x2.sub(high(v), high(m)), tv),
      );
      d = f32x4.sub(d, v128.load(state + at, COLUMN_PART));
      d = v128.bitselect(least, d, i32x4.eq(v128.load(state + at, COLUMN_ANY), i32x4.splat(0)));
      storeUpTo4(y + at, d, width - i);
    }
  }
}

export function logSoftmax(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  temperature: f64, state: usize, phases: i32,
): void {
  const h = prescale(temperature);
  if (areWhole(mask, inner, h, phases)) {
    wholeRows(y, x, outer, axis, temperature, false, axis, rowFinish);
    return;
  }
  alongAxis(
    y, x, mask, shared, outer, axis, inner, pitch, temperature, h, state, phases,
    false, axis * pitch, rowFinish, columnsFinish,
  );
}

/** logSoftmax of one row at temperature t in (0, 2^64] without a mask; up to 16 floats lie as few.ts says. */
export function logSoftmaxRow(y: usize, x: usize, n: usize, t: f64): void {
  if (n <= FEW) {
    rowOfFew(LOGS, y, x, n, t);
    return;
  }
  const m = largestNumber(x, n);
  const c = exponentScale(t);
  const s = expSum(0, x, n, m == -Infinity ? 0 : m, c, exponentFloor(c), f64x2.splat(0));
  const logS = log(f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1)) + <f64>(m - m);
  if (t == 1) rowShift(y, x, n, m, <f32>logS);
  else rowShiftWide(y, x, 0, n, 1, m, t, logS);
}

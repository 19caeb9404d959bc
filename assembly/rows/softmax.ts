/**
 * y = exp((x - m) / T) / s        m = max x, s = Σ exp((x - m) / T), along the axis
 *
 * y, x    f32[outer, axis, inner], positions of the axis `pitch` floats apart; y may be x
 * mask    u8, as x, or shared: u8[axis]; 0 for none. 0 leaves a position out: it weighs exactly 0
 * T       > 0
 * -Inf    weighs exactly 0; nothing but -Inf is NaN; every position masked is 0
 * +Inf    or a NaN that is not masked makes its row NaN, and no other
 * error   relative 2^-24 · (8 + 3·|x - m|/T) where the result is normal                    test/functions/softmax.test.ts
 * source  Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
 */
import { alongAxis } from "../axis";
import { exponentFloor, exponentScale, prescale } from "../exp";
import { narrow } from "../lanes";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S } from "../phases";
import { expSum, largestNumber, rowAny, rowScale } from "../row";
import { columnsScale } from "./columnsWrite";
import { FEW, rowOfFew, SHARES } from "./few";
import { areWhole, wholeRows } from "./whole";

/** y *= 1 / s; m - m is the NaN of a row whose maximum is not finite */
function rowFinish(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, n: usize, m: f32, s: f64, h: f32, t: f64,
): void {
  rowScale(y, n, rowAny(state, mask) ? <f32>(1 / s) + (m - m) : 0);
}

/** part = 1 / s, NaN where m is not finite, 0 where nothing takes part; then y *= part */
function columnsFinish(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32, t: f64,
): void {
  const one = f64x2.splat(1);
  for (let i: usize = 0; i < width << 2; i += 16) {
    const s = state + (i << 1);
    const r = narrow(f64x2.div(one, v128.load(s, COLUMN_S)), f64x2.div(one, v128.load(s, COLUMN_S + 16)));
    const m = v128.load(state + i, COLUMN_M);
    const none = i32x4.eq(v128.load(state + i, COLUMN_ANY), i32x4.splat(0));
    v128.store(state + i, v128.andnot(f32x4.add(r, f32x4.sub(m, m)), none), COLUMN_PART);
  }
  columnsScale(state, y, axis, width, pitch);
}

export function softmax(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  temperature: f64, state: usize, phases: i32,
): void {
  const h = prescale(temperature);
  if (areWhole(mask, inner, h, phases)) {
    wholeRows(y, x, outer, axis, temperature, true, axis, rowFinish);
    return;
  }
  alongAxis(
    y, x, mask, shared, outer, axis, inner, pitch, temperature, h, state, phases,
    true, axis * pitch, rowFinish, columnsFinish,
  );
}

/** softmax of one row at temperature t in (0, 2^64] without a mask; up to 16 floats lie as few.ts says. */
export function softmaxRow(y: usize, x: usize, n: usize, t: f64): void {
  if (n <= FEW) {
    rowOfFew(SHARES, y, x, n, t);
    return;
  }
  const m = largestNumber(x, n);
  const c = exponentScale(t);
  const s = expSum(y, x, n, m == -Infinity ? 0 : m, c, exponentFloor(c), f64x2.splat(0));
  rowScale(y, n, <f32>(1 / (f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1))) + (m - m));
}

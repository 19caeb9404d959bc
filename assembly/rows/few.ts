/**
 * softmax, logSoftmax and logSumExp of a row of at most 16 floats that the host has just written: no loop, all in registers. That saves
 * 5 to 8 of the 80 to 110 ns of a call against the passes of row.ts, whose bits it gives.
 *
 * x       f32[16], -Infinity behind the row's end
 * y       f32[16]; may be x
 * T > 0   at most 2^64, where x - m needs no factor (exp.ts)
 *
 * A load of a vector would wait until the host's stores have left the processor's store buffer; loads of one float each do not. That
 * saves 10 ns (Zen 4).
 */
import { exp, exponentFloor, exponentScale, loadB, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../exp";
import { horizontalMax, maxNumber, widen } from "../lanes";
import { log } from "../log";
import { largest, rowShiftWide } from "../row";

/** Floats of such a row. */
export const FEW: usize = 16;

/** What is made of the row: softmax to y, logSoftmax to y, or logSumExp, which is returned. */
export const SHARES: i32 = 0;
export const LOGS: i32 = 1;
export const TOTAL: i32 = 2;

/** Four floats, each loaded by itself. */
// @ts-ignore: decorator
@inline
function four(x: usize): v128 {
  const ab = v128.load_lane<u32>(x, v128.load_zero<u32>(x), 1, 4);
  const cd = v128.load_lane<u32>(x, v128.load_zero<u32>(x, 8), 1, 12);
  return v128.shuffle<u64>(ab, cd, 0, 2);
}

// @ts-ignore: decorator
@inline
function storeSixteen(y: usize, v0: v128, v1: v128, v2: v128, v3: v128): void {
  v128.store(y, v0);
  v128.store(y, v1, 16);
  v128.store(y, v2, 32);
  v128.store(y, v3, 48);
}

/** Where m is not finite, but for TOTAL of +Infinity, the sum is NaN or 0, and makes NaN of all. */
export function rowOfFew(made: i32, y: usize, x: usize, n: usize, t: f64): f32 {
  const x0 = four(x), x1 = four(x + 16), x2 = four(x + 32), x3 = four(x + 48);
  const least = f32x4.splat(-Infinity);
  const m = horizontalMax(
    f32x4.pmax(maxNumber(maxNumber(least, x0), x1), maxNumber(maxNumber(least, x2), x3)));
  let c = exponentScale(1), floor = exponentFloor(c); // constants: T mostly is 1
  if (t != 1) {
    c = exponentScale(t);
    floor = exponentFloor(c);
  }
  const mv = f32x4.splat(m == -Infinity ? 0 : m); // -Infinity everywhere: each weighs 0, not exp(NaN)
  const cv = f32x4.splat(c), fv = f32x4.splat(floor);
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  const d0 = f32x4.sub(x0, mv), d1 = f32x4.sub(x1, mv), d2 = f32x4.sub(x2, mv), d3 = f32x4.sub(x3, mv);
  const e0 = exp(d0, cv, fv, B, C1, C2, C3, C4, C5);
  const e1 = exp(d1, cv, fv, B, C1, C2, C3, C4, C5);
  const e2 = exp(d2, cv, fv, B, C1, C2, C3, C4, C5);
  const e3 = exp(d3, cv, fv, B, C1, C2, C3, C4, C5);
  let sum = f32x4.add(e0, e1);
  sum = n == FEW ? f32x4.add(sum, f32x4.add(e2, e3)) : f32x4.add(f32x4.add(sum, e2), e3); // the order of expSum in row.ts
  const pair = widen(sum);
  const s = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
  if (made == SHARES) {
    const r = f32x4.splat(<f32>(1 / s));
    storeSixteen(y, f32x4.mul(e0, r), f32x4.mul(e1, r), f32x4.mul(e2, r), f32x4.mul(e3, r));
    return 0;
  }
  const logS = log(s);
  if (made == TOTAL) return m == Infinity ? largest(x, FEW) : <f32>(<f64>m / t + logS);
  if (t == 1) {
    const l = f32x4.splat(<f32>logS);
    storeSixteen(y, f32x4.sub(d0, l), f32x4.sub(d1, l), f32x4.sub(d2, l), f32x4.sub(d3, l));
  } else {
    rowShiftWide(y, x, 0, FEW, 1, m, t, logS);
  }
  return 0;
}

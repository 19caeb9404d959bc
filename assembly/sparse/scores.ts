/**
 * y = (x - m) / T        m = max x: what the kernels with exact zeros take where there is a mask or a temperature
 *
 * y, x, mask    as in softmax.ts; x is read again in FINISH, where y may be x
 * T       > 0; 1 leaves the logits as they are, so that nothing is rounded
 * masked  is -Inf, and so is every position of a row in which nothing takes part (MASKED in phases.ts)
 * NaN     or +Inf that is not masked makes its row NaN, and no other; so does nothing but -Inf
 * error   one rounding of the quotient: relative 2^-24                                  test/functions/sparseOptions.test.ts
 */
import { alongAxis } from "../axis";
import { high, low, narrow, storeUpTo4 } from "../lanes";
import { COLUMN_ANY, COLUMN_M, NAN, STRIP, SUM } from "../phases";
import { rowAny, rowFill, rowShiftWide } from "../row";
import { STAGE, stage, stageColumns } from "../stage";

function rowFinish(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, n: usize, m: f32, s: f64, h: f32, t: f64,
): void {
  if (!rowAny(state, mask)) rowFill(y, n, -Infinity);
  else if (m - m != 0) rowFill(y, n, NaN);
  else if (t == 1) {
    for (let i: usize = 0; i < n; i += STRIP) {
      const part = min(n - i, STRIP);
      stage(x + (i << 2), mask ? mask + i : 0, part, 1, -Infinity);
      memory.copy(y + (i << 2), STAGE, part << 2);
    }
  } else rowShiftWide(y, x, mask, n, h, m, t, 0);
}

/** m - m is the NaN of a column whose maximum is not finite */
function columnsFinish(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32, t: f64,
): void {
  const tv = f64x2.splat(t), least = f32x4.splat(-Infinity);
  for (let a: usize = 0; a < axis; a++, x += pitch << 2, y += pitch << 2) {
    const source = stageColumns(x, mask, shared, a, pitch, width, h, -Infinity);
    for (let i: usize = 0; i < width; i += 4) {
      const at = i << 2;
      const m = v128.load(state + at, COLUMN_M), nan = f32x4.sub(m, m);
      let v = v128.load(source + at);
      if (t != 1) {
        v = narrow(
          f64x2.div(f64x2.sub(low(v), low(m)), tv),
          f64x2.div(f64x2.sub(high(v), high(m)), tv),
        );
      }
      v = f32x4.add(v, nan);
      v = v128.bitselect(least, v, i32x4.eq(v128.load(state + at, COLUMN_ANY), i32x4.splat(0)));
      storeUpTo4(y + at, v, width - i);
    }
  }
}

export function scores(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  temperature: f64, state: usize, phases: i32,
): void {
  alongAxis(
    y, x, mask, shared, outer, axis, inner, pitch, temperature, 1, state, phases & ~SUM | NAN,
    false, axis * pitch, rowFinish, columnsFinish,
  );
}

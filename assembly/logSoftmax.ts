/**
 * y = (x - m) / T - log s        m = max x, s = Σ exp((x - m) / T), along the axis
 *
 * Never x - logSumExp(x), which loses the small differences of large logits.
 *
 * y, x, mask, T    as in softmax.ts; x is read again in FINISH, where y may be x
 * -Inf    stays -Inf; nothing but -Inf is NaN; every position masked is -Inf
 * +Inf    or a NaN that is not masked makes its row NaN, and no other
 * error   absolute 2^-24 · (6 + 2·|y|)                                                   test/logSoftmax.test.ts
 * source  Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
 */
import { columnsReduce } from "./columns";
import { exponentFloor, exponentScale, prescale, prescaled } from "./exp";
import { high, low, narrow, storeTail } from "./lanes";
import { log } from "./log";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, FINISH, ROW_ANY, ROW_M, STRIP } from "./phases";
import { rowFill, rowReduce, rowShift, rowShiftWide, rowSum } from "./row";
import { stageColumns } from "./stage";

function rowFinish(state: usize, y: usize, x: usize, mask: usize, n: usize, h: f32, t: f64): void {
  if (!load<u32>(state, ROW_ANY)) return rowFill(y, n, -Infinity);
  const m = load<f32>(state, ROW_M);
  const logS = log(rowSum(state)) + <f64>(m - m);
  if (t == 1 && mask == 0) rowShift(y, x, n, m, <f32>logS);
  else rowShiftWide(y, x, mask, n, h, m, t, logS);
}

/** part = log s, NaN where m is not finite */
function columnsLog(state: usize, width: usize): void {
  for (let i: usize = 0; i < width; i++) {
    const m = load<f32>(state + (i << 2), COLUMN_M);
    store<f32>(state + (i << 2), <f32>log(load<f64>(state + (i << 3), COLUMN_S)) + (m - m), COLUMN_PART);
  }
}

/** y = (x·h - m) / T - part */
function columnsShift(
  state: usize, y: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32, t: f64,
): void {
  const tv = f64x2.splat(t);
  const least = f32x4.splat(-Infinity);
  for (let a: usize = 0; a < axis; a++, x += pitch << 2, y += pitch << 2) {
    const source = stageColumns(x, mask, shared, a, pitch, width, h, -Infinity);
    for (let i: usize = 0; i < width << 2; i += 16) {
      const v = v128.load(source + i), m = v128.load(state + i, COLUMN_M);
      let d: v128;
      if (t == 1) {
        d = f32x4.sub(v, m);
      } else {
        d = narrow(
          f64x2.div(f64x2.sub(low(v), low(m)), tv),
          f64x2.div(f64x2.sub(high(v), high(m)), tv),
        );
      }
      d = f32x4.sub(d, v128.load(state + i, COLUMN_PART));
      const none = i32x4.eq(v128.load(state + i, COLUMN_ANY), i32x4.splat(0));
      d = v128.bitselect(least, d, none);
      const left = width - (i >> 2);
      if (left >= 4) v128.store(y + i, d);
      else storeTail(y + i, d, left);
    }
  }
}

export function logSoftmax(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  temperature: f64, state: usize, phases: i32,
): void {
  const h = prescale(temperature);
  const t = prescaled(temperature);
  const c = exponentScale(t);
  const floor = exponentFloor(c);
  const slab = axis * pitch;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      rowReduce(phases, state, 0, x, mask, axis, h, c, floor);
      if (phases & FINISH) rowFinish(state, y, x, mask, axis, h, t);
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const width = min(inner - i, STRIP);
        const at = i << 2;
        const maskAt = mask && !shared ? mask + i : mask;
        columnsReduce(phases, state, 0, x + at, maskAt, shared, axis, width, pitch, h, c, floor);
        if (phases & FINISH) {
          columnsLog(state, width);
          columnsShift(state, y + at, x + at, maskAt, shared, axis, width, pitch, h, t);
        }
      }
    }
    x += slab << 2;
    y += slab << 2;
    if (mask && !shared) mask += slab;
  }
}

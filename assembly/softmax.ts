/**
 * y = exp((x - m) / T) / s        m = max x, s = Σ exp((x - m) / T), along the axis
 *
 * y, x    f32[outer, axis, inner], positions of the axis `pitch` floats apart; y may be x
 * mask    u8, as x, or shared: u8[axis]; 0 for none. 0 leaves a position out: it weighs exactly 0
 * T       > 0
 * -Inf    weighs exactly 0; nothing but -Inf is NaN; every position masked is 0
 * +Inf    or a NaN that is not masked makes its row NaN, and no other
 * error   relative 2^-24 · (8 + 3·|x - m|/T) where the result is normal                    test/softmax.test.ts
 * source  Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
 */
import { columnsReduce } from "./columns";
import { exponentFloor, exponentScale, prescale, prescaled } from "./exp";
import { narrow, storeTail } from "./lanes";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, FINISH, ROW_ANY, ROW_M, STRIP } from "./phases";
import { rowReduce, rowScale, rowSum } from "./row";

/** 1 / s, NaN where m is not finite, 0 where nothing takes part */
function rowWeight(state: usize): f32 {
  if (!load<u32>(state, ROW_ANY)) return 0;
  const m = load<f32>(state, ROW_M);
  return <f32>(1 / rowSum(state)) + (m - m);
}

/** part = 1 / s, as rowWeight */
function columnsWeight(state: usize, width: usize): void {
  const one = f64x2.splat(1);
  for (let i: usize = 0; i < width << 2; i += 16) {
    const s = state + (i << 1);
    const r = narrow(f64x2.div(one, v128.load(s, COLUMN_S)), f64x2.div(one, v128.load(s, COLUMN_S + 16)));
    const m = v128.load(state + i, COLUMN_M);
    const none = i32x4.eq(v128.load(state + i, COLUMN_ANY), i32x4.splat(0));
    v128.store(state + i, v128.andnot(f32x4.add(r, f32x4.sub(m, m)), none), COLUMN_PART);
  }
}

/** y *= part */
function columnsScale(state: usize, y: usize, axis: usize, width: usize, pitch: usize): void {
  for (let a: usize = 0; a < axis; a++, y += pitch << 2) {
    for (let i: usize = 0; i < width << 2; i += 16) {
      const v = f32x4.mul(v128.load(y + i), v128.load(state + i, COLUMN_PART));
      const left = width - (i >> 2);
      if (left >= 4) v128.store(y + i, v);
      else storeTail(y + i, v, left);
    }
  }
}

export function softmax(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  temperature: f64, state: usize, phases: i32,
): void {
  const h = prescale(temperature);
  const c = exponentScale(prescaled(temperature));
  const floor = exponentFloor(c);
  const slab = axis * pitch;
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      rowReduce(phases, state, y, x, mask, axis, h, c, floor);
      if (phases & FINISH) rowScale(y, axis, rowWeight(state));
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const width = min(inner - i, STRIP);
        const at = i << 2;
        const maskAt = mask && !shared ? mask + i : mask;
        columnsReduce(phases, state, y + at, x + at, maskAt, shared, axis, width, pitch, h, c, floor);
        if (phases & FINISH) {
          columnsWeight(state, width);
          columnsScale(state, y + at, axis, width, pitch);
        }
      }
    }
    x += slab << 2;
    y += slab << 2;
    if (mask && !shared) mask += slab;
  }
}

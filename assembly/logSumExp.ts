/**
 * y = m / T + log s        m = max x, s = Σ exp((x - m) / T), along the axis
 *
 * y       f32[outer, inner], rows `pitch` floats apart
 * x, mask, T    as in softmax.ts
 * -Inf    is ignored; nothing but -Inf, or every position masked, is -Inf
 * +Inf    makes it +Inf, a NaN that is not masked NaN
 * error   absolute 2^-24 · (6 + |y|)                                                      test/logSumExp.test.ts
 * source  Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
 */
import { columnsReduce } from "./columns";
import { exponentFloor, exponentScale, prescale, prescaled } from "./exp";
import { log } from "./log";
import { COLUMN_M, COLUMN_S, FINISH, ROW_M, STRIP } from "./phases";
import { rowReduce, rowSum } from "./row";

// @ts-ignore: decorator
@inline
function finish(m: f32, s: f64, t: f64): f32 {
  return m - m == 0 ? <f32>(<f64>m / t + log(s)) : m;
}

export function logSumExp(
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
      if (phases & FINISH) store<f32>(y, finish(load<f32>(state, ROW_M), rowSum(state), t));
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const width = min(inner - i, STRIP);
        const at = i << 2;
        const maskAt = mask && !shared ? mask + i : mask;
        columnsReduce(phases, state, 0, x + at, maskAt, shared, axis, width, pitch, h, c, floor);
        if (phases & FINISH) {
          for (let j: usize = 0; j < width; j++) {
            const m = load<f32>(state + (j << 2), COLUMN_M);
            store<f32>(y + at + (j << 2), finish(m, load<f64>(state + (j << 3), COLUMN_S), t));
          }
        }
      }
    }
    x += slab << 2;
    y += pitch << 2;
    if (mask && !shared) mask += slab;
  }
}

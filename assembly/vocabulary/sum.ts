/**
 * s += Σ exp((x - m) / T) over the allowed logits, log s, and m / T + log s with the bits of logSumExp.ts
 *
 * m       the row's maximum, finite
 * error   that of logSumExp.ts, and its bits
 * source  Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038
 */
import { exponentFloor, exponentScale, prescaled, prescaleLimit } from "../exp";
import { log, logTotal } from "../log";
import { expSum } from "../row";
import { below, LOG, STRIP, strip, SUM, TOTAL } from "./tokens";

export function vocabularySum(
  state: usize, x: usize, mask: usize, from: usize, n: usize, shift: u32, m: f32, temperature: f64,
): void {
  const h = prescaleLimit(temperature);
  const c = exponentScale(prescaled(temperature)), floor = exponentFloor(c);
  let s = from ? v128.load(state, SUM) : f64x2.splat(0);
  if (mask == 0 && h == 1) {
    s = expSum(0, x, n, m, c, floor, s);
  } else {
    for (let i: usize = 0; i < n; i += STRIP) {
      if (below(state, from + i, shift, -f32.MAX_VALUE)) continue; // each would add 0
      const part = min(n - i, STRIP);
      s = expSum(0, strip(x, mask, i, part, h, -Infinity), part, m * h, c, floor, s);
    }
  }
  v128.store(state, s, SUM);
  const all = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  store<f64>(state, log(all), LOG);
  store<f32>(state, logTotal(m * h, all, temperature * <f64>h), TOTAL);
}

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
import { Marks, Tile, Weights } from "./marks";
import { below, STRIP, strip } from "./tokens";

export function vocabularySum(marks: Marks, tile: Tile, weights: Weights): void {
  const from = tile.from, n = tile.n, shift = tile.shift;
  const m = <f32>weights.m, temperature = weights.temperature;
  const h = prescaleLimit(temperature);
  const c = exponentScale(prescaled(temperature)), floor = exponentFloor(c);
  let s = from ? marks.sum : f64x2.splat(0);
  if (tile.mask == 0 && h == 1) {
    s = expSum(0, tile.x, n, m, c, floor, s);
  } else {
    for (let i: usize = 0; i < n; i += STRIP) {
      if (below(marks, from + i, shift, -f32.MAX_VALUE)) continue; // each would add 0
      const part = min(n - i, STRIP);
      s = expSum(0, strip(tile, i, part, h, -Infinity), part, m * h, c, floor, s);
    }
  }
  marks.sum = s;
  const all = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  marks.log = log(all);
  marks.total = logTotal(m * h, all, temperature * <f64>h);
}

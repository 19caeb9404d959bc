/**
 * The sum of the weights exp((x - m) / T) of the allowed logits up to `most`
 *
 * T       at most 2^64
 * error   of each weight as in exp.ts; summed as in row.ts
 */
import { exp, exponentFloor, exponentScale, loadB, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../exp";
import { loadTail, widen } from "../lanes";
import { PARTIAL_SUM } from "../phases";
import { Marks, Tile, Weights } from "./marks";
import { below, STRIP, strip } from "./tokens";

// @ts-ignore: decorator
@inline
function upTo(x: v128, most: v128, m: v128, c: v128, floor: v128,
  B: v128, C1: v128, C2: v128, C3: v128, C4: v128, C5: v128): v128 {
  return v128.and(exp(f32x4.sub(x, m), c, floor, B, C1, C2, C3, C4, C5), f32x4.le(x, most));
}

export function vocabularyTail(marks: Marks, tile: Tile, weights: Weights, most: f32): void {
  const from = tile.from, n = tile.n, shift = tile.shift, c = exponentScale(weights.temperature);
  marks.splat0 = f32x4.splat(most);
  marks.splat1 = f32x4.splat(<f32>weights.m);
  marks.splat2 = f32x4.splat(c);
  marks.splat3 = f32x4.splat(exponentFloor(c));
  const tv = marks.splat0, mv = marks.splat1, cv = marks.splat2, fv = marks.splat3;
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let sum = from ? marks.tail : f64x2.splat(0);
  for (let i: usize = 0; i < n; i += STRIP) {
    if (below(marks, from + i, shift, -f32.MAX_VALUE)) continue; // each would add 0
    const part = min(n - i, STRIP);
    const source = strip(tile, i, part, 1, -Infinity);
    for (let j: usize = 0; j < part; j += PARTIAL_SUM) {
      let at = source + (j << 2), left = min(part - j, PARTIAL_SUM);
      let s0 = f32x4.splat(0), s1 = s0;
      for (; left >= 8; left -= 8, at += 32) {
        s0 = f32x4.add(s0, upTo(v128.load(at), tv, mv, cv, fv, B, C1, C2, C3, C4, C5));
        s1 = f32x4.add(s1, upTo(v128.load(at, 16), tv, mv, cv, fv, B, C1, C2, C3, C4, C5));
      }
      for (; left; left -= min(left, 4), at += 16) {
        const v = left < 4 ? loadTail(at, left, f32x4.splat(-Infinity)) : v128.load(at);
        s0 = f32x4.add(s0, upTo(v, tv, mv, cv, fv, B, C1, C2, C3, C4, C5));
      }
      sum = f64x2.add(sum, widen(f32x4.add(s0, s1)));
    }
  }
  marks.tail = sum;
}

/**
 * The weights of a block of logits, one for each, where they are asked for one by one
 *
 * w_j     exp((x_j - m) / T), 0 where x_j is below t
 * error   as in exp.ts
 */
import { exp, loadB, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../exp";
import { loadTail, widen } from "../lanes";
import { exp64 } from "../log";

/** Of a block: PARTIAL_SUM floats. */
// @ts-ignore: decorator
@lazy export const WEIGHTS: usize = memory.data(256, 16);

/** y = the weights of the n <= PARTIAL_SUM logits at x, 0 below t; whole vectors are written. @returns their sum */
export function weigh(y: usize, x: usize, n: usize, t: f32, m: f32, c: f32, floor: f32): f64 {
  const tv = f32x4.splat(t), mv = f32x4.splat(m), cv = f32x4.splat(c), fv = f32x4.splat(floor);
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let s0 = f32x4.splat(0), s1 = s0;
  for (; n >= 8; n -= 8, x += 32, y += 32) {
    const v0 = v128.load(x), v1 = v128.load(x, 16);
    const e0 = v128.and(exp(f32x4.sub(v0, mv), cv, fv, B, C1, C2, C3, C4, C5), f32x4.ge(v0, tv));
    const e1 = v128.and(exp(f32x4.sub(v1, mv), cv, fv, B, C1, C2, C3, C4, C5), f32x4.ge(v1, tv));
    v128.store(y, e0);
    v128.store(y, e1, 16);
    s0 = f32x4.add(s0, e0);
    s1 = f32x4.add(s1, e1);
  }
  for (; n; n -= min(n, 4), x += 16, y += 16) {
    const v = n < 4 ? loadTail(x, n, f32x4.splat(-Infinity)) : v128.load(x);
    const e = v128.and(exp(f32x4.sub(v, mv), cv, fv, B, C1, C2, C3, C4, C5), f32x4.ge(v, tv));
    v128.store(y, e);
    s0 = f32x4.add(s0, e);
  }
  const s = widen(f32x4.add(s0, s1));
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** As weigh, in float64, for a temperature past 2^64: there even an x - m beyond float32 gives a weight above 0. */
export function weighWide(y: usize, x: usize, n: usize, t: f32, m: f32, temperature: f64): f64 {
  let s: f64 = 0;
  for (let j: usize = 0; j < n << 2; j += 4) {
    const v = load<f32>(x + j);
    const w: f32 = v >= t ? <f32>exp64((<f64>v - <f64>m) / temperature) : 0;
    store<f32>(y + j, w);
    s += <f64>w;
  }
  return s;
}

/**
 * The online softmax: one row of scores joins its query's maximum, sum and o, which earlier keys have left.
 *
 *   m' = max(m, s)      a = exp(m - m')      p = exp(s - m')      l = l·a + Σ p      o *= a
 *
 * m, l    the query's maximum and sum (query.ts)
 * p, s    f32[n], n a multiple of 4; p may be s; -Infinity weighs exactly 0
 * source  Milakov & Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022, arXiv:2205.14135
 */
import { exp, exponentFloor, exponentScale, loadB, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../exp";
import { horizontalMax, maxNumber, widen } from "../lanes";
import { Query } from "./query";

/** The largest of n floats, NaN left out. */
function largestNumber(s: usize, n: usize): f32 {
  let m0 = f32x4.splat(-Infinity), m1 = m0;
  for (; n >= 8; n -= 8, s += 32) {
    m0 = maxNumber(m0, v128.load(s));
    m1 = maxNumber(m1, v128.load(s, 16));
  }
  if (n) m0 = maxNumber(m0, v128.load(s));
  return horizontalMax(f32x4.pmax(m0, m1));
}

/** @param o  f32[columns], columns a multiple of 4 */
export function weigh(p: usize, s: usize, n: usize, query: Query, o: usize, columns: usize): void {
  const before = query.maximum;
  const here = largestNumber(s, n);
  const m = here > before ? here : before;
  const c = exponentScale(1);
  const cv = f32x4.splat(c), fv = f32x4.splat(exponentFloor(c)), mv = f32x4.splat(m == -Infinity ? 0 : m);
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let s0 = f32x4.splat(0), s1 = s0;
  for (; n >= 8; n -= 8, s += 32, p += 32) {
    const e0 = exp(f32x4.sub(v128.load(s), mv), cv, fv, B, C1, C2, C3, C4, C5);
    const e1 = exp(f32x4.sub(v128.load(s, 16), mv), cv, fv, B, C1, C2, C3, C4, C5);
    v128.store(p, e0);
    v128.store(p, e1, 16);
    s0 = f32x4.add(s0, e0);
    s1 = f32x4.add(s1, e1);
  }
  if (n) {
    const e = exp(f32x4.sub(v128.load(s), mv), cv, fv, B, C1, C2, C3, C4, C5);
    v128.store(p, e);
    s0 = f32x4.add(s0, e);
  }
  const wide = widen(f32x4.add(s0, s1));
  let l = query.sum;
  if (here > before) {
    const a = exp(f32x4.sub(f32x4.splat(before), mv), cv, fv, B, C1, C2, C3, C4, C5);
    l *= <f64>f32x4.extract_lane(a, 0);
    query.maximum = m;
    for (const end = o + (columns << 2); o < end; o += 16) v128.store(o, f32x4.mul(v128.load(o), a));
  }
  query.sum = l + f64x2.extract_lane(wide, 0) + f64x2.extract_lane(wide, 1);
}

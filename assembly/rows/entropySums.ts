/**
 * s += Σ e, w += Σ e·d        d = (x·h - m)·c, e = 2^d: the two sums of entropy.ts
 *
 * Differences x·h - m are taken no lower than `floor`, where e is exactly 0 (exp.ts): so d is finite, and what weighs nothing adds
 * 0·d = 0 to w, never NaN.
 *
 * In rows two terms are added to each other before they go into the sum of their block. Thousands of like terms are all rounded the
 * same way, and so half of the roundings are gone.
 */
import { ROWS } from "../columns";
import { expNotBelow, loadB, loadC1, loadC2, loadC3, loadC4, loadC5, notBelow } from "../exp";
import { fma, high, low, widen } from "../lanes";
import { PARTIAL_SUM, COLUMN_M, COLUMN_S, COLUMN_W, Row } from "../phases";
import { STAGE, stage, stageColumns } from "../stage";

/** The sums of a row, n floats more; the last up to seven of it become eight on the stage, with what weighs nothing. */
export function addToRow(row: Row, x: usize, n: usize, m: f32, c: f32, floor: f32): void {
  const mv = f32x4.splat(m), cv = f32x4.splat(c), fv = f32x4.splat(floor);
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  while (n) {
    let block = min(n, PARTIAL_SUM) & ~7;
    if (block == 0) {
      stage(x, 0, n, 1, -Infinity);
      if (n <= 4) v128.store(STAGE, f32x4.splat(-Infinity), 16);
      x = STAGE;
      n = block = 8;
    }
    let s = f32x4.splat(0), w = s;
    for (const end = x + (block << 2); x < end; x += 32) {
      const d0 = notBelow(f32x4.sub(v128.load(x), mv), fv);
      const d1 = notBelow(f32x4.sub(v128.load(x, 16), mv), fv);
      const e0 = expNotBelow(d0, cv, B, C1, C2, C3, C4, C5);
      const e1 = expNotBelow(d1, cv, B, C1, C2, C3, C4, C5);
      s = f32x4.add(s, f32x4.add(e0, e1));
      w = f32x4.add(w, fma(e0, f32x4.mul(d0, cv), f32x4.mul(e1, f32x4.mul(d1, cv))));
    }
    row.s = f64x2.add(row.s, widen(s));
    row.w = f64x2.add(row.w, widen(w));
    n -= block;
  }
}

/** The float64 sums at `at` += four columns' */
// @ts-ignore: decorator
@inline
function addFour(at: usize, four: v128): void {
  v128.store(at, f64x2.add(v128.load(at), low(four)));
  v128.store(at, f64x2.add(v128.load(at, 16), high(four)), 16);
}

/** The sums of `width` columns, `axis` positions more: ROWS of them at a time, whose sums stay in registers. */
export function addToColumns(
  state: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize, h: f32,
  c: f32, floor: f32,
): void {
  const cv = f32x4.splat(c), fv = f32x4.splat(floor);
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  const rows: usize = mask || h != 1 ? 1 : ROWS;
  const step = pitch << 2;
  for (let a: usize = 0; a < axis; a += rows) {
    const source = stageColumns(x + a * step, mask, shared, a, pitch, width, h, -Infinity);
    const count = min(rows, axis - a);
    for (let i: usize = 0; i < width << 2; i += 16) {
      const top = v128.load(state + i, COLUMN_M);
      const m = v128.andnot(top, f32x4.eq(top, f32x4.splat(-Infinity))); // -Infinity everywhere: each weighs 0, not exp(NaN)
      let s = f32x4.splat(0), w = s;
      let from = source + i;
      for (let r = count; r; r--, from += step) {
        const d = notBelow(f32x4.sub(v128.load(from), m), fv);
        const e = expNotBelow(d, cv, B, C1, C2, C3, C4, C5);
        s = f32x4.add(s, e);
        w = fma(e, f32x4.mul(d, cv), w);
      }
      addFour(state + (i << 1) + COLUMN_S, s);
      addFour(state + (i << 1) + COLUMN_W, w);
    }
  }
}

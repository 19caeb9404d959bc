/**
 * Passes over one row, or over one tile of it, with what they find kept in `state` (phases.ts).
 *
 * m is the largest logit. A NaN among them shows in the sum, and with NAN (phases.ts) in m as well. Where m is not finite the whole row
 * is NaN: m - m is NaN then, and is added to the result. Passes after the maximum may compute nonsense for such a row; it is never read.
 */
import { exp, loadB, loadC1, loadC2, loadC3, loadC4, loadC5 } from "./exp";
import { high, horizontalMax, loadTail, low, maxNumber, narrow, storeTail, storeUpTo4, widen } from "./lanes";
import { FINISH, INIT, MAX, NAN, PARTIAL_SUM, Row, STRIP, SUM } from "./phases";
import { STAGE, stage } from "./stage";

/** The first phase and the last in one call: the row does not come in tiles, and the state is not needed. */
const WHOLE: i32 = INIT | FINISH;

// four vectors in flight
// @ts-ignore: decorator
@inline
function maximum(x: usize, n: usize, seeNaN: bool): f32 {
  const least = f32x4.splat(-Infinity);
  let m0 = least, m1 = least, m2 = least, m3 = least;
  let nan = i32x4.splat(0);
  for (; n >= 16; n -= 16, x += 64) {
    const v0 = v128.load(x), v1 = v128.load(x, 16), v2 = v128.load(x, 32), v3 = v128.load(x, 48);
    m0 = maxNumber(m0, v0);
    m1 = maxNumber(m1, v1);
    m2 = maxNumber(m2, v2);
    m3 = maxNumber(m3, v3);
    if (seeNaN) {
      nan = v128.or(nan, v128.or(
        v128.or(f32x4.ne(v0, v0), f32x4.ne(v1, v1)), v128.or(f32x4.ne(v2, v2), f32x4.ne(v3, v3))));
    }
  }
  for (; n; x += 16) {
    const v = n < 4 ? loadTail(x, n, least) : v128.load(x);
    m0 = maxNumber(m0, v);
    if (seeNaN) nan = v128.or(nan, f32x4.ne(v, v));
    n -= min(n, 4);
  }
  if (seeNaN && v128.any_true(nan)) return NaN;
  return horizontalMax(f32x4.pmax(f32x4.pmax(m0, m1), f32x4.pmax(m2, m3)));
}

/** The largest of n floats, NaN if one is NaN. */
export function largest(x: usize, n: usize): f32 {
  return maximum(x, n, true);
}

/** The largest of n floats that is a number, or -Infinity. */
export function largestNumber(x: usize, n: usize): f32 {
  return maximum(x, n, false);
}

/** max(m of earlier tiles, x·h over the positions that take part) */
export function rowMax(phases: i32, state: usize, x: usize, mask: usize, n: usize, h: f32): f32 {
  const seeNaN = (phases & NAN) != 0;
  if ((phases & WHOLE) == WHOLE && mask == 0 && h == 1) return seeNaN ? largest(x, n) : largestNumber(x, n);
  const row = changetype<Row>(state);
  if (phases & INIT) {
    row.m = -Infinity;
    row.any = mask ? 0 : 1;
    row.found = 0;
    row.s = f64x2.splat(0);
  }
  let m = row.m;
  if (phases & MAX) {
    for (let i: usize = 0; i < n; i += STRIP) {
      const part = min(n - i, STRIP);
      if (stage(x + (i << 2), mask ? mask + i : 0, part, h, -Infinity)) row.any = 1;
      m = max(m, seeNaN ? largest(STAGE, part) : largestNumber(STAGE, part));
    }
    row.m = m;
  }
  return m;
}

/**
 * y = exp((x - m)·c / log2(e)), n floats; y = 0: nowhere. @returns sum + Σ y, two float64 lanes
 *
 * PARTIAL_SUM floats at a time. Only what is left behind the last of them has a tail: to ask for one each time took 1.03 times as long.
 */
export function expSum(y: usize, x: usize, n: usize, m: f32, c: f32, floor: f32, sum: v128): v128 {
  const mv = f32x4.splat(m), cv = f32x4.splat(c), fv = f32x4.splat(floor);
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  const nowhere = y == 0;
  let s = f32x4.splat(0);
  for (;;) {
    const pairs = n >= PARTIAL_SUM ? PARTIAL_SUM : n & ~7;
    if (nowhere) y = STAGE; // no further than x has been read
    for (const end = x + (pairs << 2); x < end; x += 32, y += 32) {
      const e0 = exp(f32x4.sub(v128.load(x), mv), cv, fv, B, C1, C2, C3, C4, C5);
      const e1 = exp(f32x4.sub(v128.load(x, 16), mv), cv, fv, B, C1, C2, C3, C4, C5);
      v128.store(y, e0);
      v128.store(y, e1, 16);
      s = f32x4.add(s, f32x4.add(e0, e1));
    }
    if (pairs < PARTIAL_SUM) break;
    sum = f64x2.add(sum, widen(s));
    n -= PARTIAL_SUM;
    if (n == 0) return sum;
    s = f32x4.splat(0);
  }
  for (let left = n & 7; left; left -= min(left, 4), x += 16, y += 16) {
    const v = left < 4 ? loadTail(x, left, f32x4.splat(-Infinity)) : v128.load(x);
    const e = exp(f32x4.sub(v, mv), cv, fv, B, C1, C2, C3, C4, C5);
    storeUpTo4(y, e, left);
    s = f32x4.add(s, e);
  }
  return f64x2.add(sum, widen(s));
}

/** exp(Infinity - Infinity) would make NaN of a row without one: beside +Infinity, sum + 0, or NaN where a logit is NaN. */
// @ts-ignore: decorator
@inline
function expSumOrNaN(y: usize, x: usize, n: usize, m: f32, c: f32, floor: f32, sum: v128): v128 {
  if (m != Infinity) return expSum(y, x, n, m, c, floor, sum);
  const top = largest(x, n);
  return top == top ? sum : f64x2.splat(NaN);
}

/** y = exp((x - m) / T), nonsense where m is +Infinity; y = 0: nowhere. @returns s = Σ y, that of earlier tiles included */
export function rowExpSum(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, n: usize, h: f32, m: f32, c: f32, floor: f32,
): f64 {
  if (m == -Infinity) m = 0; // -Infinity everywhere: each weighs 0, not exp(NaN)
  let s = f64x2.splat(0);
  if ((phases & WHOLE) == WHOLE && mask == 0 && h == 1) {
    if (phases & SUM) s = expSumOrNaN(y, x, n, m, c, floor, s);
  } else {
    const row = changetype<Row>(state);
    s = row.s;
    if (phases & SUM) {
      for (let i: usize = 0; i < n; i += STRIP) {
        const part = min(n - i, STRIP);
        stage(x + (i << 2), mask ? mask + i : 0, part, h, -Infinity);
        s = expSumOrNaN(y ? y + (i << 2) : 0, STAGE, part, m, c, floor, s);
      }
      row.s = s;
    }
  }
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** As rowExpSum, of a row in one call. */
// @ts-ignore: decorator
@inline
export function wholeExpSum(y: usize, x: usize, n: usize, m: f32, c: f32, floor: f32): f64 {
  const s = expSumOrNaN(y, x, n, m == -Infinity ? 0 : m, c, floor, f64x2.splat(0));
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** Whether any position takes part. */
// @ts-ignore: decorator
@inline
export function rowAny(state: usize, mask: usize): bool {
  return mask == 0 || changetype<Row>(state).any != 0;
}

/** y *= r */
export function rowScale(y: usize, n: usize, r: f32): void {
  const rv = f32x4.splat(r);
  for (; n >= 8; n -= 8, y += 32) {
    v128.store(y, f32x4.mul(v128.load(y), rv));
    v128.store(y, f32x4.mul(v128.load(y, 16), rv), 16);
  }
  if (n & 4) {
    v128.store(y, f32x4.mul(v128.load(y), rv));
    y += 16;
  }
  n &= 3;
  if (n) storeTail(y, f32x4.mul(v128.load(y), rv), n);
}

/** y = (x - m) - logS */
export function rowShift(y: usize, x: usize, n: usize, m: f32, logS: f32): void {
  const mv = f32x4.splat(m), lv = f32x4.splat(logS);
  for (; n >= 4; n -= 4, x += 16, y += 16) {
    v128.store(y, f32x4.sub(f32x4.sub(v128.load(x), mv), lv));
  }
  if (n) storeTail(y, f32x4.sub(f32x4.sub(v128.load(x), mv), lv), n);
}

/** [x0 x1 . .] -> (x - m) / T - logS in float64: rounded once, where three float32 steps would leave 4·2^-24·|y|. */
// @ts-ignore: decorator
@inline
function shiftWide(x: v128, m: v128, t: v128, logS: v128): v128 {
  return f64x2.sub(f64x2.div(f64x2.sub(x, m), t), logS);
}

/** y = (x·h - m) / T - logS where the mask takes part, -Infinity (a NaN row: NaN) elsewhere */
export function rowShiftWide(y: usize, x: usize, mask: usize, n: usize, h: f32, m: f64, temperature: f64, logS: f64): void {
  const mv = f64x2.splat(m), tv = f64x2.splat(temperature), lv = f64x2.splat(logS);
  for (let i: usize = 0; i < n; i += STRIP) {
    const part = min(n - i, STRIP);
    stage(x + (i << 2), mask ? mask + i : 0, part, h, -Infinity);
    for (let j: usize = 0; j < part; j += 4) {
      const v = v128.load(STAGE + (j << 2));
      const w = narrow(shiftWide(low(v), mv, tv, lv), shiftWide(high(v), mv, tv, lv));
      storeUpTo4(y + ((i + j) << 2), w, part - j);
    }
  }
}

/** y = v */
export function rowFill(y: usize, n: usize, v: f32): void {
  const vv = f32x4.splat(v);
  for (; n >= 4; n -= 4, y += 16) v128.store(y, vv);
  if (n) storeTail(y, vv, n);
}

/** The first position of a logit that takes part and equals m, or n. */
export function rowFirst(x: usize, mask: usize, n: usize, m: f32): usize {
  const mv = f32x4.splat(m);
  for (let i: usize = 0; i < n; i += STRIP) {
    const part = min(n - i, STRIP);
    let source = x + (i << 2);
    if (mask) {
      stage(source, mask + i, part, 1, NaN);
      source = STAGE;
    }
    for (let j: usize = 0; j < part; j += 4) {
      const hit = i32x4.bitmask(f32x4.eq(v128.load(source + (j << 2)), mv));
      if (hit) return min(n, i + j + ctz(hit)); // a hit past n lies behind the row
    }
  }
  return n;
}

/**
 * y = [s·(x - m) - τ]_+^(1/s)        s = alpha - 1, m = max x, τ such that Σ y = 1, along the axis
 *
 * From softmax (alpha -> 1) over entmax15 and sparsemax to a share for the maximum alone (alpha -> Infinity).
 *
 * y, x, support    as in sparsemax.ts, and the special values too
 * alpha    > 1 and finite; 1.5 and 2 go to entmax15.ts and sparsemax.ts, above 2 to entmaxSteep.ts
 * T        1: x is what scores.ts has divided; above alpha = 2 whatever it is
 * error    absolute 1e-6, measured 2e-7; rows sum to 1 within 1e-6; exactly 0 off the support         test/functions/entmax.test.ts
 * source   Peters, Niculae & Martins 2019, arXiv:1905.05702
 *
 * The powers are float32, and their sum with them: y is p / S with the S of the same powers, so what they are off by
 * together falls out. Newton's rule ends where S is 1 within 3e-7, or y within 1e-7.
 */
import { lanesOf, narrowLanes, newtonBegin, presentMax, SHORT } from "./columnsNewton";
import { entmax15 } from "./entmax15";
import { entmaxSteep } from "./entmaxSteep";
import { exponentFloor, loadB, loadC0, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../exp";
import { fma, high as highHalf, low as lowHalf, narrow, storeUpTo4, widen } from "../lanes";
import { MOST_STEPS } from "../layout";
import { exp64, log } from "../log";
import { newton } from "./newton";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, PARTIAL_SUM } from "../phases";
import { held, loadL0, loadL1, loadL2, loadRoot, log2, power } from "./power";
import { lifts, Search, searchAt } from "./search";
import { alongSparse, solveEach } from "./sparse";
import { sparsemax } from "./sparsemax";

/** An S - 1 that is too small to see. */
const ENOUGH: f64 = 3e-7;

/** Off the support w is replaced by it, so that the logarithm is finite; the term is then masked. */
const TINY: f32 = 1e-30;

/**
 * w = s·d - τ, S = Σ w^(1/s), D = Σ w^(1/s) / w: partial sums of 32 floats in float32, their sum in float64. One
 * power for both, w^(1/s - 1).
 *
 * 1 - t is taken in two parts: where w is small the sum of z and the first is exact. Near 1, where alpha is near 1 too, w is
 * taken from t, which holds more digits: v = w - 1.
 */
function accumulate(search: Search, list: usize, n: usize): void {
  const t = search.t, s = search.s;
  const c = <f32>(1 / s - 1), cv = held(0, c), fv = held(1, exponentFloor(c)), sv = held(2, <f32>s);
  const tv = held(4, <f32>t), rest = held(9, <f32>(1 - t)), low = held(10, <f32>(1 - t - <f64><f32>(1 - t)));
  const tiny = held(3, TINY), root = loadRoot();
  const L0 = loadL0(), L1 = loadL1(), L2 = loadL2();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let S = f64x2.splat(0), D = S;
  for (const end = list + (n << 2); list < end; ) {
    let s0 = f32x4.splat(0), d0 = s0;
    for (const stop = min(end, list + (PARTIAL_SUM << 1)); list < stop; list += 16) {
      const z = f32x4.mul(v128.load(list), sv), w = f32x4.pmax(f32x4.add(f32x4.add(z, rest), low), tiny), v = f32x4.sub(z, tv);
      const u = v128.and(
        power(w, v, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5),
        f32x4.gt(w, tiny),
      );
      s0 = fma(u, w, s0);
      d0 = f32x4.add(d0, u);
    }
    S = f64x2.add(S, widen(s0));
    D = f64x2.add(D, widen(d0));
  }
  search.S = search.S + f64x2.extract_lane(S, 0) + f64x2.extract_lane(S, 1);
  search.D = search.D + f64x2.extract_lane(D, 0) + f64x2.extract_lane(D, 1);
}

/**
 * A step of Newton's rule, unless τ is near enough; S then stays that of τ. It is near enough where S is 1 as nearly as a float32 t
 * allows, or where y = p / S cannot change visibly any more: on the way to the solution no p changes more than the largest,
 * p_m = (1 - t)^(1/s), and that at most by (S - 1)·p_m.
 */
function step(search: Search): bool {
  const s = search.s, t = search.t, off = abs(search.S - 1);
  if (off <= ENOUGH + 6e-8 * t * min(1 / s, 16)) return true;
  if (off <= 1e-3 && off * exp64(log(max<f64>(1 - t, 1e-300)) / s) <= 1e-7) return true;
  return newton(search, 0);
}

function rowShares(search: Search, y: usize, x: usize, n: usize): u32 {
  const t = search.t, s = search.s;
  const c = <f32>(1 / s - 1), cv = held(0, c), fv = held(1, exponentFloor(c)), sv = held(2, <f32>s);
  const tv = held(4, <f32>t), rest = held(9, <f32>(1 - t)), low = held(10, <f32>(1 - t - <f64><f32>(1 - t)));
  const tiny = held(3, TINY), root = loadRoot();
  const lift = held(5, search.lift), base = held(6, search.base);
  const r = held(7, <f32>(1 / search.S));
  const L0 = loadL0(), L1 = loadL1(), L2 = loadL2();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  const floor = held(8, search.floor);
  let size = 0;
  for (; n; n -= min(n, 4), x += 16, y += 16) {
    const at = v128.load(x);
    let p = f32x4.splat(0);
    if (v128.any_true(f32x4.gt(at, floor))) {
      const d = f32x4.sub(f32x4.add(at, lift), base);
      const z = f32x4.mul(d, sv), w = f32x4.pmax(f32x4.add(f32x4.add(z, rest), low), tiny), v = f32x4.sub(z, tv);
      const on = f32x4.gt(w, tiny);
      // masked before it is multiplied: a denormal product takes 150 cycles
      p = f32x4.mul(w, v128.and(power(w, v, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5), on));
      p = f32x4.mul(p, r);
      size += popcnt(i32x4.bitmask(f32x4.gt(p, f32x4.splat(0))) & (n < 4 ? (1 << <i32>n) - 1 : 15));
    }
    storeUpTo4(y, p, n);
  }
  return size;
}

function columnsShares(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  const s = searchAt(state).s;
  const c = <f32>(1 / s - 1), cv = held(0, c), fv = held(1, exponentFloor(c)), sv = held(2, <f32>s);
  const L0 = loadL0(), L1 = loadL1(), L2 = loadL2(), tiny = held(3, TINY), root = loadRoot();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  const one = f64x2.splat(1);
  for (let i: usize = 0; i < width; i += 4) {
    const at = state + (i << 2), tAt = state + (i << 3);
    const m = v128.load(at, COLUMN_M), r = v128.load(at, COLUMN_PART), nan = f32x4.sub(m, m);
    const lift = lifts(m), base = f32x4.add(m, lift);
    const t0 = v128.load(tAt, COLUMN_S), t1 = v128.load(tAt, COLUMN_S + 16);
    const tv = narrow(t0, t1), rest0 = f64x2.sub(one, t0), rest1 = f64x2.sub(one, t1);
    const rest = narrow(rest0, rest1), low = narrow(f64x2.sub(rest0, lowHalf(rest)), f64x2.sub(rest1, highHalf(rest)));
    let count = i32x4.splat(0);
    let from = x + (i << 2), to = y + (i << 2);
    for (let a = axis; a; a--, from += pitch << 2, to += pitch << 2) {
      const d = f32x4.sub(f32x4.add(v128.load(from), lift), base);
      const z = f32x4.mul(d, sv), w = f32x4.pmax(f32x4.add(f32x4.add(z, rest), low), tiny), v = f32x4.sub(z, tv);
      const on = f32x4.gt(w, tiny);
      let p = nan;
      if (v128.any_true(on)) {
        p = f32x4.mul(w, v128.and(power(w, v, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5), on));
        p = f32x4.add(v128.and(f32x4.mul(p, r), on), nan); // r is infinite where nothing takes part
      }
      storeUpTo4(to, p, width - i);
      count = i32x4.sub(count, f32x4.ne(p, f32x4.splat(0)));
    }
    v128.store(at, count, COLUMN_ANY);
  }
}

/** [1 - S^-s]_+ of two columns, S >= 1, logS their log2 S: by the series of exp(v) - 1 at a sixteenth, doubled four times. */
// @ts-ignore: decorator
@inline
function fallen(s: f64, logS: v128): v128 {
  const v = f64x2.mul(logS, f64x2.splat(s * (-0.6931471805599453 / 16))), one = f64x2.splat(1), two = f64x2.splat(2);
  let e = f64x2.add(f64x2.mul(v, f64x2.splat(1.0 / 6)), one);
  e = f64x2.add(f64x2.mul(f64x2.mul(v, e), f64x2.splat(1.0 / 5)), one);
  e = f64x2.add(f64x2.mul(f64x2.mul(v, e), f64x2.splat(1.0 / 4)), one);
  e = f64x2.add(f64x2.mul(f64x2.mul(v, e), f64x2.splat(1.0 / 3)), one);
  e = f64x2.add(f64x2.mul(f64x2.mul(v, e), f64x2.splat(1.0 / 2)), one);
  e = f64x2.mul(v, e);
  for (let k = 0; k < 4; k++) e = f64x2.mul(e, f64x2.add(e, two)); // exp(2v) - 1
  return f64x2.neg(e);
}

/** t of two columns after Newton's step. It is shortened by the relative error of the logarithm, 4e-6, so that it cannot overshoot. */
// @ts-ignore: decorator
@inline
function moved(t: v128, S: v128, D: v128, s: f64, logS: v128): v128 {
  const stride = f64x2.mul(f64x2.div(f64x2.mul(S, fallen(s, logS)), D), f64x2.splat(1 - 4e-6));
  return v128.bitselect(f64x2.add(t, stride), t, f64x2.gt(S, f64x2.splat(1 + ENOUGH)));
}

/** τ of a strip of columns of few positions, four at a time: COLUMN_S is T, COLUMN_PART 1 / S. */
function solveShort(state: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  const s = searchAt(state).s;
  const c = <f32>(1 / s - 1), cv = held(0, c), fv = held(1, exponentFloor(c)), sv = held(2, <f32>s);
  const L0 = loadL0(), L1 = loadL1(), L2 = loadL2(), tiny = held(3, TINY), root = loadRoot();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  const zero = f64x2.splat(0), one = f64x2.splat(1), step = pitch << 2;
  for (let i: usize = 0; i < width; i += 4) {
    const at = state + (i << 2), tAt = state + (i << 3);
    const m = v128.load(at, COLUMN_M), lift = lifts(m), base = f32x4.add(m, lift), there = lanesOf(width - i);
    let t0 = zero, t1 = zero, s0 = zero, s1 = zero;
    for (let k = 0; k < MOST_STEPS; k++) {
      const tv = narrow(t0, t1), rest0 = f64x2.sub(one, t0), rest1 = f64x2.sub(one, t1);
      const rest = narrow(rest0, rest1), low = narrow(f64x2.sub(rest0, lowHalf(rest)), f64x2.sub(rest1, highHalf(rest)));
      let d0 = zero, d1 = zero;
      s0 = s1 = zero;
      for (let a = axis, from = x + (i << 2); a; a--, from += step) {
        const d = f32x4.sub(f32x4.add(v128.load(from), lift), base), z = f32x4.mul(d, sv);
        const w = f32x4.pmax(f32x4.add(f32x4.add(z, rest), low), tiny), on = f32x4.gt(w, tiny);
        if (!v128.any_true(on)) continue;
        const u = v128.and(power(w, f32x4.sub(z, tv), cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5), on);
        const p = f32x4.mul(u, w);
        s0 = f64x2.add(s0, lowHalf(p));
        s1 = f64x2.add(s1, highHalf(p));
        d0 = f64x2.add(d0, lowHalf(u));
        d1 = f64x2.add(d1, highHalf(u));
      }
      const r0 = f64x2.div(one, s0), r1 = f64x2.div(one, s1);
      const logS = f32x4.neg(log2(narrow(r0, r1), narrow(f64x2.sub(r0, one), f64x2.sub(r1, one)), C0, root, L0, L1, L2));
      const n0 = moved(t0, s0, d0, s, lowHalf(logS)), n1 = moved(t1, s1, d1, s, highHalf(logS));
      const open = v128.and(narrowLanes(f64x2.gt(n0, t0), f64x2.gt(n1, t1)), there);
      if (!v128.any_true(open)) break;
      t0 = n0;
      t1 = n1;
    }
    v128.store(tAt, t0, COLUMN_S);
    v128.store(tAt, t1, COLUMN_S + 16);
    v128.store(at, narrow(f64x2.div(one, s0), f64x2.div(one, s1)), COLUMN_PART);
  }
}

/** A strip of columns of at most SHORT positions, which does not come in tiles. */
function shortStrip(
  state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize,
): bool {
  newtonBegin(state, phases, x, axis, width, pitch);
  solveShort(state, x, axis, width, pitch);
  for (let i: usize = 0; i < width << 2; i += 16) v128.store(state + i, presentMax(state + i, phases), COLUMN_M);
  columnsShares(state, y, x, axis, width, pitch);
  return false;
}

function strip(state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize): bool {
  solveEach(state, phases, x, axis, width, pitch);
  columnsShares(state, y, x, axis, width, pitch);
  return false;
}

export function entmax(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, alpha: f64, temperature: f64, state: usize,
  phases: i32,
): bool {
  if (alpha == 2) return sparsemax(y, support, x, outer, axis, inner, alpha, temperature, state, phases);
  if (alpha == 1.5) return entmax15(y, support, x, outer, axis, inner, alpha, temperature, state, phases);
  if (alpha > 2) return entmaxSteep(y, support, x, outer, axis, inner, alpha, temperature, state, phases);
  searchAt(state).use(alpha - 1, accumulate, step, rowShares, axis <= SHORT ? shortStrip : strip);
  return alongSparse(y, support, x, outer, axis, inner, state, phases);
}

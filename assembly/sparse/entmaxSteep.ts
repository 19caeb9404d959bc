/**
 * entmax at alpha > 2: y = [k·(x - m) - τ]_+^(1/s) with an exponent below 1        s = alpha - 1, k = s / T
 *
 * There the share rises from 0 with infinite slope: Newton's rule fails, and a τ rounded to float64 is not enough (at
 * alpha = 10 a part in 1e16 of it makes a share of 0.02). So first the support, then its shares:
 *
 *   support   x is in it iff S(x) = Σ (k·(x_j - x))^(1/s) over x_j > x is below 1. The next pivot is where the norm's step
 *             says; where two have not halved the undecided range, its middle in the order of the floats.
 *   shares    r the smallest logit of the support and q its share: p_j = (k·(x_j - r) + q^s)^(1/s). Their sum is convex and
 *             rising in q (each is a norm of order s of two numbers), so Newton's rule from above falls to the solution.
 *
 * A long row begins with what its sample has found: near it Newton's rule finds support and shares at once.
 *
 * Both are sums over x_j >= r of powers of x_j - r, q being 0 for the support. The difference of two float32s keeps all its
 * digits, so float32 will do; it may be denormal, so it is taken times 2^64. T is not taken from the logits before: a
 * difference that has been rounded is off by that much where they are next to each other. Where T is so large that
 * differences beyond 2^63 are below 1, the range of float32 is too small, and everything is float64.
 *
 * Measured, 32000 floats on wasm: 1 softmax for N(0, 1), 7-20 where most have a share (clusters, ties, staircases); with a
 * float64 power for each and bisection it was 30-1200.
 *
 * y, x, support, special values, error    as in entmax.ts
 * source   bisection: Blondel, Martins & Niculae 2020 (arXiv:1901.02324); the change from τ to q is ours
 */
import { PART, SHARES, SUPPORT } from "./candidates";
import { exponentFloor, loadB, loadC0, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../exp";
import { horizontalMax, storeUpTo4, widen } from "../lanes";
import { exp64, log } from "../log";
import { normStep } from "./newton";
import {
  BLOCK, COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, LIST, SPARSE_ABOVE, SPARSE_BELOW, SPARSE_D, SPARSE_FAR, SPARSE_FIRST,
  SPARSE_GUESS, SPARSE_HIGHER, SPARSE_LAST, SPARSE_LEAST, SPARSE_LEVEL, SPARSE_LOG_RATE, SPARSE_M, SPARSE_MOVE, SPARSE_PIVOT, SPARSE_RATE,
  SPARSE_ROOT, SPARSE_S, SPARSE_SCALE, SPARSE_SLOW, SPARSE_STAGE, SPARSE_T, SPARSE_WIDTH,
} from "../phases";
import { held, loadL0, loadL1, loadL2, loadRoot, powerAt } from "./power";
import { alongSparse } from "./sparse";

/** An error of y that is too small to see; y is p / S. */
const ENOUGH: f64 = 3e-7;

/** Steps that a sample's support is given to become the row's. */
const GUESSES: u32 = 4;

const MOST_RATE: f64 = 1.4615016373309029e48; // 2^160
const LEAST_RATE: f64 = 2.2250738585072014e-308; // 2^-1022

/** A rate of which a difference of 2^63 may be below 1. */
const WIDE_BELOW: f64 = 1.0842021724855044e-19; // 2^-63

/** w^c for w > 0 */
function power64(w: f64, c: f64): f64 {
  return exp64(min<f64>(c * log(max<f64>(w, 1e-300)), 0));
}

/** The smallest share and 1 / S side by side in T, as float32s. */
// @ts-ignore: decorator
@inline
function storeShare(state: usize, q: f64, r: f64): void {
  store<f32>(state, <f32>q, SPARSE_T);
  store<f32>(state, <f32>r, SPARSE_T + 4);
}

// @ts-ignore: decorator
@inline
function loadShare(state: usize): f64 {
  return <f64>load<f32>(state, SPARSE_T);
}

/** k = 2^e·σ with σ in [1, 2) */
// @ts-ignore: decorator
@inline
function exponentOf(k: f64): i32 {
  return <i32>(reinterpret<u64>(k) >> 52) - 1023;
}

// @ts-ignore: decorator
@inline
function powerOf2(e: i32): f64 {
  return reinterpret<f64>(<u64>(e + 1023) << 52);
}

/** 2^64·σ·q^s / k; 0 where it would be denormal, beside a least difference of 2^-85. */
function liftedShare(q: f64, s: f64, e: i32): f32 {
  const lifted = power64(q, s) * powerOf2(64 - e);
  return lifted < 1.2e-38 ? 0 : <f32>lifted;
}

/** 2^64·σ·d for d >= 0, of which denormal ones go through an integer: a product with one takes 150 cycles. */
// @ts-ignore: decorator
@inline
function lifted(d: v128, normal: v128, denormal: v128): v128 {
  const small = i32x4.lt_s(d, i32x4.splat(0x00800000));
  const a = f32x4.mul(v128.andnot(d, small), normal);
  const b = f32x4.mul(f32x4.convert_i32x4_s(v128.and(d, small)), denormal);
  return f32x4.add(a, b);
}

/**
 * S = Σ p and D = Σ p / (x - r + q^s / k) over all above r; how many those are, and how many are r; the smallest of them, and
 * the largest of the rest.
 *
 * r is the pivot and q = 0, or the support's smallest and its share. Of a sample they may be wrong for the row: what is below
 * r and above r - q^s / k is taken too, which it must not be where the support is known.
 */
function accumulate(state: usize, list: usize, n: usize): void {
  const s = load<f64>(state, SPARSE_SCALE), rate = load<f64>(state, SPARSE_RATE);
  const shares = load<u32>(state, SPARSE_STAGE) == SHARES;
  const r = held(6, <f32>(shares ? load<f64>(state, SPARSE_ROOT) : load<f64>(state, SPARSE_PIVOT)));
  const c = <f32>(1 / s), cv = held(0, c), fv = held(1, exponentFloor(c));
  const e = exponentOf(rate), ev = held(2, reinterpret<f32>(e - 64)), sigma = rate / powerOf2(e);
  const normal = held(3, <f32>(sigma * powerOf2(64))), denormal = held(4, <f32>(sigma * powerOf2(-85)));
  const qs = held(5, shares ? liftedShare(loadShare(state), s, e) : 0);
  const floor = held(9, guessed(state) ? -f32x4.extract_lane(qs, 0) : 0);
  const zero = f32x4.splat(0), infinite = held(7, Infinity), least = held(8, -Infinity), root = loadRoot();
  const L0 = loadL0(), L1 = loadL1(), L2 = loadL2();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let S = f64x2.splat(0), D = S;
  let above = infinite, below = least, higher = i32x4.splat(0), level = higher;
  for (const end = list + (n << 2); list < end; ) {
    let s0 = zero, d0 = zero;
    for (const stop = min(end, list + (BLOCK << 1)); list < stop; list += 16) {
      const x = v128.load(list), d = f32x4.sub(x, r), equal = f32x4.eq(x, r), size = f32x4.abs(d);
      const z = v128.xor(lifted(size, normal, denormal), v128.xor(d, size)), w = f32x4.add(z, qs);
      const on = v128.andnot(f32x4.gt(z, floor), equal);
      // masked before the division: a denormal quotient takes as long
      const p = v128.and(powerAt(w, ev, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5), on);
      s0 = f32x4.add(s0, p);
      d0 = f32x4.add(d0, v128.and(f32x4.div(p, w), on));
      above = f32x4.pmin(above, v128.bitselect(x, infinite, on));
      below = f32x4.pmax(below, v128.bitselect(least, x, v128.or(on, equal)));
      higher = i32x4.sub(higher, on);
      level = i32x4.sub(level, equal);
    }
    S = f64x2.add(S, widen(s0));
    D = f64x2.add(D, widen(d0));
  }
  add(
    state, f64x2.extract_lane(S, 0) + f64x2.extract_lane(S, 1),
    (f64x2.extract_lane(D, 0) + f64x2.extract_lane(D, 1)) * (sigma * powerOf2(64)),
    -<f64>horizontalMax(f32x4.neg(above)), <f64>horizontalMax(below), <f64>total(higher), <f64>total(level),
  );
}

/** What a list adds to the sums so far. */
function add(state: usize, S: f64, D: f64, above: f64, below: f64, higher: f64, level: f64): void {
  store<f64>(state, load<f64>(state, SPARSE_S) + S, SPARSE_S);
  store<f64>(state, load<f64>(state, SPARSE_D) + D, SPARSE_D);
  store<f64>(state, min(load<f64>(state, SPARSE_ABOVE), above), SPARSE_ABOVE);
  store<f64>(state, max(load<f64>(state, SPARSE_BELOW), below), SPARSE_BELOW);
  store<f64>(state, load<f64>(state, SPARSE_HIGHER) + higher, SPARSE_HIGHER);
  store<f64>(state, load<f64>(state, SPARSE_LEVEL) + level, SPARSE_LEVEL);
}

/** The smallest share is a sample's. */
// @ts-ignore: decorator
@inline
function guessed(state: usize): bool {
  return load<u32>(state, SPARSE_STAGE) == SHARES && load<u32>(state, SPARSE_GUESS) != 0;
}

/** (k·d)^(1/s) for d >= 0 k by its logarithm, at most 1: k·d may be too small for a float64. */
function shareOf(d: f64, s: f64, logRate: f64): f64 {
  return d > 0 ? exp64(min((log(d) + logRate) / s, 0)) : 0;
}

/** The d of which q is the share. */
function excessOf(q: f64, s: f64, logRate: f64): f64 {
  return q > 0 ? exp64(s * log(q) - logRate) : 0;
}

/** As accumulate, in float64. */
function accumulateWide(state: usize, list: usize, n: usize): void {
  const s = load<f64>(state, SPARSE_SCALE), logRate = load<f64>(state, SPARSE_LOG_RATE);
  const shares = load<u32>(state, SPARSE_STAGE) == SHARES;
  const r = shares ? load<f64>(state, SPARSE_ROOT) : load<f64>(state, SPARSE_PIVOT);
  const excess = shares ? excessOf(loadShare(state), s, logRate) : 0, floor = guessed(state) ? -excess : 0;
  let S: f64 = 0, D: f64 = 0, above: f64 = Infinity, below: f64 = -Infinity, higher: f64 = 0, level: f64 = 0;
  for (const end = list + (n << 2); list < end; list += 4) {
    const x = <f64>load<f32>(list), d = x - r, w = d + excess;
    if (x == r) {
      level++;
    } else if (d > floor) {
      const p = shareOf(w, s, logRate);
      S += p;
      D += p / w;
      above = min(above, x);
      higher++;
    } else {
      below = max(below, x);
    }
  }
  add(state, S, D, above, below, higher, level);
}

// @ts-ignore: decorator
@inline
function total(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}

/** The place of a float32 among all of them, and back. */
// @ts-ignore: decorator
@inline
function order(bits: i32): i32 {
  return bits ^ (bits >> 31 & 0x7fffffff);
}

/** Decides the logits on one side of the pivot; FIRST to LAST are left. @returns no logit is, or S is 1 */
function decide(state: usize): bool {
  const S = load<f64>(state, SPARSE_S), pivot = load<f64>(state, SPARSE_PIVOT);
  const part = load<u32>(state, SPARSE_STAGE) == PART;
  const above = load<f64>(state, SPARSE_ABOVE), level = load<f64>(state, SPARSE_LEVEL), off = !(S < 1);
  if (abs(S - 1) <= ENOUGH && load<f64>(state, SPARSE_HIGHER) > <f64>LIST && !part) {
    store<f64>(state, pivot, SPARSE_ROOT);
    storeShare(state, 0, 1 / S);
    return true;
  }
  if (off) {
    store<f64>(state, pivot, SPARSE_LEAST);
    store<f64>(state, above, SPARSE_FIRST);
  } else {
    store<f64>(state, level > 0 ? pivot : above, SPARSE_ROOT);
    store<f64>(state, load<f64>(state, SPARSE_BELOW), SPARSE_LAST);
  }
  const first = load<f64>(state, SPARSE_FIRST), last = load<f64>(state, SPARSE_LAST);
  if (first <= last) {
    store<f64>(state, next(state, first, last), SPARSE_PIVOT);
    return false;
  }
  if (part) return true;
  store<u32>(state, SHARES, SPARSE_STAGE);
  storeShare(state, firstShare(state, off), 1);
  return false;
}

/** Where the norm's step from the last pivot puts τ; no more than the mean, nor than what the others leave. */
function firstShare(state: usize, off: bool): f64 {
  const s = load<f64>(state, SPARSE_SCALE), S = load<f64>(state, SPARSE_S), level = load<f64>(state, SPARSE_LEVEL);
  const size = max<f64>(load<f64>(state, SPARSE_HIGHER) + (off ? 0 : level), 1);
  const tau = load<f64>(state, SPARSE_PIVOT) + normStep(s, S, load<f64>(state, SPARSE_D));
  const excess = load<f64>(state, SPARSE_ROOT) - tau;
  const near = excess > 0 && excess < Infinity ? shareOf(excess, s, load<f64>(state, SPARSE_LOG_RATE)) : 1;
  if (off) return min(near, 1 / size);
  return min(max(near, (1 - S) / size), min(1 / size, level > 0 ? (1 - S) / level : 1));
}

/**
 * A pivot from `first` to `last`, the logits next to those that are decided: where the norm's step says, or twice as far when
 * it comes from the same side again and S is hardly nearer. The middle, where two pivots have neither halved what is between
 * nor brought S a quarter as near.
 */
function next(state: usize, first: f64, last: f64): f64 {
  const low = order(reinterpret<i32>(<f32>first)), high = order(reinterpret<i32>(<f32>last));
  const width = <f64>high - <f64>low, S = load<f64>(state, SPARSE_S), far = abs(log(S));
  const halved = width <= 0.5 * load<f64>(state, SPARSE_WIDTH);
  const nearer = far > 0 && far <= 0.25 * load<f64>(state, SPARSE_FAR);
  if (halved) store<f64>(state, width, SPARSE_WIDTH);
  if (nearer) store<f64>(state, far, SPARSE_FAR);
  const slow = halved || nearer ? 0 : load<u32>(state, SPARSE_SLOW) + 1;
  const move = normStep(load<f64>(state, SPARSE_SCALE), S, load<f64>(state, SPARSE_D));
  const to = load<f64>(state, SPARSE_PIVOT) + (slow > 0 && load<f64>(state, SPARSE_MOVE) * move > 0 ? 2 * move : move);
  const middle = slow >= 2 || to != to;
  store<u32>(state, middle ? 0 : slow, SPARSE_SLOW);
  store<f64>(state, move, SPARSE_MOVE);
  if (!middle) return <f64><f32>max(first, min(last, to));
  return <f64>reinterpret<f32>(order(<i32>((<i64>low + <i64>high) >> 1)));
}

/**
 * S - 1 is too small to see, or is so in y = p / S: no p changes more than q on the way to the solution, and the largest is
 * as far off as S. Where thousands are equal float32 powers have the same error and S never is 1 as nearly as that.
 */
function settled(state: usize, S: f64, q: f64, to: f64, excess: f64): bool {
  const off = abs(S - 1);
  if (off <= ENOUGH || (q == 0 && load<u32>(state, SPARSE_GUESS) == 0)) return true;
  const s = load<f64>(state, SPARSE_SCALE), height = <f64>load<f32>(state, SPARSE_M) - load<f64>(state, SPARSE_ROOT);
  if (off > 1e-5) return false;
  const most = shareOf(height + excess, s, load<f64>(state, SPARSE_LOG_RATE));
  return most * off <= ENOUGH && abs(to - q) <= ENOUGH;
}

/**
 * Newton's rule for q. The support may be a sample's: then the smallest above its τ takes the place of r, and where the step
 * leaves the range between it and the largest that is not, the search for the support begins.
 */
function fall(state: usize): bool {
  const s = load<f64>(state, SPARSE_SCALE), rate = load<f64>(state, SPARSE_RATE), logRate = load<f64>(state, SPARSE_LOG_RATE);
  const level = load<f64>(state, SPARSE_LEVEL), above = load<f64>(state, SPARSE_ABOVE);
  let q = loadShare(state), root = load<f64>(state, SPARSE_ROOT), excess = excessOf(q, s, logRate);
  const S = load<f64>(state, SPARSE_S) + level * q;
  const D = load<f64>(state, SPARSE_D) + (excess > 0 ? level * q / excess : 0);
  store<f64>(state, S, SPARSE_S);
  store<f64>(state, <f64><f32>(root - excess), SPARSE_PIVOT);
  const guess = load<u32>(state, SPARSE_GUESS);
  if (guess) store<u32>(state, guess + 1, SPARSE_GUESS);
  let moved = false;
  if (guess && (level == 0 || above < root)) {
    moved = true;
    excess -= root - above;
    root = above;
    q = shareOf(excess, s, logRate);
  }
  let to = <f64><f32>(q - (S - 1) / (excess > 0 ? D * excess / q : level));
  if (!moved && settled(state, S, q, to, excess)) {
    storeShare(state, q, 1 / S);
    return true;
  }
  if (guess) {
    const below = load<f64>(state, SPARSE_BELOW), most = shareOf(min(root - below, 1 / rate), s, logRate);
    if (!(to > 0) || guess > GUESSES || (to > most && S < 1 && q >= 0.999 * most)) {
      store<u32>(state, 0, SPARSE_GUESS);
      store<u32>(state, SUPPORT, SPARSE_STAGE);
      store<f64>(state, max(to > 0 ? below : root, load<f64>(state, SPARSE_FIRST)), SPARSE_PIVOT);
      return false;
    }
    to = min(to, most);
  }
  store<f64>(state, root, SPARSE_ROOT);
  const still = !moved && to == q;
  storeShare(state, to > 0 ? to : 0, still ? 1 / S : 1);
  return still;
}

function step(state: usize): bool {
  return load<u32>(state, SPARSE_STAGE) == SHARES ? fall(state) : decide(state);
}

function rowShares(state: usize, y: usize, x: usize, n: usize): u32 {
  const s = load<f64>(state, SPARSE_SCALE), rate = load<f64>(state, SPARSE_RATE);
  const q = loadShare(state), per = load<f32>(state, SPARSE_T + 4);
  const r = held(6, <f32>load<f64>(state, SPARSE_ROOT)), level = held(7, <f32>q * per), perS = held(8, per);
  const zero = f32x4.splat(0);
  const c = <f32>(1 / s), cv = held(0, c), fv = held(1, exponentFloor(c));
  const e = exponentOf(rate), ev = held(2, reinterpret<f32>(e - 64)), sigma = rate / powerOf2(e);
  const normal = held(3, <f32>(sigma * powerOf2(64))), denormal = held(4, <f32>(sigma * powerOf2(-85)));
  const qs = held(5, liftedShare(q, s, e)), root = loadRoot();
  const L0 = loadL0(), L1 = loadL1(), L2 = loadL2();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let size = 0;
  for (; n; n -= min(n, 4), x += 16, y += 16) {
    const v = v128.load(x), on = f32x4.gt(v, r);
    let p = v128.and(level, f32x4.eq(v, r));
    if (v128.any_true(on)) {
      const w = f32x4.add(lifted(v128.and(f32x4.sub(v, r), on), normal, denormal), qs);
      const share = powerAt(w, ev, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5);
      p = v128.or(p, v128.and(f32x4.mul(share, perS), on));
    }
    storeUpTo4(y, p, n);
    size += popcnt(i32x4.bitmask(f32x4.gt(p, zero)) & (n < 4 ? (1 << <i32>n) - 1 : 15));
  }
  return size;
}

/** As rowShares, in float64: the share of one logit. */
// @ts-ignore: decorator
@inline
function wideShare(x: f64, r: f64, q: f64, excess: f64, per: f64, s: f64, logRate: f64): f32 {
  if (x < r) return 0;
  return <f32>((x > r ? shareOf(x - r + excess, s, logRate) : q) * per);
}

function rowSharesWide(state: usize, y: usize, x: usize, n: usize): u32 {
  const s = load<f64>(state, SPARSE_SCALE), logRate = load<f64>(state, SPARSE_LOG_RATE), r = load<f64>(state, SPARSE_ROOT);
  const q = loadShare(state), per = <f64>load<f32>(state, SPARSE_T + 4), excess = excessOf(q, s, logRate);
  let size = 0;
  for (; n; n--, x += 4, y += 4) {
    const p = wideShare(<f64>load<f32>(x), r, q, excess, per, s, logRate);
    store<f32>(y, p);
    size += p > 0 ? 1 : 0;
  }
  return size;
}

/** COLUMN_PART is the column's root, COLUMN_S its q and 1 / S. */
function columnsSharesWide(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  const s = load<f64>(state, SPARSE_SCALE), logRate = load<f64>(state, SPARSE_LOG_RATE);
  for (let i: usize = 0; i < width; i++) {
    const at = state + (i << 2), qAt = state + (i << 3), m = load<f32>(at, COLUMN_M), r = <f64>load<f32>(at, COLUMN_PART);
    const q = <f64>load<f32>(qAt, COLUMN_S), per = <f64>load<f32>(qAt, COLUMN_S + 4), excess = excessOf(q, s, logRate);
    let size = 0;
    for (let a: usize = 0, from = x + (i << 2), to = y + (i << 2); a < axis; a++, from += pitch << 2, to += pitch << 2) {
      const p: f32 = m - m != 0 ? f32.NaN : wideShare(<f64>load<f32>(from), r, q, excess, per, s, logRate);
      store<f32>(to, p);
      size += p != 0 ? 1 : 0;
    }
    store<u32>(at, size, COLUMN_ANY);
  }
}

/** As columnsSharesWide, with COLUMN_ANY first 2^64·q^s / k. */
function columnsShares(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  const s = load<f64>(state, SPARSE_SCALE), rate = load<f64>(state, SPARSE_RATE);
  const c = <f32>(1 / s), cv = held(0, c), fv = held(1, exponentFloor(c));
  const e = exponentOf(rate), ev = held(2, reinterpret<f32>(e - 64)), sigma = rate / powerOf2(e);
  const normal = held(3, <f32>(sigma * powerOf2(64))), denormal = held(4, <f32>(sigma * powerOf2(-85)));
  const root = loadRoot(), L0 = loadL0(), L1 = loadL1(), L2 = loadL2();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  for (let i: usize = 0; i < width; i++) {
    const q = <f64>load<f32>(state + (i << 3), COLUMN_S);
    store<f32>(state + (i << 2), liftedShare(q, s, e), COLUMN_ANY);
  }
  for (let i: usize = 0; i < width; i += 4) {
    const at = state + (i << 2), qAt = state + (i << 3);
    const r = v128.load(at, COLUMN_PART), m = v128.load(at, COLUMN_M), nan = f32x4.sub(m, m), qs = v128.load(at, COLUMN_ANY);
    const q0 = v128.load(qAt, COLUMN_S), q1 = v128.load(qAt, COLUMN_S + 16), perS = v128.shuffle<f32>(q0, q1, 1, 3, 5, 7);
    const level = f32x4.mul(v128.shuffle<f32>(q0, q1, 0, 2, 4, 6), perS);
    let count = i32x4.splat(0), from = x + (i << 2), to = y + (i << 2);
    for (let a = axis; a; a--, from += pitch << 2, to += pitch << 2) {
      const v = v128.load(from), on = f32x4.gt(v, r);
      let p = v128.and(level, f32x4.eq(v, r));
      if (v128.any_true(on)) {
        const w = f32x4.add(lifted(v128.and(f32x4.sub(v, r), on), normal, denormal), qs);
        const share = powerAt(w, ev, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5);
        p = v128.or(p, v128.and(f32x4.mul(share, perS), on));
      }
      p = f32x4.add(p, nan);
      storeUpTo4(to, p, width - i);
      count = i32x4.sub(count, f32x4.ne(p, f32x4.splat(0)));
    }
    v128.store(at, count, COLUMN_ANY);
  }
}

export function entmaxSteep(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, alpha: f64, temperature: f64, state: usize,
  phases: i32,
): bool {
  // of a rate beyond these bounds no difference of float32s is below 1, or no share can be told from 0
  const s = alpha - 1, rate = max(min(s / temperature, MOST_RATE), LEAST_RATE);
  if (rate < WIDE_BELOW) {
    return alongSparse(
      y, support, x, outer, axis, inner, s, rate, false, state, phases, accumulateWide, step, rowSharesWide,
      columnsSharesWide,
    );
  }
  return alongSparse(
    y, support, x, outer, axis, inner, s, rate, false, state, phases, accumulate, step, rowShares, columnsShares,
  );
}

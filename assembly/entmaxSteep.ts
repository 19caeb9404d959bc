/**
 * entmax at alpha > 2: y = [s·(x - m) - τ]_+^(1/s) with an exponent below 1
 *
 * There the share rises from 0 with infinite slope: Newton's rule fails, and a τ rounded to float64 is not enough (at
 * alpha = 10 a part in 1e16 of it makes a share of 0.02). So first the support, then its shares:
 *
 *   support   x is in it iff S(x) = Σ (s·(x_j - x))^(1/s) over x_j > x is below 1. Bisection of [m - 1/s, m]; a half without
 *             logits is left at once, so it takes about log2 of the candidates' number.
 *   shares    r the smallest logit of the support and q its share: p_j = (s·(x_j - r) + q^s)^(1/s). Their sum is convex and
 *             rising in q (each is a norm of order s of two numbers), so Newton's rule from q = 1 falls to the solution.
 *
 * y, x, support, special values, error    as in entmax.ts
 * source   bisection: Blondel, Martins & Niculae 2020 (arXiv:1901.02324); the change from τ to q is ours
 *
 * All in float64 and one logit at a time: 1/s of the maximum is near, and few are.
 */
import { PART, SHARES } from "./candidates";
import { exp64, log } from "./log";
import { storeUpTo4 } from "./lanes";
import {
  COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S, SPARSE_ABOVE, SPARSE_BELOW, SPARSE_D, SPARSE_HIGH, SPARSE_LEAST,
  SPARSE_OPEN, SPARSE_OVER, SPARSE_PIVOT, SPARSE_ROOT, SPARSE_S, SPARSE_SCALE, SPARSE_STAGE, SPARSE_T, SPARSE_UNDER,
} from "./phases";
import { alongSparse } from "./sparse";

/** w^c for w > 0 */
// @ts-ignore: decorator
@inline
function power64(w: f64, c: f64): f64 {
  return exp64(min<f64>(c * log(max<f64>(w, 1e-300)), 0));
}

/** The share of a logit d above the support's smallest; qs = q^s */
// @ts-ignore: decorator
@inline
function share(d: f64, q: f64, qs: f64, s: f64): f64 {
  return d == 0 ? q : power64(s * d + qs, 1 / s);
}

/** S at the pivot; the logits next to it, and how many are undecided, on either side */
function supportSums(state: usize, list: usize, n: usize): void {
  const s = load<f64>(state, SPARSE_SCALE), pivot = load<f64>(state, SPARSE_PIVOT);
  const least = load<f64>(state, SPARSE_LEAST), high = load<f64>(state, SPARSE_HIGH);
  let S = load<f64>(state, SPARSE_S);
  let above = load<f64>(state, SPARSE_ABOVE), below = load<f64>(state, SPARSE_BELOW);
  let over = load<f64>(state, SPARSE_OVER), under = load<f64>(state, SPARSE_UNDER);
  for (const end = list + (n << 2); list < end; list += 4) {
    const x = <f64>load<f32>(list);
    if (x > pivot) {
      S += power64(s * (x - pivot), 1 / s);
      above = min(above, x);
      over += x < high ? 1 : 0;
    } else {
      below = max(below, x);
      under += x > least && x < pivot ? 1 : 0;
    }
  }
  store<f64>(state, S, SPARSE_S);
  store<f64>(state, above, SPARSE_ABOVE);
  store<f64>(state, below, SPARSE_BELOW);
  store<f64>(state, over, SPARSE_OVER);
  store<f64>(state, under, SPARSE_UNDER);
}

/** S = Σ p, D = dS/dq = Σ (q / p)^(s-1) */
function shareSums(state: usize, list: usize, n: usize): void {
  const s = load<f64>(state, SPARSE_SCALE), q = load<f64>(state, SPARSE_T), root = load<f64>(state, SPARSE_ROOT);
  const qs = power64(q, s);
  let S = load<f64>(state, SPARSE_S), D = load<f64>(state, SPARSE_D);
  for (const end = list + (n << 2); list < end; list += 4) {
    const d = <f64>load<f32>(list) - root;
    if (d < 0) continue;
    const p = share(d, q, qs, s);
    S += p;
    D += d == 0 ? 1 : power64(q / p, s - 1);
  }
  store<f64>(state, S, SPARSE_S);
  store<f64>(state, D, SPARSE_D);
}

function accumulate(state: usize, list: usize, n: usize): void {
  if (load<u32>(state, SPARSE_STAGE) == SHARES) shareSums(state, list, n);
  else supportSums(state, list, n);
}

/**
 * LEAST is off the support and HIGH in it; what lies between is undecided. The next pivot halves that, or is the nearest
 * undecided logit itself where halving has decided none.
 */
function halve(state: usize): bool {
  const pivot = load<f64>(state, SPARSE_PIVOT);
  const above = load<f64>(state, SPARSE_ABOVE), below = load<f64>(state, SPARSE_BELOW);
  const off = load<f64>(state, SPARSE_S) >= 1;
  if (off) {
    store<f64>(state, pivot, SPARSE_LEAST);
  } else {
    store<f64>(state, pivot, SPARSE_HIGH);
    store<f64>(state, min(load<f64>(state, SPARSE_ROOT), below == pivot ? pivot : above), SPARSE_ROOT);
  }
  const open = off ? load<f64>(state, SPARSE_OVER) : load<f64>(state, SPARSE_UNDER);
  if (open > 0) {
    const nearest = off ? above : below;
    const stuck = open == load<f64>(state, SPARSE_OPEN) && nearest != pivot;
    const middle = 0.5 * (load<f64>(state, SPARSE_LEAST) + load<f64>(state, SPARSE_HIGH));
    store<f64>(state, stuck ? nearest : middle, SPARSE_PIVOT);
    store<f64>(state, open, SPARSE_OPEN);
    return false;
  }
  if (load<u32>(state, SPARSE_STAGE) == PART) return true;
  store<u32>(state, SHARES, SPARSE_STAGE);
  store<f64>(state, 1, SPARSE_T);
  return false;
}

function step(state: usize): bool {
  if (load<u32>(state, SPARSE_STAGE) != SHARES) return halve(state);
  const S = load<f64>(state, SPARSE_S), q = load<f64>(state, SPARSE_T);
  if (!(S > 1)) return true;
  const next = q - (S - 1) / load<f64>(state, SPARSE_D);
  store<f64>(state, next, SPARSE_T);
  return S - 1 <= 1e-9 || next == q;
}

function rowShares(state: usize, y: usize, x: usize, n: usize): u32 {
  const s = load<f64>(state, SPARSE_SCALE), q = load<f64>(state, SPARSE_T), root = load<f64>(state, SPARSE_ROOT);
  const qs = power64(q, s), least = f32x4.splat(<f32>root), zero = f32x4.splat(0);
  let size = 0;
  for (; n; n -= min(n, 4), x += 16, y += 16) {
    const v = v128.load(x), on = i32x4.bitmask(f32x4.ge(v, least));
    storeUpTo4(y, zero, n);
    if (!on) continue;
    for (let i: usize = 0; i < min(n, 4); i++) {
      if (!(on >> <i32>i & 1)) continue;
      // x and y may be the same memory: the logit is taken from the vector
      const d = (i < 2 ? i ? f32x4.extract_lane(v, 1) : f32x4.extract_lane(v, 0)
        : i == 2 ? f32x4.extract_lane(v, 2) : f32x4.extract_lane(v, 3));
      const p = <f32>share(<f64>d - root, q, qs, s);
      store<f32>(y + (i << 2), p);
      size += p > 0 ? 1 : 0;
    }
  }
  return size;
}

/** COLUMN_PART is the column's root, COLUMN_S its q. */
function columnsShares(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  const s = load<f64>(state, SPARSE_SCALE);
  for (let i: usize = 0; i < width; i++) {
    const at = state + (i << 2);
    const q = load<f64>(state + (i << 3), COLUMN_S), qs = power64(q, s), root = load<f32>(at, COLUMN_PART);
    const m = load<f32>(at, COLUMN_M), nan = m - m;
    let count = 0, from = x + (i << 2), to = y + (i << 2);
    for (let a = axis; a; a--, from += pitch << 2, to += pitch << 2) {
      const v = load<f32>(from);
      const p = nan + (v >= root ? <f32>share(<f64>v - <f64>root, q, qs, s) : 0);
      store<f32>(to, p);
      count += p != 0 ? 1 : 0;
    }
    store<u32>(at, count, COLUMN_ANY);
  }
}

export function entmaxSteep(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, alpha: f64, state: usize, phases: i32,
): bool {
  return alongSparse(
    y, support, x, outer, axis, inner, alpha - 1, false, true, state, phases, accumulate, step, rowShares, columnsShares,
  );
}

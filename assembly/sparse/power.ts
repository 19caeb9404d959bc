/**
 * w^c for 0 < w <= 1 and c >= 0, as 2^(c·log2 w)
 *
 *   w = 2^k·z                z in [1/√2, √2), from the bits
 *   f = z - 1                plus what is known of w beyond its last digit
 *   t = f / (z + 1)          |t| <= 0.1716
 *   log2 w = k + t·(L0 + t²·(L1 + t²·L2))
 *
 * range   w in [2^-126, 1]; where c·log2 w <= -126.5 it is exactly 0, and 1^c is exactly 1
 * error   relative 2^-24 · (6 + 3·|c·log2 w|) by analysis; what shows of it is in entmax.ts's bound
 * source  the series of artanh, Abramowitz & Stegun 4.1.27; L0…L2: least maximum relative error (Lawson's reweighted least
 *         squares), 2.0·2^-24 before evaluation; exp.ts
 */
import { exp } from "../exp";
import { fma } from "../lanes";

// @ts-ignore: decorator
@lazy const TABLE: usize = memory.data<f32>([
  2.885390520095825, 2.885390520095825, 2.885390520095825, 2.885390520095825, // L0
  0.9615880250930786, 0.9615880250930786, 0.9615880250930786, 0.9615880250930786, // L1
  0.5957915186882019, 0.5957915186882019, 0.5957915186882019, 0.5957915186882019, // L2
  0.7071067690849304, 0.7071067690849304, 0.7071067690849304, 0.7071067690849304, // 1/√2
], 16);

// @ts-ignore: decorator
@inline
export function loadL0(): v128 { return v128.load(TABLE); }
// @ts-ignore: decorator
@inline
export function loadL1(): v128 { return v128.load(TABLE, 16); }
// @ts-ignore: decorator
@inline
export function loadL2(): v128 { return v128.load(TABLE, 32); }
// @ts-ignore: decorator
@inline
export function loadRoot(): v128 { return v128.load(TABLE, 48); }

// @ts-ignore: decorator
@lazy const HELD: usize = memory.data(176, 16);

/**
 * v in every lane, stored to memory and loaded from there. Without this V8 computes v anew in every round of a loop that uses it,
 * with all steps that lead to it, such as the division 1 / s. 2.6 times as fast. @param slot  0 to 10
 */
// @ts-ignore: decorator
@inline
export function held(slot: usize, v: f32): v128 {
  v128.store(HELD + (slot << 4), f32x4.splat(v));
  return v128.load(HELD + (slot << 4));
}

// @ts-ignore: decorator
@inline
function artanh(f: v128, z: v128, C0: v128, L0: v128, L1: v128, L2: v128): v128 {
  const t = f32x4.div(f, f32x4.add(z, C0));
  const q = f32x4.mul(t, t);
  return f32x4.mul(t, fma(q, fma(q, L2, L1), L0));
}

/** log2 w, w = 1 + v rounded */
// @ts-ignore: decorator
@inline
export function log2(w: v128, v: v128, C0: v128, root: v128, L0: v128, L1: v128, L2: v128): v128 {
  const k = i32x4.shr_s(i32x4.sub(w, root), 23);
  const z = i32x4.sub(w, i32x4.shl(k, 23));
  const f = f32x4.add(f32x4.sub(z, C0), f32x4.sub(v, f32x4.sub(w, C0)));
  return f32x4.add(f32x4.convert_i32x4_s(k), artanh(f, z, C0, L0, L1, L2));
}

/** w^c, w = 1 + v rounded. @param floor  exponentFloor(c) */
// @ts-ignore: decorator
@inline
export function power(
  w: v128, v: v128, c: v128, floor: v128, root: v128, L0: v128, L1: v128, L2: v128,
  B: v128, C0: v128, C1: v128, C2: v128, C3: v128, C4: v128, C5: v128,
): v128 {
  return exp(log2(w, v, C0, root, L0, L1, L2), c, floor, B, C1, C2, C3, C4, C5);
}

/** (2^e·w)^c, at most 1 */
// @ts-ignore: decorator
@inline
export function powerAt(
  w: v128, e: v128, c: v128, floor: v128, root: v128, L0: v128, L1: v128, L2: v128,
  B: v128, C0: v128, C1: v128, C2: v128, C3: v128, C4: v128, C5: v128,
): v128 {
  const k = i32x4.shr_s(i32x4.sub(w, root), 23);
  const z = i32x4.sub(w, i32x4.shl(k, 23));
  const l = f32x4.add(f32x4.convert_i32x4_s(i32x4.add(k, e)), artanh(f32x4.sub(z, C0), z, C0, L0, L1, L2));
  return exp(f32x4.pmin(l, f32x4.splat(0)), c, floor, B, C1, C2, C3, C4, C5);
}

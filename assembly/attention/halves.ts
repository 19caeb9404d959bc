/**
 * Keys and values of 16 bits against one row, widened in registers on their way: nothing is written and read again.
 *
 *   dotsOfHalves   s[j] = q·k[j]        as dots1
 *   sumsOfHalves   t = Σ p·v            as sums1
 *   widenRows      rows as float32s, for all who want them twice
 *
 * k, v      u16[n, headDim or valueDim], bits of float16 or bfloat16, `pitch` bytes apart; of multiples of 8 floats
 * result    the bits that the float32s give, in the same order; or false where that is not certain: a float16 is infinite or NaN, or
 *           q is beyond 2^15. What was written then means nothing
 *
 * A vector of eight u16s, taken as four u32s, holds the even floats in its lower halves and the odd ones in its upper halves: both are
 * a shift away, where an order of four by four takes a shuffle more. Sums stay in lanes of their own until the end, so the order
 * changes no bit. A float16 that was moved stands for 2^-112 of its value (unpack16.ts). The other factor makes up for it, which is
 * exact: q or a weight times 2^112.
 */
import { fma } from "../lanes";
import { BFLOAT16 } from "../layout";
import { unpack16 } from "../unpack16";
import { fourSums } from "./dots";

/** The fields of a float16 that was moved; the upper half, a bfloat16; 2^112. */
// @ts-ignore: decorator
@lazy const FIELDS: usize = memory.data<u32>([0x8fffe000, 0xffff0000, 0x77800000], 16);
/** Twice the bits of an infinite float16, without the sign. */
const INFINITE: i16 = <i16>0xf800;

/** y[rows, n] = x[rows, n], `pitch` bytes from row to row of x */
export function widenRows(y: usize, x: usize, pitch: usize, rows: usize, n: usize, format: u8): void {
  if (pitch == n << 1) unpack16(y, x, rows * n, format == BFLOAT16);
  else for (; rows; rows--, x += pitch, y += n << 2) unpack16(y, x, n, format == BFLOAT16);
}

/** [e . e . e . e .] as floats */
// @ts-ignore: decorator
@inline
function even(bits: v128, fields: v128, bfloat: bool): v128 {
  const upper = i32x4.shl(bits, 16);
  return bfloat ? upper : v128.and(i32x4.shr_s(upper, 3), fields);
}

/** [. o . o . o . o] as floats */
// @ts-ignore: decorator
@inline
function odd(bits: v128, fields: v128, bfloat: bool): v128 {
  return v128.and(bfloat ? bits : i32x4.shr_s(bits, 3), fields);
}

/** The larger of each two, as if float16s had no sign. */
// @ts-ignore: decorator
@inline
function larger(most: v128, bits: v128, bfloat: bool): v128 {
  return bfloat ? most : i16x8.max_u(most, i16x8.shl(bits, 1));
}

// @ts-ignore: decorator
@inline
function areFinite(most: v128): bool {
  return !v128.any_true(i16x8.ge_u(most, i16x8.splat(INFINITE)));
}

/** y = q · 2^112 or q, of each eight the even floats before the odd ones. @returns whether all are finite */
function spread(y: usize, q: usize, headDim: usize, by: v128): bool {
  let sum = f32x4.splat(0);
  for (const end = y + (headDim << 2); y < end; y += 32, q += 32) {
    const a = v128.load(q), b = v128.load(q, 16);
    const e = f32x4.mul(v128.shuffle<f32>(a, b, 0, 2, 4, 6), by), o = f32x4.mul(v128.shuffle<f32>(a, b, 1, 3, 5, 7), by);
    v128.store(y, e);
    v128.store(y, o, 16);
    sum = f32x4.add(sum, f32x4.add(f32x4.sub(e, e), f32x4.sub(o, o))); // 0, or NaN
  }
  return !v128.any_true(f32x4.ne(sum, sum));
}

/** [e0 e1 e2 e3] and [o0 o1 o2 o3] -> [e0+e2 o0+o2 e1+e3 o1+o3] */
// @ts-ignore: decorator
@inline
function folded(e: v128, o: v128): v128 {
  return f32x4.add(v128.shuffle<f32>(e, o, 0, 4, 1, 5), v128.shuffle<f32>(e, o, 2, 6, 3, 7));
}

// @ts-ignore: decorator
@inline
function dots(s: usize, q: usize, k: usize, pitch: usize, n: usize, headDim: usize, fields: v128, bfloat: bool): bool {
  const zero = f32x4.splat(0);
  let most = zero, infinite = zero;
  for (let j: usize = 0; j < n; j += 4, s += 16, k += pitch << 2) {
    const left = n - j;
    let k0 = k;
    let k1 = left > 1 ? k + pitch : k;
    let k2 = left > 2 ? k1 + pitch : k1;
    let k3 = left > 3 ? k2 + pitch : k2;
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    for (let x = q, end = q + (headDim << 2); x < end; x += 32) {
      const e = v128.load(x), o = v128.load(x, 16);
      const u0 = v128.load(k0);
      most = larger(most, u0, bfloat);
      a0 = fma(e, even(u0, fields, bfloat), a0);
      b0 = fma(o, odd(u0, fields, bfloat), b0);
      k0 += 16;
      const u1 = v128.load(k1);
      most = larger(most, u1, bfloat);
      a1 = fma(e, even(u1, fields, bfloat), a1);
      b1 = fma(o, odd(u1, fields, bfloat), b1);
      k1 += 16;
      const u2 = v128.load(k2);
      most = larger(most, u2, bfloat);
      a2 = fma(e, even(u2, fields, bfloat), a2);
      b2 = fma(o, odd(u2, fields, bfloat), b2);
      k2 += 16;
      const u3 = v128.load(k3);
      most = larger(most, u3, bfloat);
      a3 = fma(e, even(u3, fields, bfloat), a3);
      b3 = fma(o, odd(u3, fields, bfloat), b3);
      k3 += 16;
    }
    const four = fourSums(folded(a0, b0), folded(a1, b1), folded(a2, b2), folded(a3, b3));
    v128.store(s, four);
    infinite = f32x4.mul(infinite, four);
  }
  return areFinite(most) && !v128.any_true(f32x4.ne(infinite, infinite));
}

/** @param room  f32[headDim] */
export function dotsOfHalves(
  s: usize, q: usize, room: usize, k: usize, pitch: usize, n: usize, headDim: usize, format: u8,
): bool {
  if (format == BFLOAT16) {
    return spread(room, q, headDim, f32x4.splat(1)) && dots(s, room, k, pitch, n, headDim, v128.load_splat<u32>(FIELDS, 4), true);
  }
  if (!spread(room, q, headDim, v128.load_splat<u32>(FIELDS, 8))) return false;
  return dots(s, room, k, pitch, n, headDim, v128.load_splat<u32>(FIELDS), false);
}

/** The floats of a row, four even ones and four odd ones, in their order. */
// @ts-ignore: decorator
@inline
function storeEight(t: usize, e: v128, o: v128): void {
  v128.store(t, v128.shuffle<f32>(e, o, 0, 4, 1, 5));
  v128.store(t, v128.shuffle<f32>(e, o, 2, 6, 3, 7), 16);
}

// @ts-ignore: decorator
@inline
function sums(t: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize, fields: v128, by: v128, bfloat: bool): bool {
  const zero = f32x4.splat(0);
  const end = p + (n << 2);
  let most = zero;
  for (; columns >= 32; columns -= 32, v += 64, t += 128) {
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    for (let j = p, at = v; j < end; j += 4, at += pitch) {
      let x = v128.load32_splat(j);
      if (!bfloat) x = f32x4.mul(x, by);
      const u0 = v128.load(at);
      most = larger(most, u0, bfloat);
      a0 = fma(x, even(u0, fields, bfloat), a0);
      b0 = fma(x, odd(u0, fields, bfloat), b0);
      const u1 = v128.load(at, 16);
      most = larger(most, u1, bfloat);
      a1 = fma(x, even(u1, fields, bfloat), a1);
      b1 = fma(x, odd(u1, fields, bfloat), b1);
      const u2 = v128.load(at, 32);
      most = larger(most, u2, bfloat);
      a2 = fma(x, even(u2, fields, bfloat), a2);
      b2 = fma(x, odd(u2, fields, bfloat), b2);
      const u3 = v128.load(at, 48);
      most = larger(most, u3, bfloat);
      a3 = fma(x, even(u3, fields, bfloat), a3);
      b3 = fma(x, odd(u3, fields, bfloat), b3);
    }
    storeEight(t, a0, b0);
    storeEight(t + 32, a1, b1);
    storeEight(t + 64, a2, b2);
    storeEight(t + 96, a3, b3);
  }
  for (; columns; columns -= 8, v += 16, t += 32) {
    let a = zero, b = zero;
    for (let j = p, at = v; j < end; j += 4, at += pitch) {
      const x = f32x4.mul(v128.load32_splat(j), by);
      const u = v128.load(at);
      most = larger(most, u, bfloat);
      a = fma(x, even(u, fields, bfloat), a);
      b = fma(x, odd(u, fields, bfloat), b);
    }
    storeEight(t, a, b);
  }
  return areFinite(most);
}

export function sumsOfHalves(t: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize, format: u8): bool {
  if (format == BFLOAT16) {
    return sums(t, p, v, pitch, n, columns, v128.load_splat<u32>(FIELDS, 4), f32x4.splat(1), true);
  }
  return sums(t, p, v, pitch, n, columns, v128.load_splat<u32>(FIELDS), v128.load_splat<u32>(FIELDS, 8), false);
}

/**
 * Keys and values of 16 bits against one row, widened in registers on their way: nothing is written and read again.
 *
 *   dotsOfHalves   s[j] = q·k[j]        as dots1
 *   sumsOfHalves   t = Σ p·v            as sums1
 *   widenRows      rows as float32s, for all who want them twice
 *
 * k, v      u16[n, headDim or valueDim], bits of float16 or bfloat16, `pitch` bytes apart; headDim a multiple of 8, valueDim of 16
 * result    the bits that the float32s give, in the same order; or false where that is not certain: a float16 is infinite or NaN, or
 *           q is beyond 2^15. What was written then means nothing
 *
 * A vector of eight u16s, taken as four u32s, holds the even floats in its lower halves and the odd ones in its upper halves: both are
 * a shift away, where an order of four by four takes a shuffle more. Sums stay in lanes of their own until the end, so the order
 * changes no bit. A float16 that was moved stands for 2^-112 of its value (unpack16.ts). The other factor makes up for it, which is
 * exact: q or a weight times 2^112.
 */
import { fma } from "../lanes";
import { BFLOAT16, FLOAT16 } from "../layout";
import { unpack16 } from "../unpack16";

/** For each format the bits that are its fields, once it was moved, and what to multiply with: of float16 2^112, of bfloat16 1. */
// @ts-ignore: decorator
@lazy const FIELDS: usize = memory.data<u32>([0x8fffe000, 0x77800000, 0xffff0000, 0x3f800000], 16);
/** Twice the bits of an infinite float16, without the sign. */
const INFINITE: i16 = <i16>0xf800;

// @ts-ignore: decorator
@inline
function fieldsOf(format: u8): usize {
  return FIELDS + ((<usize>format - FLOAT16) << 3);
}

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

/** y = q · by, of each eight the even floats before the odd ones. One that overflows makes all its products NaN or infinite. */
function spread(y: usize, q: usize, headDim: usize, by: v128): void {
  for (const end = y + (headDim << 2); y < end; y += 32, q += 32) {
    const a = v128.load(q), b = v128.load(q, 16);
    v128.store(y, f32x4.mul(v128.shuffle<f32>(a, b, 0, 2, 4, 6), by));
    v128.store(y, f32x4.mul(v128.shuffle<f32>(a, b, 1, 3, 5, 7), by), 16);
  }
}

// @ts-ignore: decorator
@inline
function dots(s: usize, q: usize, k: usize, pitch: usize, n: usize, headDim: usize, fields: v128, bfloat: bool): bool {
  const zero = f32x4.splat(0), end = q + (headDim << 2);
  let most = zero, infinite = zero;
  for (const last = s + (n << 2); s < last; s += 4, k += pitch) {
    let a = zero, b = zero;
    for (let x = q, at = k; x < end; x += 32, at += 16) {
      const u = v128.load(at);
      most = larger(most, u, bfloat);
      a = fma(v128.load(x), even(u, fields, bfloat), a);
      b = fma(v128.load(x, 16), odd(u, fields, bfloat), b);
    }
    a = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
    a = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
    a = f32x4.add(a, v128.shuffle<f32>(a, a, 1, 0, 3, 2));
    v128.store_lane<u32>(s, a, 0);
    infinite = f32x4.mul(infinite, a);
  }
  return areFinite(most) && !v128.any_true(f32x4.ne(infinite, infinite));
}

/** @param room  f32[headDim] */
export function dotsOfHalves(
  s: usize, q: usize, room: usize, k: usize, pitch: usize, n: usize, headDim: usize, format: u8,
): bool {
  const fields = v128.load_splat<u32>(fieldsOf(format));
  spread(room, q, headDim, v128.load_splat<u32>(fieldsOf(format), 4));
  if (format == BFLOAT16) return dots(s, room, k, pitch, n, headDim, fields, true);
  return dots(s, room, k, pitch, n, headDim, fields, false);
}

// @ts-ignore: decorator
@inline
function sums(t: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize, fields: v128, by: v128, bfloat: bool): bool {
  const zero = f32x4.splat(0);
  const end = p + (n << 2);
  let most = zero;
  for (; columns; columns -= 16, v += 32, t += 64) {
    let a0 = zero, a1 = zero, b0 = zero, b1 = zero;
    for (let j = p, at = v; j < end; j += 4, at += pitch) {
      const x = f32x4.mul(v128.load32_splat(j), by);
      const u0 = v128.load(at), u1 = v128.load(at, 16);
      most = larger(most, u0, bfloat);
      a0 = fma(x, even(u0, fields, bfloat), a0);
      b0 = fma(x, odd(u0, fields, bfloat), b0);
      most = larger(most, u1, bfloat);
      a1 = fma(x, even(u1, fields, bfloat), a1);
      b1 = fma(x, odd(u1, fields, bfloat), b1);
    }
    v128.store(t, v128.shuffle<f32>(a0, b0, 0, 4, 1, 5));
    v128.store(t, v128.shuffle<f32>(a0, b0, 2, 6, 3, 7), 16);
    v128.store(t, v128.shuffle<f32>(a1, b1, 0, 4, 1, 5), 32);
    v128.store(t, v128.shuffle<f32>(a1, b1, 2, 6, 3, 7), 48);
  }
  return areFinite(most);
}

export function sumsOfHalves(t: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize, format: u8): bool {
  const fields = v128.load_splat<u32>(fieldsOf(format)), by = v128.load_splat<u32>(fieldsOf(format), 4);
  if (format == BFLOAT16) return sums(t, p, v, pitch, n, columns, fields, by, true);
  return sums(t, p, v, pitch, n, columns, fields, by, false);
}

/**
 * y[i] = the float32 of the 16-bit float x[i]            exact, also for subnormals, infinities and the bits of a NaN
 *
 * y       f32[n]
 * x       u16[n], bits of float16, or of bfloat16; may be the second half of y's own memory (x = y + 2n): each eight are read
 *         before anything is written that reaches them
 * source  IEEE 754-2019, 3.4 (binary16); its exponent is biased by 15, a float32's by 127
 *
 * A bfloat16 is the upper half of a float32. A float16 there, moved down by 3 bits, has its fraction where a float32's is, and stands
 * for 2^-112 of its value, since the biases differ by 112. The product with 2^112 is exact. Infinity and NaN, exponent 31, come out as numbers
 * from 65536 on, where no finite float16 is: they get a float32's largest exponent. A subnormal would be one as a float32 too, which
 * threads that flush those take for 0 (AudioWorklets of browsers do) and others are slow on. With 2^-14's exponent its fraction
 * stands for 2^-14 more than its value: that is subtracted.
 */
import { storeUpTo4 } from "./lanes";

/**
 * The sign and the fraction of a float16 that was moved; 2^112; the least result that stands for Infinity or NaN; their exponent;
 * 2^-14, and what a moved float16 is below if it is subnormal; twice the bits of the smallest normal float16, and by how much those of
 * an infinite one are more.
 * Loaded, because V8 makes a vector that it knows anew at each use, which takes longer than the use.
 */
// @ts-ignore: decorator
@lazy const WIDEN: usize = memory.data<u32>([0x8fffe000, 0x77800000, 0x47800000, 0x7f800000, 0x38800000, 0x800000, 0x08000800, 0xf000f000], 16);

/** [b0 b1 b2 b3 . . . .] -> [0 b0 0 b1 0 b2 0 b3] */
// @ts-ignore: decorator
@inline
function firstUpper(bits: v128): v128 {
  return v128.shuffle<u16>(i32x4.splat(0), bits, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** [. . . . b4 b5 b6 b7] -> [0 b4 0 b5 0 b6 0 b7] */
// @ts-ignore: decorator
@inline
function lastUpper(bits: v128): v128 {
  return v128.shuffle<u16>(i32x4.splat(0), bits, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Four float16s that lie in upper halves, none infinite, NaN or subnormal. */
// @ts-ignore: decorator
@inline
function finite(upper: v128, fields: v128, rebias: v128): v128 {
  return f32x4.mul(v128.and(i32x4.shr_s(upper, 3), fields), rebias);
}

/** Four of any kind, which lie in upper halves. */
// @ts-ignore: decorator
@inline
function float32s(upper: v128, bfloat: bool): v128 {
  if (bfloat) return upper;
  const v = finite(upper, v128.load_splat<u32>(WIDEN), v128.load_splat<u32>(WIDEN, 4));
  const special = f32x4.ge(f32x4.abs(v), v128.load_splat<u32>(WIDEN, 8));
  const sign = i32x4.splat(i32.MIN_VALUE);
  const size = i32x4.shr_u(v128.andnot(upper, sign), 3);
  const least = v128.load_splat<u32>(WIDEN, 16);
  const subnormal = v128.or(f32x4.sub(i32x4.add(size, least), least), v128.and(upper, sign));
  const y = v128.or(v, v128.and(special, v128.load_splat<u32>(WIDEN, 12)));
  return v128.bitselect(subnormal, y, i32x4.lt_s(size, v128.load_splat<u32>(WIDEN, 20)));
}

/** Up to eight of any kind; nothing behind them is touched. */
function upTo8(y: usize, bits: v128, n: usize, bfloat: bool): void {
  if (n >= 8) {
    v128.store(y, float32s(firstUpper(bits), bfloat));
    v128.store(y, float32s(lastUpper(bits), bfloat), 16);
    return;
  }
  storeUpTo4(y, float32s(firstUpper(bits), bfloat), n);
  if (n > 4) storeUpTo4(y + 16, float32s(lastUpper(bits), bfloat), n - 4);
}

/** Which of eight are infinite, NaN or subnormal, by their doubled bits less those of the smallest normal: below it they are the largest u16s. */
function isSpecial(above: v128, normal: v128, infinite: v128): v128 {
  return v128.andnot(i16x8.ge_u(above, infinite), i16x8.eq(above, i16x8.neg(normal))); // 0 is not special
}

/** Sixteen float16s at a time, up to the first of which one is infinite, NaN or subnormal; 0 is none. @returns how many */
function finite16s(y: usize, x: usize, n: usize): usize {
  const fields = v128.load_splat<u32>(WIDEN);
  const rebias = v128.load_splat<u32>(WIDEN, 4);
  const infinite = v128.load_splat<u32>(WIDEN, 28);
  const normal = v128.load_splat<u32>(WIDEN, 24);
  let i: usize = 0;
  for (; i + 16 <= n; i += 16, x += 32, y += 64) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    const aboveA = i16x8.sub(i16x8.shl(a, 1), normal);
    const aboveB = i16x8.sub(i16x8.shl(b, 1), normal);
    if (v128.any_true(i16x8.ge_u(i16x8.max_u(aboveA, aboveB), infinite))) {
      if (v128.any_true(v128.or(isSpecial(aboveA, normal, infinite), isSpecial(aboveB, normal, infinite)))) break;
    }
    v128.store(y, finite(firstUpper(a), fields, rebias));
    v128.store(y, finite(lastUpper(a), fields, rebias), 16);
    v128.store(y, finite(firstUpper(b), fields, rebias), 32);
    v128.store(y, finite(lastUpper(b), fields, rebias), 48);
  }
  return i;
}

/** Eight bfloat16s at a time. @returns how many */
function bfloat16s(y: usize, x: usize, n: usize): usize {
  const end = n & ~7;
  for (let i: usize = 0; i < end; i += 8, x += 16, y += 32) {
    const bits = v128.load(x);
    v128.store(y, firstUpper(bits));
    v128.store(y, lastUpper(bits), 16);
  }
  return end;
}

export function unpack16(y: usize, x: usize, n: usize, bfloat: bool): void {
  let i: usize = 0;
  while (i < n) {
    i += bfloat ? bfloat16s(y, x, n) : finite16s(y + (i << 2), x + (i << 1), n - i);
    const end = min(n, i + 16);
    for (; i < end; i += 8) upTo8(y + (i << 2), v128.load(x + (i << 1)), n - i, bfloat);
  }
}

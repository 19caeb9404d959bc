/**
 * y[i] = the float32 of the 16-bit float x[i]            exact, also for subnormals, infinities and the bits of a NaN
 *
 * y       f32[n]
 * x       u16[n], bits of float16, or of bfloat16; may be the second half of y's own memory (x = y + 2n): each eight are read
 *         before anything is written that reaches them
 * source  IEEE 754-2019, 3.4 (binary16); its exponent is biased by 15, a float32's by 127
 *
 * A bfloat16 is the upper half of a float32. A float16 there, moved down by 3 bits, has its fraction where a float32's is, and stands
 * for 2^-112 of its value, since the biases differ by 112. The product with 2^112 is exact and normalises subnormals. Infinity and
 * NaN, exponent 31, come out as numbers from 65536 on, where no finite float16 is: they get a float32's largest exponent.
 */
import { storeUpTo4 } from "./lanes";

/**
 * The sign and the fraction of a float16 that was moved; 2^112; the least result that stands for Infinity or NaN; their exponent.
 * Loaded, because V8 makes a vector that it knows anew at each use, which takes longer than the use.
 */
// @ts-ignore: decorator
@lazy const WIDEN: usize = memory.data<u32>([0x8fffe000, 0x77800000, 0x47800000, 0x7f800000], 16);
/** Twice the bits of an infinite float16, without the sign. */
const INFINITE: i16 = <i16>0xf800;

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

/** Four float16s that lie in upper halves, none infinite or NaN. */
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
  return v128.or(v, v128.and(special, v128.load_splat<u32>(WIDEN, 12)));
}

/** Up to eight of any kind; nothing behind them is touched. */
function upTo8(y: usize, bits: v128, n: usize, bfloat: bool): void {
  storeUpTo4(y, float32s(firstUpper(bits), bfloat), n);
  if (n > 4) storeUpTo4(y + 16, float32s(lastUpper(bits), bfloat), n - 4);
}

/** Sixteen float16s at a time, up to the first that are not finite. @returns how many */
function finite16s(y: usize, x: usize, n: usize): usize {
  const fields = v128.load_splat<u32>(WIDEN);
  const rebias = v128.load_splat<u32>(WIDEN, 4);
  const infinite = i16x8.splat(INFINITE);
  let i: usize = 0;
  for (; i + 16 <= n; i += 16, x += 32, y += 64) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    if (v128.any_true(i16x8.ge_u(i16x8.max_u(i16x8.shl(a, 1), i16x8.shl(b, 1)), infinite))) break;
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

/**
 * y[i] = the 16-bit float nearest to x[i]                ties to even; beyond the largest one by half a step or more Infinity
 *
 * y       u16[n], bits of float16, or of bfloat16; may be x: each eight are read before they are written over
 * x       f32[n]
 * NaN     becomes 0x7e00, or 0x7fc0 as a bfloat16, without its sign and bits, which engines do not keep alike
 * source  IEEE 754-2019, 4.3.1 (roundTiesToEven)
 *
 * Half a step of the result, less one if the last bit that stays is 0, is added to a float32's bits; the bits below are then cut off.
 * Where that carries into the exponent, it is right to: the next power of two, or Infinity. Below 2^-14 a float16 has steps of 2^-24,
 * and so has a float32 from 0.5 to 1: the sum with 0.5 rounds as wanted.
 */

/**
 * Half a step of float16 less one, without the difference of the exponents' biases, 112 << 23; 2^-14; 0.5; and of 16 bits: Infinity and
 * NaN. Then of bfloat16 half a step less one, and NaN. Loaded, as in unpack16.ts.
 */
// @ts-ignore: decorator
@lazy const ROUND: usize = memory.data<u32>([0xc8000fff, 0x38800000, 0x3f000000, 0x7c00, 0x7e00, 0x7fff, 0x7fc0], 16);

/** 1 in each lane whose bit `at` is set. */
// @ts-ignore: decorator
@inline
function odd(v: v128, at: i32): v128 {
  return v128.and(i32x4.shr_u(v, at), i32x4.splat(1));
}

/** Four floats as float16s, a u16 in each u32. */
// @ts-ignore: decorator
@inline
function float16s(x: v128): v128 {
  const u = f32x4.abs(x);
  const sign = i32x4.shr_u(v128.xor(x, u), 16);
  const half = v128.load_splat<u32>(ROUND, 8);
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(u, v128.load_splat<u32>(ROUND)), odd(u, 13)), 13);
  const subnormal = i32x4.sub(f32x4.add(u, half), half);
  const small = i32x4.lt_s(u, v128.load_splat<u32>(ROUND, 4));
  const y = v128.bitselect(subnormal, i32x4.min_s(normal, v128.load_splat<u32>(ROUND, 12)), small);
  return v128.bitselect(v128.load_splat<u32>(ROUND, 16), v128.or(y, sign), f32x4.ne(x, x));
}

/** The same as bfloat16s. */
// @ts-ignore: decorator
@inline
function bfloat16s(x: v128): v128 {
  const y = i32x4.shr_u(i32x4.add(x, i32x4.add(v128.load_splat<u32>(ROUND, 20), odd(x, 16))), 16);
  return v128.bitselect(v128.load_splat<u32>(ROUND, 24), y, f32x4.ne(x, x));
}

/** Eight floats from x on, as u16s. */
function packed(x: usize, bfloat: bool): v128 {
  const low = v128.load(x);
  const high = v128.load(x, 16);
  if (bfloat) return i16x8.narrow_i32x4_u(bfloat16s(low), bfloat16s(high));
  return i16x8.narrow_i32x4_u(float16s(low), float16s(high));
}

/** The first n of eight u16s to y, 1 <= n <= 7; nothing behind them is touched. */
function storeUpTo7(y: usize, v: v128, n: usize): void {
  if (n & 4) {
    v128.store_lane<u64>(y, v, 0);
    y += 8;
    v = v128.shuffle<u64>(v, v, 1, 1);
  }
  if (n & 2) {
    v128.store_lane<u32>(y, v, 0);
    y += 4;
    v = i64x2.shr_u(v, 32);
  }
  if (n & 1) v128.store_lane<u16>(y, v, 0);
}

export function pack16(y: usize, x: usize, n: usize, bfloat: bool): void {
  const end = n & ~7;
  for (let i: usize = 0; i < end; i += 8, x += 32, y += 16) v128.store(y, packed(x, bfloat));
  if (end < n) storeUpTo7(y, packed(x, bfloat), n - end);
}

/**
 * c[MR, NR] = a[MR, n] · b[n, NR], or added to c: the inner loop of both products, scores and output
 *
 * c, a    f32, rows `cPitch` and `aPitch` bytes apart
 * b       f32[n, NR], one panel, rows side by side
 * add     where toError is not 0: c += the product, which is summed from 0 first. toError bytes behind a sum of c lies its error,
 *         which is what its roundings have lost so far; with ADD it has none
 *
 * The tile's sums stay in registers: of the 15 vectors that V8 can use on x86-64, eight, four of b and one of a without fma (products
 * need registers too), twelve and three with. GFLOP/s in L1 on Zen 4, whose limit is 58:
 *
 *   without fma   2×16 46 (Node 20) and 50 (Node 24), 4×8 46 and 46, 3×12 43 and 49; 64 columns fill tiles of 12 only to eight ninths
 *   with fma      6×8 58
 *
 * Without fma the loop takes four steps a turn, since pointers, its test and V8's look at the stack are a sixth of the instructions of
 * one. Its test stands between the steps as well: without, V8 loads the operands of all four first and runs out of registers, 25
 * GFLOP/s. In Node 20 3×12 and 5×8 do so in any case. With fma four steps a turn gain nothing.
 */
import { fma } from "../lanes";

/** Rows and columns of the tile. Memory is padded to multiples of both tiles': 6 rows, 16 columns. */
export const MR: usize = ASC_FEATURE_RELAXED_SIMD ? 6 : 2;
export const NR: usize = ASC_FEATURE_RELAXED_SIMD ? 8 : 16;

/** A toError: c += the product, and c keeps no errors. */
export const ADD: usize = 1;

// @ts-ignore: decorator
@inline
function put(c: usize, v: v128, at: usize, toError: usize): void {
  if (toError > ADD) {
    addTo(c + at, v, toError);
  } else {
    if (toError == ADD) v = f32x4.add(v128.load(c + at), v);
    v128.store(c + at, v);
  }
}

/**
 * o += v, compensated: the error of the sum lies behind it and is taken from the next v. Without this, o over 20000 equal keys is
 * off by 1.3 times its bound (test/functions/attention.test.ts).
 *
 * @param toError  bytes from a sum to its error
 */
// @ts-ignore: decorator
@inline
export function addTo(o: usize, v: v128, toError: usize): void {
  const before = v128.load(o);
  const y = f32x4.sub(v, v128.load(o + toError));
  const after = f32x4.add(before, y);
  const lost = f32x4.sub(f32x4.sub(after, before), y);
  v128.store(o, after);
  v128.store(o + toError, v128.and(lost, f32x4.eq(lost, lost))); // Infinity - Infinity is no error
}

// @ts-ignore: decorator
@inline
function tile2x16(c: usize, cPitch: usize, a: usize, aPitch: usize, b: usize, n: usize, toError: usize): void {
  let a0 = a, a1 = a0 + aPitch;
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00;
  let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  const end = b + n * 64;
  for (; b < end; b += 256) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    const s0 = v128.load32_splat(a0);
    c00 = fma(s0, b0, c00); c01 = fma(s0, b1, c01); c02 = fma(s0, b2, c02); c03 = fma(s0, b3, c03);
    const s1 = v128.load32_splat(a1);
    c10 = fma(s1, b0, c10); c11 = fma(s1, b1, c11); c12 = fma(s1, b2, c12); c13 = fma(s1, b3, c13);
    if (b + 64 == end) break;
    {
      const b0 = v128.load(b, 64), b1 = v128.load(b, 80), b2 = v128.load(b, 96), b3 = v128.load(b, 112);
      const s0 = v128.load32_splat(a0, 4);
      c00 = fma(s0, b0, c00); c01 = fma(s0, b1, c01); c02 = fma(s0, b2, c02); c03 = fma(s0, b3, c03);
      const s1 = v128.load32_splat(a1, 4);
      c10 = fma(s1, b0, c10); c11 = fma(s1, b1, c11); c12 = fma(s1, b2, c12); c13 = fma(s1, b3, c13);
    }
    if (b + 128 == end) break;
    {
      const b0 = v128.load(b, 128), b1 = v128.load(b, 144), b2 = v128.load(b, 160), b3 = v128.load(b, 176);
      const s0 = v128.load32_splat(a0, 8);
      c00 = fma(s0, b0, c00); c01 = fma(s0, b1, c01); c02 = fma(s0, b2, c02); c03 = fma(s0, b3, c03);
      const s1 = v128.load32_splat(a1, 8);
      c10 = fma(s1, b0, c10); c11 = fma(s1, b1, c11); c12 = fma(s1, b2, c12); c13 = fma(s1, b3, c13);
    }
    if (b + 192 == end) break;
    {
      const b0 = v128.load(b, 192), b1 = v128.load(b, 208), b2 = v128.load(b, 224), b3 = v128.load(b, 240);
      const s0 = v128.load32_splat(a0, 12);
      c00 = fma(s0, b0, c00); c01 = fma(s0, b1, c01); c02 = fma(s0, b2, c02); c03 = fma(s0, b3, c03);
      const s1 = v128.load32_splat(a1, 12);
      c10 = fma(s1, b0, c10); c11 = fma(s1, b1, c11); c12 = fma(s1, b2, c12); c13 = fma(s1, b3, c13);
    }
    a0 += 16;
    a1 += 16;
  }
  put(c, c00, 0, toError); put(c, c01, 16, toError); put(c, c02, 32, toError); put(c, c03, 48, toError);
  c += cPitch;
  put(c, c10, 0, toError); put(c, c11, 16, toError); put(c, c12, 32, toError); put(c, c13, 48, toError);
}

// @ts-ignore: decorator
@inline
function tile6x8(c: usize, cPitch: usize, a: usize, aPitch: usize, b: usize, n: usize, toError: usize): void {
  let a0 = a, a1 = a0 + aPitch, a2 = a1 + aPitch, a3 = a2 + aPitch, a4 = a3 + aPitch, a5 = a4 + aPitch;
  let c00 = f32x4.splat(0), c01 = c00;
  let c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  let c40 = c00, c41 = c00;
  let c50 = c00, c51 = c00;
  for (const end = b + n * 32; b < end; b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const s0 = v128.load32_splat(a0);
    c00 = fma(s0, b0, c00); c01 = fma(s0, b1, c01);
    a0 += 4;
    const s1 = v128.load32_splat(a1);
    c10 = fma(s1, b0, c10); c11 = fma(s1, b1, c11);
    a1 += 4;
    const s2 = v128.load32_splat(a2);
    c20 = fma(s2, b0, c20); c21 = fma(s2, b1, c21);
    a2 += 4;
    const s3 = v128.load32_splat(a3);
    c30 = fma(s3, b0, c30); c31 = fma(s3, b1, c31);
    a3 += 4;
    const s4 = v128.load32_splat(a4);
    c40 = fma(s4, b0, c40); c41 = fma(s4, b1, c41);
    a4 += 4;
    const s5 = v128.load32_splat(a5);
    c50 = fma(s5, b0, c50); c51 = fma(s5, b1, c51);
    a5 += 4;
  }
  put(c, c00, 0, toError); put(c, c01, 16, toError);
  c += cPitch;
  put(c, c10, 0, toError); put(c, c11, 16, toError);
  c += cPitch;
  put(c, c20, 0, toError); put(c, c21, 16, toError);
  c += cPitch;
  put(c, c30, 0, toError); put(c, c31, 16, toError);
  c += cPitch;
  put(c, c40, 0, toError); put(c, c41, 16, toError);
  c += cPitch;
  put(c, c50, 0, toError); put(c, c51, 16, toError);
}

export function tile(c: usize, cPitch: usize, a: usize, aPitch: usize, b: usize, n: usize, toError: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) tile6x8(c, cPitch, a, aPitch, b, n, toError);
  else tile2x16(c, cPitch, a, aPitch, b, n, toError);
}

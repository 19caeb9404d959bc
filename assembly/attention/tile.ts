/**
 * c[MR, NR] = a[MR, n] · b[n, NR], or added to c: the inner loop of both products, scores and output
 *
 * c, a    f32, rows `cPitch` and `aPitch` bytes apart
 * b       f32[n, NR], one panel, rows side by side
 * add     c += the product, summed from 0 first; `error` bytes behind c is what its roundings have lost so far
 *
 * The tile's sums stay in registers: of the 15 vectors that V8 can use on x86-64, nine and three rows of b without fma
 * (products need registers too), twelve and two with. Measured on Zen 4, in GFLOP/s: 3×12 34–38 and 42–43,
 * 6×8 24 (it spills) and 43–46.
 */
import { fma } from "../lanes";

/** Rows and columns of the tile. Memory is padded to multiples of both tiles': 6 rows, 24 columns. */
export const MR: usize = ASC_FEATURE_RELAXED_SIMD ? 6 : 3;
export const NR: usize = ASC_FEATURE_RELAXED_SIMD ? 8 : 12;

// @ts-ignore: decorator
@inline
function put(c: usize, v: v128, at: usize, error: usize): void {
  if (error) addTo(c + at, v, error);
  else v128.store(c + at, v);
}

/**
 * o += v, compensated: what the sum rounds away waits behind it and goes in with the next v. Over 20000 equal keys o is else
 * off by 1.3 times its bound (test/functions/attention.test.ts).
 */
// @ts-ignore: decorator
@inline
export function addTo(o: usize, v: v128, error: usize): void {
  const before = v128.load(o);
  const y = f32x4.sub(v, v128.load(o + error));
  const after = f32x4.add(before, y);
  const lost = f32x4.sub(f32x4.sub(after, before), y);
  v128.store(o, after);
  v128.store(o + error, v128.and(lost, f32x4.eq(lost, lost))); // Infinity - Infinity is no error
}

// @ts-ignore: decorator
@inline
function tile3x12(c: usize, cPitch: usize, a: usize, aPitch: usize, b: usize, n: usize, error: usize): void {
  let a0 = a, a1 = a0 + aPitch, a2 = a1 + aPitch;
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00;
  let c10 = c00, c11 = c00, c12 = c00;
  let c20 = c00, c21 = c00, c22 = c00;
  for (const end = b + n * 48; b < end; b += 48) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32);
    const s0 = v128.load32_splat(a0);
    c00 = fma(s0, b0, c00); c01 = fma(s0, b1, c01); c02 = fma(s0, b2, c02);
    a0 += 4;
    const s1 = v128.load32_splat(a1);
    c10 = fma(s1, b0, c10); c11 = fma(s1, b1, c11); c12 = fma(s1, b2, c12);
    a1 += 4;
    const s2 = v128.load32_splat(a2);
    c20 = fma(s2, b0, c20); c21 = fma(s2, b1, c21); c22 = fma(s2, b2, c22);
    a2 += 4;
  }
  put(c, c00, 0, error); put(c, c01, 16, error); put(c, c02, 32, error);
  c += cPitch;
  put(c, c10, 0, error); put(c, c11, 16, error); put(c, c12, 32, error);
  c += cPitch;
  put(c, c20, 0, error); put(c, c21, 16, error); put(c, c22, 32, error);
}

// @ts-ignore: decorator
@inline
function tile6x8(c: usize, cPitch: usize, a: usize, aPitch: usize, b: usize, n: usize, error: usize): void {
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
  put(c, c00, 0, error); put(c, c01, 16, error);
  c += cPitch;
  put(c, c10, 0, error); put(c, c11, 16, error);
  c += cPitch;
  put(c, c20, 0, error); put(c, c21, 16, error);
  c += cPitch;
  put(c, c30, 0, error); put(c, c31, 16, error);
  c += cPitch;
  put(c, c40, 0, error); put(c, c41, 16, error);
  c += cPitch;
  put(c, c50, 0, error); put(c, c51, 16, error);
}

export function tile(c: usize, cPitch: usize, a: usize, aPitch: usize, b: usize, n: usize, error: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) tile6x8(c, cPitch, a, aPitch, b, n, error);
  else tile3x12(c, cPitch, a, aPitch, b, n, error);
}

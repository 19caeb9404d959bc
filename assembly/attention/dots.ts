/**
 * s[j] = q · k[j] for one row of q, or for two, against up to 16 keys: what attentionRows is made of before the weights.
 *
 * k       f32[n, headDim], `pitch` bytes from key to key
 * s       f32[n rounded up to four]; the last key stands in for those behind it
 *
 * Two rows together halve the loads of keys.
 */
import { fma, loadTail } from "../lanes";

/** four vectors -> [Σa Σb Σc Σd] */
// @ts-ignore: decorator
@inline
export function fourSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/**
 * s[j] = q · k[j], n keys rounded up to four; the last key stands in for those behind it. Eight sums in
 * flight, two for each key.
 *
 * @param odd  0 in each lane
 * @returns    odd, NaN in some lane where an s is not finite: 0 · Infinity
 */
export function dots1(s: usize, q: usize, k: usize, pitch: usize, n: usize, headDim: usize, odd: v128): v128 {
  const zero = f32x4.splat(0);
  const whole = (headDim & ~3) << 2;
  const pairs = (headDim & ~7) << 2;
  for (let j: usize = 0; j < n; j += 4, s += 16, k += pitch << 2) {
    const left = n - j;
    const k1 = left > 1 ? k + pitch : k;
    const k2 = left > 2 ? k1 + pitch : k1;
    const k3 = left > 3 ? k2 + pitch : k2;
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    let d: usize = 0;
    for (; d < pairs; d += 32) {
      const x = v128.load(q + d), y = v128.load(q + d, 16);
      const at0 = k + d, at1 = k1 + d, at2 = k2 + d, at3 = k3 + d;
      a0 = fma(x, v128.load(at0), a0);
      a1 = fma(x, v128.load(at1), a1);
      a2 = fma(x, v128.load(at2), a2);
      a3 = fma(x, v128.load(at3), a3);
      b0 = fma(y, v128.load(at0, 16), b0);
      b1 = fma(y, v128.load(at1, 16), b1);
      b2 = fma(y, v128.load(at2, 16), b2);
      b3 = fma(y, v128.load(at3, 16), b3);
    }
    a0 = f32x4.add(a0, b0);
    a1 = f32x4.add(a1, b1);
    a2 = f32x4.add(a2, b2);
    a3 = f32x4.add(a3, b3);
    if (d < whole) {
      const x = v128.load(q + d);
      a0 = fma(x, v128.load(k + d), a0);
      a1 = fma(x, v128.load(k1 + d), a1);
      a2 = fma(x, v128.load(k2 + d), a2);
      a3 = fma(x, v128.load(k3 + d), a3);
    }
    if (headDim & 3) {
      const x = v128.load(q + whole);
      a0 = fma(x, loadTail(k + whole, headDim & 3, zero), a0);
      a1 = fma(x, loadTail(k1 + whole, headDim & 3, zero), a1);
      a2 = fma(x, loadTail(k2 + whole, headDim & 3, zero), a2);
      a3 = fma(x, loadTail(k3 + whole, headDim & 3, zero), a3);
    }
    const four = fourSums(a0, a1, a2, a3);
    v128.store(s, four);
    odd = f32x4.mul(odd, four);
  }
  return odd;
}

/** dots1 for two rows */
export function dots2(
  s: usize, rowPitch: usize, q: usize, qPitch: usize, k: usize, pitch: usize, n: usize, headDim: usize, odd: v128,
): v128 {
  const zero = f32x4.splat(0);
  const whole = (headDim & ~3) << 2;
  const q1 = q + qPitch;
  for (let j: usize = 0; j < n; j += 4, s += 16, k += pitch << 2) {
    const left = n - j;
    const k1 = left > 1 ? k + pitch : k;
    const k2 = left > 2 ? k1 + pitch : k1;
    const k3 = left > 3 ? k2 + pitch : k2;
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    for (let d: usize = 0; d < whole; d += 16) {
      const x = v128.load(q + d), y = v128.load(q1 + d);
      const v0 = v128.load(k + d);
      a0 = fma(x, v0, a0);
      b0 = fma(y, v0, b0);
      const v1 = v128.load(k1 + d);
      a1 = fma(x, v1, a1);
      b1 = fma(y, v1, b1);
      const v2 = v128.load(k2 + d);
      a2 = fma(x, v2, a2);
      b2 = fma(y, v2, b2);
      const v3 = v128.load(k3 + d);
      a3 = fma(x, v3, a3);
      b3 = fma(y, v3, b3);
    }
    if (headDim & 3) {
      const x = v128.load(q + whole), y = v128.load(q1 + whole);
      const v0 = loadTail(k + whole, headDim & 3, zero), v1 = loadTail(k1 + whole, headDim & 3, zero);
      const v2 = loadTail(k2 + whole, headDim & 3, zero), v3 = loadTail(k3 + whole, headDim & 3, zero);
      a0 = fma(x, v0, a0);
      b0 = fma(y, v0, b0);
      a1 = fma(x, v1, a1);
      b1 = fma(y, v1, b1);
      a2 = fma(x, v2, a2);
      b2 = fma(y, v2, b2);
      a3 = fma(x, v3, a3);
      b3 = fma(y, v3, b3);
    }
    const four = fourSums(a0, a1, a2, a3), below = fourSums(b0, b1, b2, b3);
    v128.store(s, four);
    v128.store(s + rowPitch, below);
    odd = f32x4.mul(f32x4.mul(odd, four), below);
  }
  return odd;
}

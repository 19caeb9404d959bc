/**
 * s[j] = q · k[j] for one row of q, or for two: what attentionRows is made of before the weights.
 *
 * k       f32[n, headDim], `pitch` bytes from key to key
 * s       f32[n rounded up to four]; the last key stands in for those behind it
 *
 * Two rows together halve the loads of keys.
 */
import { fma, loadTail } from "../lanes";

/**
 * Bytes from key to key up to which four neighbours are taken together. Larger keys are taken a quarter of them apart: four long
 * streams, which CPUs fetch ahead, where four that begin within a page lead them astray. 128 floats a key from memory on Zen 4: a third
 * of the time, from L3 0.7 of it; of 64 floats neighbours are as fast or faster.
 */
export const NEIGHBOURS: usize = 256;

/** four vectors -> [Σa Σb Σc Σd] */
// @ts-ignore: decorator
@inline
export function fourSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** The four of v to s, `apart` bytes from each other. */
// @ts-ignore: decorator
@inline
function scatter(s: usize, v: v128, apart: usize): void {
  v128.store_lane<u32>(s, v, 0);
  v128.store_lane<u32>(s + apart, v, 1);
  v128.store_lane<u32>(s + 2 * apart, v, 2);
  v128.store_lane<u32>(s + 3 * apart, v, 3);
}

/**
 * s[j] = q · k[j], n keys rounded up to four; the last key stands in for those behind it. Four keys at a time; eight sums in flight,
 * two for each key.
 *
 * The loop has its end in the middle too. V8 12 and before load all vectors of a stretch without branches before the first product:
 * in one stretch ten beside eight sums, more than the registers hold.
 *
 * @param odd  0 in each lane
 * @returns    odd, NaN in some lane where an s is not finite: 0 · Infinity
 */
export function dots1(s: usize, q: usize, k: usize, pitch: usize, n: usize, headDim: usize, odd: v128): v128 {
  const zero = f32x4.splat(0);
  const whole = (headDim & ~3) << 2;
  const last = k + (n - 1) * pitch, groups = (n + 3) >> 2;
  const streams = pitch > NEIGHBOURS;
  const apart = groups << 2, step = streams ? 4 : 16;
  const far = streams ? groups * pitch : pitch, next = streams ? pitch : pitch << 2;
  for (let g: usize = 0; g < groups; g++, s += step, k += next) {
    const k1 = min(k + far, last), k2 = min(k1 + far, last), k3 = min(k2 + far, last);
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    let d: usize = 0;
    while (d < whole) {
      const x = v128.load(q + d);
      a0 = fma(x, v128.load(k + d), a0);
      a1 = fma(x, v128.load(k1 + d), a1);
      a2 = fma(x, v128.load(k2 + d), a2);
      a3 = fma(x, v128.load(k3 + d), a3);
      d += 16;
      if (d >= whole) break;
      const y = v128.load(q + d);
      b0 = fma(y, v128.load(k + d), b0);
      b1 = fma(y, v128.load(k1 + d), b1);
      b2 = fma(y, v128.load(k2 + d), b2);
      b3 = fma(y, v128.load(k3 + d), b3);
      d += 16;
    }
    a0 = f32x4.add(a0, b0);
    a1 = f32x4.add(a1, b1);
    a2 = f32x4.add(a2, b2);
    a3 = f32x4.add(a3, b3);
    if (headDim & 3) {
      const x = v128.load(q + whole);
      a0 = fma(x, loadTail(k + whole, headDim & 3, zero), a0);
      a1 = fma(x, loadTail(k1 + whole, headDim & 3, zero), a1);
      a2 = fma(x, loadTail(k2 + whole, headDim & 3, zero), a2);
      a3 = fma(x, loadTail(k3 + whole, headDim & 3, zero), a3);
    }
    const four = fourSums(a0, a1, a2, a3);
    if (streams) scatter(s, four, apart);
    else v128.store(s, four);
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
  const last = k + (n - 1) * pitch, groups = (n + 3) >> 2;
  const streams = pitch > NEIGHBOURS;
  const apart = groups << 2, step = streams ? 4 : 16;
  const far = streams ? groups * pitch : pitch, next = streams ? pitch : pitch << 2;
  for (let g: usize = 0; g < groups; g++, s += step, k += next) {
    const k1 = min(k + far, last), k2 = min(k1 + far, last), k3 = min(k2 + far, last);
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
    if (streams) {
      scatter(s, four, apart);
      scatter(s + rowPitch, below, apart);
    } else {
      v128.store(s, four);
      v128.store(s + rowPitch, below);
    }
    odd = f32x4.mul(f32x4.mul(odd, four), below);
  }
  return odd;
}

/**
 * t = Σ p·v over up to 64 keys, for every row: what attentionRows is made of after the weights.
 *
 * p, t    f32[n] and f32[columns] of each row, `rowPitch` bytes from row to row
 * v       f32[n, columns], `pitch` bytes from key to key
 *
 * Two rows together halve the loads of values.
 */
import { fma, loadTail } from "../lanes";

/**
 * Columns of the wide strip. V8 12 and before load all vectors of a value before the first product: beside their sums 15 registers hold
 * six. Later ones keep the order as it is written; they are those that have fma.
 */
const WIDE: usize = ASC_FEATURE_RELAXED_SIMD ? 32 : 24;

/** Floats of a page of memory. */
const PAGE: usize = 1024;

/** Keys whose values stay in L1 while several rows meet them. Four at a time take 1.2 to 1.4 times as long from memory (128 columns). */
const NEAR: usize = 16;

/** t = 0 */
function clear(t: usize, columns: usize): void {
  for (const end = t + (columns << 2); t < end; t += 16) v128.store(t, f32x4.splat(0));
}

/** t += Σ p·v over n keys, one row: strips of columns, summed in registers */
function strips(t: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize): void {
  const end = p + (n << 2);
  // not where 8 columns would be left: two strips of 16 are faster
  for (; columns >= WIDE && columns != WIDE + 8; columns -= WIDE, v += WIDE << 2, t += WIDE << 2) {
    let c0 = v128.load(t), c1 = v128.load(t, 16), c2 = v128.load(t, 32);
    let c3 = v128.load(t, 48), c4 = v128.load(t, 64), c5 = v128.load(t, 80);
    let c6 = c0, c7 = c0;
    if (ASC_FEATURE_RELAXED_SIMD) {
      c6 = v128.load(t, 96);
      c7 = v128.load(t, 112);
    }
    for (let j = p, at = v; j < end; j += 4, at += pitch) {
      const x = v128.load32_splat(j);
      c0 = fma(x, v128.load(at), c0);
      c1 = fma(x, v128.load(at, 16), c1);
      c2 = fma(x, v128.load(at, 32), c2);
      c3 = fma(x, v128.load(at, 48), c3);
      c4 = fma(x, v128.load(at, 64), c4);
      c5 = fma(x, v128.load(at, 80), c5);
      if (ASC_FEATURE_RELAXED_SIMD) {
        c6 = fma(x, v128.load(at, 96), c6);
        c7 = fma(x, v128.load(at, 112), c7);
      }
    }
    v128.store(t, c0);
    v128.store(t, c1, 16);
    v128.store(t, c2, 32);
    v128.store(t, c3, 48);
    v128.store(t, c4, 64);
    v128.store(t, c5, 80);
    if (ASC_FEATURE_RELAXED_SIMD) {
      v128.store(t, c6, 96);
      v128.store(t, c7, 112);
    }
  }
  for (; columns >= 16; columns -= 16, v += 64, t += 64) {
    let c0 = v128.load(t), c1 = v128.load(t, 16), c2 = v128.load(t, 32), c3 = v128.load(t, 48);
    for (let j = p, at = v; j < end; j += 4, at += pitch) {
      const x = v128.load32_splat(j);
      c0 = fma(x, v128.load(at), c0);
      c1 = fma(x, v128.load(at, 16), c1);
      c2 = fma(x, v128.load(at, 32), c2);
      c3 = fma(x, v128.load(at, 48), c3);
    }
    v128.store(t, c0);
    v128.store(t, c1, 16);
    v128.store(t, c2, 32);
    v128.store(t, c3, 48);
  }
  for (let d: usize = 0; d < columns << 2; d += 16) {
    let c = v128.load(t + d);
    for (let j = p, at = v + d; j < end; j += 4, at += pitch) c = fma(v128.load32_splat(j), v128.load(at), c);
    v128.store(t + d, c);
  }
}

/**
 * t = Σ p·v over n keys, one row: strips over a page of values, then over the next. Strips over all 64 keys take up to 2.2 times as long
 * from memory (64 and 128 columns on Zen 4), and as long or a seventh less in L2.
 */
function sums1(t: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize): void {
  const near = max<usize>(4, PAGE / columns);
  clear(t, columns);
  for (; n > near; n -= near, p += near << 2, v += near * pitch) strips(t, p, v, pitch, near, columns);
  strips(t, p, v, pitch, n, columns);
}

/** strips for two rows: a strip of 16 columns keeps the sums of both in registers */
function strips2(t: usize, p: usize, rowPitch: usize, v: usize, pitch: usize, n: usize, columns: usize): void {
  const end = p + (n << 2);
  for (; columns >= 16; columns -= 16, v += 64, t += 64) {
    const u = t + rowPitch;
    let c0 = v128.load(t), c1 = v128.load(t, 16), c2 = v128.load(t, 32), c3 = v128.load(t, 48);
    let e0 = v128.load(u), e1 = v128.load(u, 16), e2 = v128.load(u, 32), e3 = v128.load(u, 48);
    for (let j = p, i = p + rowPitch, at = v; j < end; j += 4, i += 4, at += pitch) {
      const x = v128.load32_splat(j), y = v128.load32_splat(i);
      let w = v128.load(at);
      c0 = fma(x, w, c0);
      e0 = fma(y, w, e0);
      w = v128.load(at, 16);
      c1 = fma(x, w, c1);
      e1 = fma(y, w, e1);
      w = v128.load(at, 32);
      c2 = fma(x, w, c2);
      e2 = fma(y, w, e2);
      w = v128.load(at, 48);
      c3 = fma(x, w, c3);
      e3 = fma(y, w, e3);
    }
    v128.store(t, c0);
    v128.store(t, c1, 16);
    v128.store(t, c2, 32);
    v128.store(t, c3, 48);
    v128.store(u, e0);
    v128.store(u, e1, 16);
    v128.store(u, e2, 32);
    v128.store(u, e3, 48);
  }
  for (let d: usize = 0; d < columns << 2; d += 16) {
    const y = t + d, u = y + rowPitch;
    let c = v128.load(y), e = v128.load(u);
    for (let j = p, at = v + d; j < end; j += 4, at += pitch) {
      const w = v128.load(at);
      c = fma(v128.load32_splat(j), w, c);
      e = fma(v128.load32_splat(j + rowPitch), w, e);
    }
    v128.store(y, c);
    v128.store(u, e);
  }
}

function oneKey(t: usize, p: usize, v: usize, columns: usize): void {
  const weight = v128.load32_splat(p);
  for (let d: usize = 0; d < columns << 2; d += 16) {
    v128.store(t + d, fma(weight, v128.load(v + d), v128.load(t + d)));
  }
}

/** t = Σ p·v over n keys, `rows` rows: in pairs, a few keys at a time, which stay in L1 for all of them */
export function sums(t: usize, p: usize, rowPitch: usize, rows: usize, v: usize, pitch: usize, n: usize, columns: usize): void {
  const paired = rows & ~1;
  if (rows & 1) sums1(t + paired * rowPitch, p + paired * rowPitch, v, pitch, n, columns);
  for (let r: usize = 0; r < paired; r++) clear(t + r * rowPitch, columns);
  for (let j: usize = 0; j < n; j += NEAR, p += NEAR << 2, v += NEAR * pitch) {
    const near = min(NEAR, n - j);
    for (let r: usize = 0; r < paired; r += 2) strips2(t + r * rowPitch, p + r * rowPitch, rowPitch, v, pitch, near, columns);
  }
}

/** Whether every one of n floats is finite. */
export function allFinite(t: usize, n: usize): bool {
  let odd = f32x4.splat(0);
  for (; n >= 4; n -= 4, t += 16) {
    const x = v128.load(t);
    odd = v128.or(odd, f32x4.sub(x, x)); // NaN or 0
  }
  if (n) {
    const x = loadTail(t, n, f32x4.splat(0));
    odd = v128.or(odd, f32x4.sub(x, x));
  }
  return !v128.any_true(odd);
}

/** One row of sums again, over the keys whose score is not -Infinity, in the same order: the same bits. */
export function sumsCarefully(t: usize, s: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize): void {
  clear(t, columns);
  for (let j: usize = 0; j < n << 2; j += 4, v += pitch) {
    if (load<f32>(s + j) != -Infinity) oneKey(t, p + j, v, columns);
  }
}

/**
 * Few queries, or one (decode), against keys and values where they lie: read once, for all heads that share them.
 *
 *   64 keys at a time: dots of the rows with four keys at a time, scores -> weights, weighted sums of the values
 *
 * scratch  for each row f32[64] scores, f32[64] weights, f32[valueDim] sums, padded to a multiple of 24
 * else     as in pass.ts
 *
 * Rows go in pairs, which halves the loads of keys and values; a single row has its own loops. Sums that come out not finite
 * are taken again without the masked keys: 0 · NaN is NaN. Scores that overflow are taken again (overflow.ts).
 */
import { fma, loadTail } from "../lanes";
import { ROW_KEYS } from "../layout";
import { Pass } from "./pass";
import { errorBytes, oBytes, padded, qBytes, queryAt } from "./query";
import { clearScores, scoreRow, within } from "./scores";
import { addTo } from "./tile";
import { weigh } from "./weigh";

const KEYS: usize = ROW_KEYS;
const NEAR: usize = 16; // keys that stay in L1 while all rows meet them
const WEIGHTS: usize = KEYS << 2; // bytes from a row's scores to its weights
const SUMS: usize = 2 * WEIGHTS; // and to its sums

/** four vectors -> [Σa Σb Σc Σd] */
// @ts-ignore: decorator
@inline
function fourSums(a: v128, b: v128, c: v128, d: v128): v128 {
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
function dots1(s: usize, q: usize, k: usize, pitch: usize, n: usize, headDim: usize, odd: v128): v128 {
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
function dots2(
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

/** t = Σ p·v over n keys, one row: strips of 32 columns, summed in registers */
function sums1(t: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize): void {
  const end = p + (n << 2);
  for (; columns >= 32; columns -= 32, v += 128, t += 128) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
    for (let j = p, at = v; j < end; j += 4, at += pitch) {
      const x = v128.load32_splat(j);
      c0 = fma(x, v128.load(at), c0);
      c1 = fma(x, v128.load(at, 16), c1);
      c2 = fma(x, v128.load(at, 32), c2);
      c3 = fma(x, v128.load(at, 48), c3);
      c4 = fma(x, v128.load(at, 64), c4);
      c5 = fma(x, v128.load(at, 80), c5);
      c6 = fma(x, v128.load(at, 96), c6);
      c7 = fma(x, v128.load(at, 112), c7);
    }
    v128.store(t, c0);
    v128.store(t, c1, 16);
    v128.store(t, c2, 32);
    v128.store(t, c3, 48);
    v128.store(t, c4, 64);
    v128.store(t, c5, 80);
    v128.store(t, c6, 96);
    v128.store(t, c7, 112);
  }
  for (let d: usize = 0; d < columns << 2; d += 16) {
    let c = f32x4.splat(0);
    for (let j = p, at = v + d; j < end; j += 4, at += pitch) c = fma(v128.load32_splat(j), v128.load(at), c);
    v128.store(t + d, c);
  }
}

/** t += Σ p·v over four keys, for two rows */
function fourKeys2(t: usize, p: usize, rowPitch: usize, v: usize, pitch: usize, columns: usize): void {
  const p0 = v128.load32_splat(p), p1 = v128.load32_splat(p, 4);
  const p2 = v128.load32_splat(p, 8), p3 = v128.load32_splat(p, 12);
  p += rowPitch;
  const q0 = v128.load32_splat(p), q1 = v128.load32_splat(p, 4);
  const q2 = v128.load32_splat(p, 8), q3 = v128.load32_splat(p, 12);
  const u = t + rowPitch;
  const v1 = v + pitch, v2 = v1 + pitch, v3 = v2 + pitch;
  for (let d: usize = 0; d < columns << 2; d += 16) {
    let x = v128.load(v + d);
    let c = fma(p0, x, v128.load(t + d)), e = fma(q0, x, v128.load(u + d));
    x = v128.load(v1 + d);
    c = fma(p1, x, c);
    e = fma(q1, x, e);
    x = v128.load(v2 + d);
    c = fma(p2, x, c);
    e = fma(q2, x, e);
    x = v128.load(v3 + d);
    v128.store(t + d, fma(p3, x, c));
    v128.store(u + d, fma(q3, x, e));
  }
}

function oneKey(t: usize, p: usize, v: usize, columns: usize): void {
  const weight = v128.load32_splat(p);
  for (let d: usize = 0; d < columns << 2; d += 16) {
    v128.store(t + d, fma(weight, v128.load(v + d), v128.load(t + d)));
  }
}

/** t = Σ p·v over n keys, `rows` rows: in pairs, four keys at a time, which stay in L1 for all of them */
function sums(t: usize, p: usize, rowPitch: usize, rows: usize, v: usize, pitch: usize, n: usize, columns: usize): void {
  const paired = rows & ~1;
  if (rows & 1) sums1(t + paired * rowPitch, p + paired * rowPitch, v, pitch, n, columns);
  if (paired == 0) return;
  for (let r: usize = 0; r < paired; r++) memory.fill(t + r * rowPitch, 0, padded(columns, 4) << 2);
  for (; n >= 4; n -= 4, p += 16, v += 4 * pitch) {
    for (let r: usize = 0; r < paired; r += 2) fourKeys2(t + r * rowPitch, p + r * rowPitch, rowPitch, v, pitch, columns);
  }
  for (; n; n--, p += 4, v += pitch) {
    for (let r: usize = 0; r < paired; r++) oneKey(t + r * rowPitch, p + r * rowPitch, v, columns);
  }
}

/** Whether every one of n floats is finite. */
function allFinite(t: usize, n: usize): bool {
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
function sumsCarefully(t: usize, s: usize, p: usize, v: usize, pitch: usize, n: usize, columns: usize): void {
  memory.fill(t, 0, padded(columns, 4) << 2);
  for (let j: usize = 0; j < n << 2; j += 4, v += pitch) {
    if (load<f32>(s + j) != -Infinity) oneKey(t, p + j, v, columns);
  }
}

/** s = q·k[j] for every row and n keys, a few of them at a time. @returns whether some product is not finite */
function scoreRows(pass: Pass, rows: usize, rowPitch: usize, k: usize, n: usize): bool {
  const q = pass.q, qPitch = qBytes(pass.headDim), headDim = pass.headDim, kPitch = pass.kPitch << 2;
  let s = pass.scratch, odd = f32x4.splat(0);
  for (let j: usize = 0; j < n; j += NEAR, k += NEAR * kPitch, s += NEAR << 2) {
    const near = min(NEAR, n - j);
    let r: usize = 0;
    for (; r + 1 < rows; r += 2) odd = dots2(s + r * rowPitch, rowPitch, q + r * qPitch, qPitch, k, kPitch, near, headDim, odd);
    if (r < rows) odd = dots1(s + r * rowPitch, q + r * qPitch, k, kPitch, near, headDim, odd);
  }
  return v128.any_true(f32x4.ne(odd, odd));
}

/** A row's scores, from its products with keys j0 … j0 + n, and its weights; `k` is key j0. */
function weighRow(pass: Pass, r: usize, s: usize, k: usize, j0: usize, n: usize, overflows: bool): void {
  const query = queryAt(pass.query, r);
  const e = <i32>query.exponent;
  const q = pass.q + r * qBytes(pass.headDim), width = padded(n, 4), oPitch = oBytes(pass.valueDim);
  scoreRow(pass, r, s, j0, n, width, overflows || e != 0, e, q, k, pass.kPitch << 2, 1);
  weigh(s + WEIGHTS, s, width, query, pass.o + r * oPitch, oPitch >> 2);
}

/** o += Σ p·v for every row, over n keys. @param v  the value of the first key */
function addValues(pass: Pass, rows: usize, rowPitch: usize, v: usize, n: usize): void {
  const scratch = pass.scratch, valueDim = pass.valueDim, vPitch = pass.vPitch << 2;
  const oPitch = oBytes(valueDim), toError = errorBytes(valueDim);
  sums(scratch + SUMS, scratch + WEIGHTS, rowPitch, rows, v, vPitch, n, valueDim);
  let o = pass.o, s = scratch;
  for (let r: usize = 0; r < rows; r++, s += rowPitch, o += oPitch) {
    if (!allFinite(s + SUMS, valueDim)) sumsCarefully(s + SUMS, s, s + WEIGHTS, v, vPitch, n, valueDim);
    for (let d: usize = 0; d < valueDim << 2; d += 16) addTo(o + d, v128.load(s + SUMS + d), toError);
  }
}

export function attentionRows(pass: Pass): void {
  const rows = pass.heads * pass.queries;
  const rowPitch = SUMS + errorBytes(pass.valueDim);
  if (pass.w) {
    for (let r: usize = 0; r < rows; r++) clearScores(pass, r);
  }
  const end = within(pass.to + <i32>pass.queries - 1, pass.keys);
  for (let j0 = within(pass.from, pass.keys); j0 < end; j0 += KEYS) {
    const n = min(KEYS, end - j0);
    const k = pass.k + ((j0 * pass.kPitch) << 2);
    const overflows = scoreRows(pass, rows, rowPitch, k, n);
    for (let r: usize = 0; r < rows; r++) weighRow(pass, r, pass.scratch + r * rowPitch, k, j0, n, overflows);
    addValues(pass, rows, rowPitch, pass.v + ((j0 * pass.vPitch) << 2), n);
  }
}

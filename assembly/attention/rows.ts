/**
 * Few queries, or one (decode), against keys and values where they lie: read once, for all heads that share them.
 *
 *   blocks of 64 keys: dots of the rows with four keys at a time, scores -> weights, weighted sums of the values
 *
 * q, o, query, bias, mask, w, alibi, position, left, right    as in tiles.ts; rows = heads · queries
 * k, v     f32[keys, headDim], f32[keys, valueDim], kPitch and vPitch floats from key to key
 * scratch  f32[rows, 2, 64]: a row's scores, then its weights
 *
 * Rows go in pairs, which halves the loads of keys and values; a single row has its own loops. Sums that come out not finite
 * are taken again without the masked keys: 0 · NaN is NaN.
 */
import { fma, firstLanes, loadTail } from "../lanes";
import { rowFill } from "../row";
import { rowScores } from "./scores";
import { padded } from "./state";
import { seenFrom, seenTo } from "./tiles";
import { addTo, COLUMNS_MULTIPLE } from "./tile";
import { QUERY_BYTES, weigh } from "./weigh";

const KEYS: usize = 64;
const WEIGHTS: usize = KEYS << 2; // bytes from scores to weights
const PITCH: usize = 2 * WEIGHTS; // and from row to row

/** four vectors -> [Σa Σb Σc Σd] */
// @ts-ignore: decorator
@inline
function fourSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** s[j] = q · k[j], n keys rounded up to four; the last key stands in for those behind it */
function dots1(s: usize, q: usize, k: usize, pitch: usize, n: usize, headDim: usize): void {
  const zero = f32x4.splat(0);
  const whole = (headDim & ~3) << 2;
  for (let j: usize = 0; j < n; j += 4, s += 16, k += pitch << 2) {
    const left = n - j;
    const k1 = left > 1 ? k + pitch : k;
    const k2 = left > 2 ? k1 + pitch : k1;
    const k3 = left > 3 ? k2 + pitch : k2;
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
    for (let d: usize = 0; d < whole; d += 16) {
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
    v128.store(s, fourSums(a0, a1, a2, a3));
  }
}

/** dots1 for two rows */
function dots2(s: usize, q: usize, qPitch: usize, k: usize, pitch: usize, n: usize, headDim: usize): void {
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
      const v0 = v128.load(k + d), v1 = v128.load(k1 + d);
      a0 = fma(x, v0, a0);
      b0 = fma(y, v0, b0);
      a1 = fma(x, v1, a1);
      b1 = fma(y, v1, b1);
      const v2 = v128.load(k2 + d), v3 = v128.load(k3 + d);
      a2 = fma(x, v2, a2);
      b2 = fma(y, v2, b2);
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
    v128.store(s, fourSums(a0, a1, a2, a3));
    v128.store(s + PITCH, fourSums(b0, b1, b2, b3));
  }
}

/** o += sum, four columns of which `left` count; where the sum is not finite, only keys whose score is not -Infinity */
function put(
  o: usize, error: usize, sum: v128, p: usize, v: usize, pitch: usize, n: usize, left: usize,
): void {
  let odd = f32x4.sub(sum, sum); // NaN or 0
  if (left < 4) odd = v128.and(odd, firstLanes(left));
  if (v128.any_true(odd)) {
    sum = f32x4.splat(0);
    for (let j: usize = 0; j < n; j++, v += pitch) {
      if (load<f32>(p + (j << 2) - WEIGHTS) != -Infinity) sum = fma(v128.load32_splat(p + (j << 2)), v128.load(v), sum);
    }
  }
  addTo(o, sum, error);
}

function sums1(o: usize, error: usize, p: usize, v: usize, pitch: usize, n: usize, valueDim: usize): void {
  let d: usize = 0;
  for (; d + 32 <= valueDim; d += 32, v += 128, o += 128) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
    for (let j: usize = 0, at = v; j < n; j++, at += pitch) {
      const x = v128.load32_splat(p + (j << 2));
      c0 = fma(x, v128.load(at), c0);
      c1 = fma(x, v128.load(at, 16), c1);
      c2 = fma(x, v128.load(at, 32), c2);
      c3 = fma(x, v128.load(at, 48), c3);
      c4 = fma(x, v128.load(at, 64), c4);
      c5 = fma(x, v128.load(at, 80), c5);
      c6 = fma(x, v128.load(at, 96), c6);
      c7 = fma(x, v128.load(at, 112), c7);
    }
    put(o, error, c0, p, v, pitch, n, 4);
    put(o + 16, error, c1, p, v + 16, pitch, n, 4);
    put(o + 32, error, c2, p, v + 32, pitch, n, 4);
    put(o + 48, error, c3, p, v + 48, pitch, n, 4);
    put(o + 64, error, c4, p, v + 64, pitch, n, 4);
    put(o + 80, error, c5, p, v + 80, pitch, n, 4);
    put(o + 96, error, c6, p, v + 96, pitch, n, 4);
    put(o + 112, error, c7, p, v + 112, pitch, n, 4);
  }
  for (; d < valueDim; d += 4, v += 16, o += 16) {
    let c = f32x4.splat(0);
    for (let j: usize = 0, at = v; j < n; j++, at += pitch) c = fma(v128.load32_splat(p + (j << 2)), v128.load(at), c);
    put(o, error, c, p, v, pitch, n, valueDim - d);
  }
}

function sums2(
  o: usize, oPitch: usize, error: usize, p: usize, v: usize, pitch: usize, n: usize, valueDim: usize,
): void {
  let d: usize = 0;
  const p1 = p + PITCH;
  for (; d + 16 <= valueDim; d += 16, v += 64, o += 64) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let j: usize = 0, at = v; j < n; j++, at += pitch) {
      const x = v128.load32_splat(p + (j << 2)), y = v128.load32_splat(p1 + (j << 2));
      const v0 = v128.load(at), v1 = v128.load(at, 16), v2 = v128.load(at, 32), v3 = v128.load(at, 48);
      a0 = fma(x, v0, a0);
      b0 = fma(y, v0, b0);
      a1 = fma(x, v1, a1);
      b1 = fma(y, v1, b1);
      a2 = fma(x, v2, a2);
      b2 = fma(y, v2, b2);
      a3 = fma(x, v3, a3);
      b3 = fma(y, v3, b3);
    }
    put(o, error, a0, p, v, pitch, n, 4);
    put(o + 16, error, a1, p, v + 16, pitch, n, 4);
    put(o + 32, error, a2, p, v + 32, pitch, n, 4);
    put(o + 48, error, a3, p, v + 48, pitch, n, 4);
    put(o + oPitch, error, b0, p1, v, pitch, n, 4);
    put(o + oPitch + 16, error, b1, p1, v + 16, pitch, n, 4);
    put(o + oPitch + 32, error, b2, p1, v + 32, pitch, n, 4);
    put(o + oPitch + 48, error, b3, p1, v + 48, pitch, n, 4);
  }
  if (d < valueDim) {
    sums1(o, error, p, v, pitch, n, valueDim - d);
    sums1(o + oPitch, error, p1, v, pitch, n, valueDim - d);
  }
}

export function attentionRows(
  o: usize, query: usize, w: usize, q: usize, k: usize, v: usize,
  bias: usize, mask: usize, alibi: usize, scratch: usize,
  heads: usize, queries: usize, keys: usize, headDim: usize, valueDim: usize, kPitch: usize, vPitch: usize,
  biasHead: usize, biasRow: usize, maskHead: usize, maskRow: usize, wHead: usize, wRow: usize,
  position: i32, left: i32, right: i32, softcap: f32,
): void {
  const rows = heads * queries;
  const qPitch = padded(headDim, 4) << 2;
  const error = padded(valueDim, COLUMNS_MULTIPLE) << 2;
  const oPitch = 2 * error;
  const weights = scratch + WEIGHTS;
  if (w) {
    for (let r: usize = 0; r < rows; r++) rowFill(w + ((r / queries * wHead + r % queries * wRow) << 2), keys, -Infinity);
  }
  const end = seenTo(position + <i32>queries - 1, right, keys);
  for (let j0 = seenFrom(position, left, keys); j0 < end; j0 += KEYS) {
    const n = min(KEYS, end - j0);
    const width = padded(n, 4);
    const kAt = k + ((j0 * kPitch) << 2);
    let r: usize = 0;
    for (; r + 1 < rows; r += 2) dots2(scratch + r * PITCH, q + r * qPitch, qPitch, kAt, kPitch << 2, n, headDim);
    if (r < rows) dots1(scratch + r * PITCH, q + r * qPitch, kAt, kPitch << 2, n, headDim);

    for (r = 0; r < rows; r++) {
      const g = r / queries, row = r % queries;
      const s = scratch + r * PITCH;
      const p = position + <i32>row - <i32>j0;
      rowScores(
        s, bias ? bias + ((g * biasHead + row * biasRow + j0) << 2) : 0,
        mask ? mask + g * maskHead + row * maskRow + j0 : 0,
        width, seenFrom(p, left, n), seenTo(p, right, n), -p, softcap, alibi ? load<f32>(alibi + (g << 2)) : 0,
      );
      if (w) memory.copy(w + ((g * wHead + row * wRow + j0) << 2), s, n << 2);
      weigh(s + WEIGHTS, s, width, query + r * QUERY_BYTES, o + r * oPitch, oPitch >> 2);
    }
    const vAt = v + ((j0 * vPitch) << 2);
    for (r = 0; r + 1 < rows; r += 2) {
      sums2(o + r * oPitch, oPitch, error, weights + r * PITCH, vAt, vPitch << 2, n, valueDim);
    }
    if (r < rows) sums1(o + r * oPitch, error, weights + r * PITCH, vAt, vPitch << 2, n, valueDim);
  }
}

/**
 * Few queries, or one (decode), against keys and values where they lie: read once, for all heads that share them.
 *
 *   64 keys at a time: dots of the rows with four keys at a time, scores -> weights, weighted sums of the values
 *
 * scratch  for each row f32[64] scores, f32[64] weights, f32[valueDim] sums, padded to a multiple of 16
 * else     as in pass.ts
 *
 * Rows go in pairs, which halves the loads of keys and values; a single row has its own loops. Sums that come out not finite
 * are taken again without the masked keys: 0 · NaN is NaN. Scores that overflow are taken again (overflow.ts).
 *
 * Keys and values of 16 bits meet a single row as they are (halves.ts). Where there are more rows, or that did not work out, the 64 keys
 * are widened first, a few at a time.
 */
import { ROW_KEYS } from "../layout";
import { dots1, dots2 } from "./dots";
import { dotsOfHalves, sumsOfHalves, widenRows } from "./halves";
import { Pass } from "./pass";
import { errorBytes, oBytes, padded, qBytes, queryAt } from "./query";
import { clearScores, scoreRow, within } from "./scores";
import { allFinite, sums, sumsCarefully } from "./sums";
import { addTo } from "./tile";
import { weigh } from "./weigh";

const KEYS: usize = ROW_KEYS;
const NEAR: usize = 16; // keys that stay in L1 while several rows meet them
const WEIGHTS: usize = KEYS << 2; // bytes from a row's scores to its weights
const SUMS: usize = 2 * WEIGHTS; // and to its sums

/** Bytes from key to key, or from value to value, where the pitch is in floats of a format. */
// @ts-ignore: decorator
@inline
function pitchBytes(pitch: usize, format: u8): usize {
  return format ? pitch << 1 : pitch << 2;
}

/**
 * s = q·k[j] for every row and n keys, a few of them at a time. Keys of 16 bits are left in pass.wide as float32s.
 *
 * @param k  the first key
 * @returns  whether some product is not finite
 */
function scoreRows(pass: Pass, rows: usize, rowPitch: usize, k: usize, n: usize): bool {
  const q = pass.q, qPitch = qBytes(pass.headDim), headDim = pass.headDim, format = pass.kFormat;
  const from = pitchBytes(pass.kPitch, format), pitch = format ? headDim << 2 : from;
  const together = rows > 1 ? NEAR : KEYS;
  let s = pass.scratch, at = format ? pass.wide : k, odd = f32x4.splat(0);
  for (let j: usize = 0; j < n; j += together, k += together * from, at += together * pitch, s += together << 2) {
    const near = min(together, n - j);
    if (format) widenRows(at, k, from, near, headDim, format);
    let r: usize = 0;
    for (; r + 1 < rows; r += 2) odd = dots2(s + r * rowPitch, rowPitch, q + r * qPitch, qPitch, at, pitch, near, headDim, odd);
    if (r < rows) odd = dots1(s + r * rowPitch, q + r * qPitch, at, pitch, near, headDim, odd);
  }
  return v128.any_true(f32x4.ne(odd, odd));
}

/** The same for a single row and keys of 16 bits as they are. @returns whether it worked out: every product is finite */
function scoreHalves(pass: Pass, rows: usize, k: usize, n: usize): bool {
  const headDim = pass.headDim, format = pass.kFormat;
  if (!format || rows > 1 || headDim & 7 || queryAt(pass.query, 0).exponent) return false;
  return dotsOfHalves(pass.scratch, pass.q, pass.wide, k, pitchBytes(pass.kPitch, format), n, headDim, format);
}

/** A row's scores, from its products with keys j0 … j0 + n, and its weights. @param k  key j0, a float32 */
function weighRow(pass: Pass, r: usize, s: usize, k: usize, pitch: usize, j0: usize, n: usize, overflows: bool): void {
  const query = queryAt(pass.query, r);
  const e = <i32>query.exponent;
  const q = pass.q + r * qBytes(pass.headDim), width = padded(n, 4), oPitch = oBytes(pass.valueDim);
  scoreRow(pass, r, s, j0, n, width, overflows || e != 0, e, q, k, pitch, 1);
  weigh(s + WEIGHTS, s, width, query, pass.o + r * oPitch, oPitch >> 2);
}

/** Scores and weights of every row and keys j0 … j0 + n. */
function weighKeys(pass: Pass, rows: usize, rowPitch: usize, j0: usize, n: usize): void {
  const format = pass.kFormat, pitch = pitchBytes(pass.kPitch, format);
  const k = pass.k + j0 * pitch;
  const overflows = !scoreHalves(pass, rows, k, n) && scoreRows(pass, rows, rowPitch, k, n);
  const at = format ? pass.wide : k, atPitch = format ? pass.headDim << 2 : pitch;
  for (let r: usize = 0; r < rows; r++) weighRow(pass, r, pass.scratch + r * rowPitch, at, atPitch, j0, n, overflows);
}

/** As scoreHalves, for the sums. */
function addHalves(pass: Pass, rows: usize, v: usize, n: usize): bool {
  const scratch = pass.scratch, valueDim = pass.valueDim, format = pass.vFormat;
  if (!format || rows > 1 || valueDim & 15) return false;
  const pitch = pitchBytes(pass.vPitch, format);
  return sumsOfHalves(scratch + SUMS, scratch + WEIGHTS, v, pitch, n, valueDim, format) && allFinite(scratch + SUMS, valueDim);
}

/** o += Σ p·v for every row, over values j0 … j0 + n */
function addValues(pass: Pass, rows: usize, rowPitch: usize, j0: usize, n: usize): void {
  const scratch = pass.scratch, valueDim = pass.valueDim, format = pass.vFormat;
  const oPitch = oBytes(valueDim), toError = errorBytes(valueDim);
  let pitch = pitchBytes(pass.vPitch, format), v = pass.v + j0 * pitch;
  const added = addHalves(pass, rows, v, n);
  if (!added) {
    if (format) {
      widenRows(pass.wide, v, pitch, n, valueDim, format);
      v = pass.wide;
      pitch = valueDim << 2;
    }
    sums(scratch + SUMS, scratch + WEIGHTS, rowPitch, rows, v, pitch, n, valueDim);
  }
  let o = pass.o, s = scratch;
  for (let r: usize = 0; r < rows; r++, s += rowPitch, o += oPitch) {
    if (!added && !allFinite(s + SUMS, valueDim)) sumsCarefully(s + SUMS, s, s + WEIGHTS, v, pitch, n, valueDim);
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
    weighKeys(pass, rows, rowPitch, j0, n);
    addValues(pass, rows, rowPitch, j0, n);
  }
}

/**
 * Few queries, or one (decode), against keys and values where they lie: read once, for all heads that share them.
 *
 *   512 keys on end, then their values: memory and caches fetch long streams ahead. From memory this takes 0.65 to 0.75 of the time that
 *   turns of 64 take, in caches 0.91 to 0.98 of it (Zen 4)
 *     dots of the rows with four keys at a time -> scores
 *     64 at a time: scores -> weights, weighted sums of the values
 *
 * scratch  for each row f32[512] scores, then of 64 keys f32[64] weights and f32[valueDim] sums, padded to a multiple of 16
 * else     as in pass.ts
 *
 * Rows go in pairs, which halves the loads of keys and values; a single row has its own loops. Sums that come out not finite
 * are taken again without the masked keys: 0 · NaN is NaN. Scores that overflow are taken again (overflow.ts).
 *
 * Keys and values of 16 bits meet a single row as they are (halves.ts). Where there are more rows, or that did not work out, 64 of them
 * are widened first, a few at a time.
 */
import { ROW_KEYS, ROW_STREAK } from "../layout";
import { dots1, dots2, NEIGHBOURS } from "./dots";
import { dotsOfHalves, sumsOfHalves, widenRows } from "./halves";
import { Pass } from "./pass";
import { errorBytes, oBytes, padded, qBytes, queryAt } from "./query";
import { clearScores, scoreRow, within } from "./scores";
import { allFinite, sums, sumsCarefully } from "./sums";
import { addTo } from "./tile";
import { weigh } from "./weigh";

const KEYS: usize = ROW_KEYS;
const STREAK: usize = ROW_STREAK;
const NEAR: usize = 16; // keys that are widened, or met by all rows, at a time
const WEIGHTS: usize = STREAK << 2; // bytes from a row's scores to its weights
const SUMS: usize = WEIGHTS + (KEYS << 2); // and to its sums

/** Bytes from key to key, or from value to value, where the pitch is in floats of a format. */
// @ts-ignore: decorator
@inline
function pitchBytes(pitch: usize, format: u8): usize {
  return format ? pitch << 1 : pitch << 2;
}

/**
 * s = q·k[j] for every row and n keys, a few of them at a time. Keys of 16 bits are left in pass.wide as float32s.
 *
 * @param s  of the first row
 * @param k  the first key
 * @returns  whether some product is not finite
 */
function multiplyRows(pass: Pass, rows: usize, rowPitch: usize, s: usize, k: usize, n: usize): bool {
  const q = pass.q, qPitch = qBytes(pass.headDim), headDim = pass.headDim, format = pass.kFormat;
  const from = pitchBytes(pass.kPitch, format), pitch = format ? headDim << 2 : from;
  // small keys stay in L1 while all rows meet them; large ones are read in long streams (dots.ts), and for further rows from L2
  const together = rows > 1 && (format || pitch <= NEIGHBOURS) ? NEAR : n;
  let at = format ? pass.wide : k, odd = f32x4.splat(0);
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
function multiplyHalves(pass: Pass, rows: usize, s: usize, k: usize, n: usize): bool {
  const headDim = pass.headDim, format = pass.kFormat;
  if (!format || rows > 1 || headDim & 7 || queryAt(pass.query, 0).exponent) return false;
  return dotsOfHalves(s, pass.q, pass.wide, k, pitchBytes(pass.kPitch, format), n, headDim, format);
}

/** The scores of every row and keys j0 … j0 + n; no more than 64 keys of 16 bits. @param s  of the first row */
function scoreKeys(pass: Pass, rows: usize, rowPitch: usize, s: usize, j0: usize, n: usize): void {
  const format = pass.kFormat, from = pitchBytes(pass.kPitch, format);
  const k = pass.k + j0 * from;
  const overflows = !multiplyHalves(pass, rows, s, k, n) && multiplyRows(pass, rows, rowPitch, s, k, n);
  const at = format ? pass.wide : k, pitch = format ? pass.headDim << 2 : from;
  let q = pass.q;
  for (let r: usize = 0; r < rows; r++, s += rowPitch, q += qBytes(pass.headDim)) {
    const e = <i32>queryAt(pass.query, r).exponent;
    scoreRow(pass, r, s, j0, n, padded(n, 4), overflows || e != 0, e, q, at, pitch, 1);
  }
}

/** The weights of every row and n keys, up to 64. @param s  the scores of the first row */
function weighKeys(pass: Pass, rows: usize, rowPitch: usize, s: usize, n: usize): void {
  const oPitch = oBytes(pass.valueDim);
  let o = pass.o, p = pass.scratch + WEIGHTS;
  for (let r: usize = 0; r < rows; r++, o += oPitch, s += rowPitch, p += rowPitch) {
    weigh(p, s, padded(n, 4), queryAt(pass.query, r), o, oPitch >> 2);
  }
}

/** As scoreHalves, for the sums. */
function addHalves(pass: Pass, rows: usize, v: usize, n: usize): bool {
  const scratch = pass.scratch, valueDim = pass.valueDim, format = pass.vFormat;
  if (!format || rows > 1 || valueDim & 15) return false;
  const pitch = pitchBytes(pass.vPitch, format);
  return sumsOfHalves(scratch + SUMS, scratch + WEIGHTS, v, pitch, n, valueDim, format) && allFinite(scratch + SUMS, valueDim);
}

/** o += Σ p·v for every row and values j0 … j0 + n, up to 64. @param s  the scores of the first row */
function addValues(pass: Pass, rows: usize, rowPitch: usize, s: usize, j0: usize, n: usize): void {
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
  let o = pass.o, t = scratch + SUMS;
  for (let r: usize = 0; r < rows; r++, s += rowPitch, t += rowPitch, o += oPitch) {
    if (!added && !allFinite(t, valueDim)) sumsCarefully(t, s, t + WEIGHTS - SUMS, v, pitch, n, valueDim);
    for (let d: usize = 0; d < valueDim << 2; d += 16) addTo(o + d, v128.load(t + d), toError);
  }
}

export function attentionRows(pass: Pass): void {
  const rows = pass.heads * pass.queries;
  const rowPitch = SUMS + errorBytes(pass.valueDim);
  if (pass.w) {
    for (let r: usize = 0; r < rows; r++) clearScores(pass, r);
  }
  const end = within(pass.to + <i32>pass.queries - 1, pass.keys), together = pass.kFormat ? KEYS : STREAK;
  for (let j0 = within(pass.from, pass.keys); j0 < end; j0 += STREAK) {
    const n = min(STREAK, end - j0);
    for (let j: usize = 0; j < n; j += together) {
      scoreKeys(pass, rows, rowPitch, pass.scratch + (j << 2), j0 + j, min(together, n - j));
    }
    for (let j: usize = 0; j < n; j += KEYS) {
      const s = pass.scratch + (j << 2), count = min(KEYS, n - j);
      weighKeys(pass, rows, rowPitch, s, count);
      addValues(pass, rows, rowPitch, s, j0 + j, count);
    }
  }
}

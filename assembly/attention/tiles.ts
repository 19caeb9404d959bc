/**
 * Many queries against a chunk of packed keys, in register tiles: 24 rows against 256 keys at a time.
 *
 *   S[24, 256] = q·Kᵀ                  tiles over panels of keys
 *   S          -> scores -> weights    row by row, while S lies in L1
 *   o[24, :]  += S·V                   tiles over panels of columns
 *
 * k, v, odd    as attentionPack left them
 * scratch      S, and behind it room for one row of scores (addCarefully)
 * else         as in pass.ts
 *
 * Keys that from and to rule out for all of these rows are not computed. A key with values that are not finite is added row by row, so that
 * it reaches only the queries it is not masked for. Scores that overflow are taken again (overflow.ts).
 *
 * S of 12×256 takes as long, 24×192 1 to 5 % longer (Zen 4, 64 floats, 197 to 2048 keys).
 */
import { fma } from "../lanes";
import { TILED_KEYS, TILED_ROWS } from "../layout";
import { ODD_KEY, ODD_VALUE } from "./pack";
import { Pass } from "./pass";
import { errorBytes, oBytes, padded, qBytes, queryAt } from "./query";
import { clearScores, scoreRow, within } from "./scores";
import { ADD, addTo, MR, NR, tile } from "./tile";
import { weigh } from "./weigh";

const ROWS: usize = TILED_ROWS;
const KEYS: usize = TILED_KEYS;
const PITCH: usize = KEYS << 2;
/**
 * Keys whose values are added to each other in float32 before their sum goes to o: equal ones err to the same side, and 192 of them
 * were off by 1.4 times the bound.
 */
const SUMMED: usize = 96;
/** As SUMMED, floats of a query and a key: with 256 of them the score was off by 1.7 times the bound of lse. */
const DIMS: usize = 128;

/** The flags of pack.ts that any of n keys has. */
function oddities(odd: usize, n: usize): u8 {
  let any: u8 = 0;
  for (let j: usize = 0; j < n; j++) any |= load<u8>(odd + j);
  return any;
}

/** o += Σ p·v over the keys whose score is not -Infinity, added in the order of the tiles: the same bits */
function addCarefully(o: usize, p: usize, s: usize, v: usize, n: usize, panel: usize, columns: usize, toError: usize): void {
  for (let i: usize = 0; i < columns; i += NR, v += panel) {
    for (let d: usize = 0; d < NR << 2; d += 16) {
      let at = v + d;
      for (let j: usize = 0; j < n; ) {
        let c = f32x4.splat(0);
        for (const end = min(n, j + SUMMED); j < end; j++, at += NR << 2) {
          if (load<f32>(s + (j << 2)) != -Infinity) c = fma(v128.load32_splat(p + (j << 2)), v128.load(at), c);
        }
        addTo(o + (i << 2) + d, c, toError);
      }
    }
  }
}

/** S = q·Kᵀ for `rows` rows from r0 on and `width` keys from j0 on, whole tiles */
function scoreTiles(pass: Pass, r0: usize, rows: usize, j0: usize, width: usize): void {
  const scratch = pass.scratch, headDim = pass.headDim, qPitch = qBytes(headDim), keyPanel = (headDim * NR) << 2;
  const q = pass.q + r0 * qPitch;
  let k = pass.k + j0 / NR * keyPanel;
  for (let j: usize = 0; j < width << 2; j += NR << 2, k += keyPanel) {
    for (let d: usize = 0; d < headDim; d += DIMS) {
      const a = q + (d << 2), b = k + ((d * NR) << 2), count = min(DIMS, headDim - d), add: usize = d ? ADD : 0;
      for (let i: usize = 0; i < rows; i += MR) tile(scratch + i * PITCH + j, PITCH, a + i * qPitch, qPitch, b, count, add);
    }
  }
}

/** o += S·V for `rows` rows from r0 on and n keys, whole tiles. @param v  the line of the first key in the first panel */
function addTiles(pass: Pass, r0: usize, rows: usize, v: usize, n: usize, valuePanel: usize): void {
  const scratch = pass.scratch, oPitch = oBytes(pass.valueDim), toError = errorBytes(pass.valueDim);
  const o = pass.o + r0 * oPitch, columns = padded(pass.valueDim, NR) << 2;
  for (let d: usize = 0; d < columns; d += NR << 2, v += valuePanel) {
    for (let j: usize = 0; j < n; j += SUMMED) {
      const s = scratch + (j << 2), b = v + ((j * NR) << 2), count = min(SUMMED, n - j);
      for (let i: usize = 0; i < rows; i += MR) tile(o + i * oPitch + d, oPitch, s + i * PITCH, PITCH, b, count, toError);
    }
  }
}

/** `rows` rows from r0 on; the keys that any of them sees lie between `first` and `end`. @param scores  room for a row of scores */
function attendRows(pass: Pass, r0: usize, rows: usize, first: usize, end: usize, scores: usize): void {
  const headDim = pass.headDim, valueDim = pass.valueDim;
  const qPitch = qBytes(headDim), oPitch = oBytes(valueDim), toError = errorBytes(valueDim);
  const keyPanel = (headDim * NR) << 2, valuePanel = (pass.packed * NR) << 2;
  const tiled = padded(rows, MR);
  for (let j0 = first / NR * NR; j0 < end; j0 += KEYS) {
    const n = min(KEYS, end - j0);
    const width = padded(n, NR);
    scoreTiles(pass, r0, tiled, j0, width);
    const any = oddities(pass.odd + j0, n);
    const careful = (any & ODD_VALUE) != 0;
    const k = pass.k + j0 / NR * keyPanel, v = pass.v + ((j0 * NR) << 2);
    let s = pass.scratch;
    for (let r = r0; r < r0 + rows; r++, s += PITCH) {
      const query = queryAt(pass.query, r), o = pass.o + r * oPitch;
      const again = ((any & ODD_KEY) | <u8>query.large) != 0;
      scoreRow(pass, r, s, j0, n, width, again, <i32>query.exponent, pass.q + r * qPitch, k, keyPanel, NR);
      if (careful) memory.copy(scores, s, width << 2);
      weigh(s, s, width, query, o, oPitch >> 2);
      if (careful) addCarefully(o, s, scores, v, n, valuePanel, padded(valueDim, NR), toError);
    }
    if (!careful) addTiles(pass, r0, tiled, v, n, valuePanel);
  }
}

export function attentionTiles(pass: Pass): void {
  const queries = pass.queries, keys = pass.keys;
  const rows = pass.heads * queries;
  const scores = pass.scratch + padded(min(rows, ROWS), MR) * PITCH;
  for (let r0: usize = 0; r0 < rows; r0 += ROWS) {
    const count = min(ROWS, rows - r0), last = r0 + count - 1;
    const oneHead = r0 / queries == last / queries;
    const nearest = <i32>(oneHead ? r0 % queries : 0);
    const furthest = <i32>(oneHead ? last % queries : queries - 1);
    if (pass.w) {
      for (let r = r0; r <= last; r++) clearScores(pass, r);
    }
    attendRows(pass, r0, count, within(pass.from + nearest, keys), within(pass.to + furthest, keys), scores);
  }
}

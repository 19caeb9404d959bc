/**
 * Many queries against a chunk of packed keys: blocks of 24 queries, blocks of 192 keys, register tiles.
 *
 *   S[24, 192] = q·Kᵀ                  tiles over panels of keys
 *   S          -> scores -> weights    row by row, while the block lies in the first cache
 *   o[24, :]  += S·V                   tiles over panels of columns
 *
 * q, o, query            as attentionStart left them; rows = heads · queries
 * k, v, odd              as attentionPack left them
 * bias, mask, w          0 for none; f32, u8, f32 at key 0 of the chunk; pitches in elements, 0 where broadcast
 * w                      receives the scores, -Infinity where nothing was computed
 * alibi                  f32[heads] or 0
 * position               of query 0, counted from key 0 of the chunk; alibi alone asks for it
 * from, to               query 0 sees the keys from … to - 1 of the chunk, each further query one further
 * scratch                S, and a row of scores for the careful way
 *
 * Blocks that from and to rule out are not computed. A key with values that are not finite is added row by row, so that
 * it reaches only the queries it is not masked for. Scores that overflow are taken again (overflow.ts).
 *
 * Blocks of 24×192 and 48×192 are alike; 24×96, 48×96 and 96×96 take 2 % longer, 48×48 6 % (64 floats, 512 keys).
 */
import { fma } from "../lanes";
import { rowFill } from "../row";
import { scoresAgain } from "./overflow";
import { ODD_KEY, ODD_VALUE } from "./pack";
import { rowScores } from "./scores";
import { padded } from "./state";
import { addTo, COLUMNS_MULTIPLE, MR, NR, tile } from "./tile";
import { QUERY_BYTES, QUERY_EXPONENT, QUERY_LARGE, weigh } from "./weigh";

const ROWS: usize = 24;
const KEYS: usize = 192;
const PITCH: usize = KEYS << 2;

/** Where sight begins or ends among `keys`. */
// @ts-ignore: decorator
@inline
export function within(j: i32, keys: usize): usize {
  return <usize>min<i32>(max<i32>(j, 0), <i32>keys);
}

/** What is odd about n keys. */
function oddities(odd: usize, n: usize): u8 {
  let any: u8 = 0;
  for (let j: usize = 0; j < n; j++) any |= load<u8>(odd + j);
  return any;
}

/** o += Σ p·v over the keys whose score is not -Infinity, added in the order of the tiles: the same bits */
function addCarefully(o: usize, p: usize, s: usize, v: usize, n: usize, panel: usize, columns: usize, error: usize): void {
  for (let i: usize = 0; i < columns; i += NR, v += panel) {
    for (let d: usize = 0; d < NR << 2; d += 16) {
      let c = f32x4.splat(0);
      for (let j: usize = 0, at = v + d; j < n; j++, at += NR << 2) {
        if (load<f32>(s + (j << 2)) != -Infinity) c = fma(v128.load32_splat(p + (j << 2)), v128.load(at), c);
      }
      addTo(o + (i << 2) + d, c, error);
    }
  }
}

export function attentionTiles(
  o: usize, query: usize, w: usize, q: usize, k: usize, v: usize, odd: usize,
  bias: usize, mask: usize, alibi: usize, scratch: usize,
  heads: usize, queries: usize, keys: usize, packed: usize, headDim: usize, valueDim: usize,
  biasHead: usize, biasRow: usize, maskHead: usize, maskRow: usize, wHead: usize, wRow: usize,
  position: f32, from: i32, to: i32, softcap: f32,
): void {
  const rows = heads * queries;
  const qPitch = padded(headDim, 4) << 2;
  const error = padded(valueDim, COLUMNS_MULTIPLE) << 2;
  const oPitch = 2 * error;
  const columns = padded(valueDim, NR);
  const keyPanel = (headDim * NR) << 2;
  const valuePanel = (packed * NR) << 2;
  const kept = scratch + padded(min(rows, ROWS), MR) * PITCH;

  for (let r0: usize = 0; r0 < rows; r0 += ROWS) {
    const block = min(ROWS, rows - r0);
    const oneHead = r0 / queries == (r0 + block - 1) / queries;
    const nearest = <i32>(oneHead ? r0 % queries : 0);
    const furthest = <i32>(oneHead ? (r0 + block - 1) % queries : queries - 1);
    const first = within(from + nearest, keys);
    const end = within(to + furthest, keys);
    const tiled = padded(block, MR);
    if (w) {
      for (let r = r0; r < r0 + block; r++) rowFill(w + ((r / queries * wHead + r % queries * wRow) << 2), keys, -Infinity);
    }
    for (let j0 = first / NR * NR; j0 < end; j0 += KEYS) {
      const n = min(KEYS, end - j0);
      const width = padded(n, NR);
      for (let j: usize = 0; j < width; j += NR) {
        const b = k + (j0 + j) / NR * keyPanel;
        for (let i: usize = 0; i < tiled; i += MR) {
          tile(scratch + i * PITCH + (j << 2), PITCH, q + (r0 + i) * qPitch, qPitch, b, headDim, 0);
        }
      }
      const any = oddities(odd + j0, n);
      const careful = (any & ODD_VALUE) != 0;
      for (let i: usize = 0; i < block; i++) {
        const r = r0 + i, g = r / queries, row = r % queries;
        const s = scratch + i * PITCH;
        const moved = <i32>row - <i32>j0;
        const first = within(from + moved, n), last = within(to + moved, n);
        const biasAt = bias ? bias + ((g * biasHead + row * biasRow + j0) << 2) : 0;
        const maskAt = mask ? mask + g * maskHead + row * maskRow + j0 : 0;
        const at = query + r * QUERY_BYTES;
        if ((any & ODD_KEY) | load<u8>(at, QUERY_LARGE)) {
          const e = <i32>load<i16>(at, QUERY_EXPONENT);
          scoresAgain(s, q + r * qPitch, k + j0 / NR * keyPanel, keyPanel, NR, headDim, e, biasAt, maskAt, first, last);
        }
        rowScores(
          s, biasAt, maskAt, width, first, last, position + <f32>moved, softcap, alibi ? load<f32>(alibi + (g << 2)) : 0,
        );
        if (w) memory.copy(w + ((g * wHead + row * wRow + j0) << 2), s, n << 2);
        if (careful) memory.copy(kept, s, width << 2);
        weigh(s, s, width, at, o + r * oPitch, oPitch >> 2);
        if (careful) addCarefully(o + r * oPitch, s, kept, v + ((j0 * NR) << 2), n, valuePanel, columns, error);
      }
      if (careful) continue;
      for (let d: usize = 0; d < columns; d += NR) {
        const b = v + d / NR * valuePanel + ((j0 * NR) << 2);
        for (let i: usize = 0; i < tiled; i += MR) {
          tile(o + (r0 + i) * oPitch + (d << 2), oPitch, scratch + i * PITCH, PITCH, b, n, error);
        }
      }
    }
  }
}

/** assembly/vocabulary/tokens.ts in JavaScript: how the passes over a vocabulary get at the logits. */
import { VOCABULARY_STRIP } from "../../../assembly/layout";
import type { Memory } from "../state";
import type { Marks, Tile } from "./marks";

/** Blocks whose maximum is below it have no logit that is finite or larger: -FLT_MAX. */
export const LOWEST = -3.4028234663852886e38;

/** Whether token i of a tile is allowed. @param mask  index of its mask among the u32s; 0 for none */
export const allows = (u32: Uint32Array, mask: number, i: number): boolean =>
  mask === 0 || ((u32[mask + (i >>> 5)] >>> (i & 31)) & 1) === 1;

/** Calls `work` for every allowed token of a tile whose block does not lie below `lo`, until it returns true. */
export function eachToken(
  { f32, u32 }: Memory,
  marks: Marks,
  { x, mask, from, n, shift }: Tile,
  lo: number,
  work: (value: number, i: number) => boolean,
): boolean {
  const [logits, bits, maxima] = [x >>> 2, mask >>> 2, marks.maxima];
  for (let i = 0; i < n; i += VOCABULARY_STRIP) {
    if (shift !== 0 && f32[maxima + ((from + i) >>> shift)] < lo) continue;
    const end = Math.min(n, i + VOCABULARY_STRIP);
    for (let j = i; j < end; j++) {
      if (allows(u32, bits, j) && work(f32[logits + j], j)) return true;
    }
  }
  return false;
}

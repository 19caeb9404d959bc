/** assembly/vocabulary/tokens.ts in JavaScript: how the passes over a vocabulary get at the logits. */
import { VOCABULARY_STRIP } from "../../../assembly/layout";
import type { Memory } from "../state";
import type { Marks, Tile } from "./marks";

/** Blocks whose maximum is below it have no logit that is finite or larger: -FLT_MAX. */
export const LOWEST = -3.4028234663852886e38;

/** Whether the tile's token i is allowed. */
export const allows = ({ u32 }: Memory, { mask }: Tile, i: number): boolean =>
  mask === 0 || ((u32[(mask >>> 2) + (i >>> 5)] >>> (i & 31)) & 1) === 1;

/** Calls `work` for every allowed token of a tile whose block does not lie below `lo`, until it returns true. */
export function eachToken(
  memory: Memory,
  marks: Marks,
  tile: Tile,
  lo: number,
  work: (value: number, i: number) => boolean,
): boolean {
  const { f32 } = memory;
  const { from, n, shift } = tile;
  const [x, maxima] = [tile.x >>> 2, marks.maxima];
  for (let i = 0; i < n; i += VOCABULARY_STRIP) {
    if (shift !== 0 && f32[maxima + ((from + i) >>> shift)] < lo) continue;
    const end = Math.min(n, i + VOCABULARY_STRIP);
    for (let j = i; j < end; j++) {
      if (allows(memory, tile, j) && work(f32[x + j], j)) return true;
    }
  }
  return false;
}

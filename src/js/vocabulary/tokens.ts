/** assembly/vocabulary/tokens.ts in JavaScript: how the passes over a vocabulary get at the logits. */
import { VOCABULARY_STRIP } from "../../../assembly/layout";
import type { Tile } from "./marks";

/** Whether token i of a tile is allowed. @param mask  index of its mask among the u32s; 0 for none */
export const allows = (u32: Uint32Array, mask: number, i: number): boolean =>
  mask === 0 || ((u32[mask + (i >>> 5)] >>> (i & 31)) & 1) === 1;

/**
 * Where the next strip of a tile begins whose block does not lie below `lo`: i or later; past the tile, if none does. The passes
 * loop over strips and tokens themselves: given a function for each token, V8 inlines it or not, as the program before it was.
 *
 * @param maxima  index of the first block's maximum among the float32s
 */
export function stripFrom(f32: Float32Array, maxima: number, { from, n, shift }: Tile, lo: number, i: number): number {
  if (shift === 0) return i; // a list, without blocks
  while (i < n && f32[maxima + ((from + i) >>> shift)] < lo) i += VOCABULARY_STRIP;
  return i;
}

export const stripEnd = (n: number, i: number): number => Math.min(n, i + VOCABULARY_STRIP);

import { VOCABULARY_STRIP } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { keyOf } from "../../order";
import type { Memory } from "../state";
import { Marks, tileAt } from "./marks";
import { allows, stripEnd, stripFrom } from "./tokens";

/** assembly/vocabulary/gather.ts in JavaScript: lists the logits between two bounds. */
export function gatherKernel(memory: Memory): VocabularyKernels["vocabularyGather"] {
  const marks = new Marks(memory);
  const { f32, u32 } = memory;
  return (state, address, list, capacity, pairs, lo, hi, ties) => {
    const { maxima } = marks.at(state);
    const tile = tileAt(memory, address);
    const { from, n } = tile;
    const [logits, bits, at] = [tile.x >>> 2, tile.mask >>> 2, list >>> 2];
    let count = from === 0 ? 0 : marks.count;
    let above = from === 0 ? 0 : marks.above;
    let left = from === 0 ? ties : marks.ties;
    for (
      let i = stripFrom(f32, maxima, tile, lo, 0);
      i < n;
      i = stripFrom(f32, maxima, tile, lo, i + VOCABULARY_STRIP)
    ) {
      for (let j = i, end = stripEnd(n, i); j < end; j++) {
        const value = f32[logits + j];
        if (!(value >= lo && allows(u32, bits, j))) continue;
        if (value > hi) {
          above++;
          continue;
        }
        if (value === lo) {
          if (left === 0) continue;
          left--;
        }
        if (count < capacity) {
          if (pairs === 0) {
            f32[at + count] = value;
          } else {
            u32[at + 2 * count] = from + j;
            u32[at + 2 * count + 1] = keyOf(value);
          }
        }
        count++;
      }
    }
    marks.count = count;
    marks.above = above;
    marks.ties = left;
  };
}

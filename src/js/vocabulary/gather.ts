import type { VocabularyKernels } from "../../kernels/vocabulary";
import { keyOf } from "../../order";
import type { Memory } from "../state";
import { Marks, tileAt } from "./marks";
import { eachToken } from "./tokens";

/** assembly/vocabulary/gather.ts in JavaScript: lists the logits between two bounds. */
export function gatherKernel(memory: Memory): VocabularyKernels["vocabularyGather"] {
  const marks = new Marks(memory);
  const { f32, u32 } = memory;
  return (state, address, list, capacity, pairs, lo, hi, ties) => {
    marks.at(state);
    const tile = tileAt(memory, address);
    const { from } = tile;
    const at = list >>> 2;
    let count = from === 0 ? 0 : marks.count;
    let above = from === 0 ? 0 : marks.above;
    let left = from === 0 ? ties : marks.ties;
    eachToken(memory, marks, tile, lo, (value, i) => {
      if (!(value >= lo)) return false;
      if (value > hi) {
        above++;
        return false;
      }
      if (value === lo) {
        if (left === 0) return false;
        left--;
      }
      if (count < capacity) {
        if (pairs === 0) {
          f32[at + count] = value;
        } else {
          u32[at + 2 * count] = from + i;
          u32[at + 2 * count + 1] = keyOf(value);
        }
      }
      count++;
      return false;
    });
    marks.count = count;
    marks.above = above;
    marks.ties = left;
  };
}

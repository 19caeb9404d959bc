/** assembly/vocabulary/draw.ts in JavaScript: the token at which a running sum of weights passes a target. */
import { ALL_TIES, VOCABULARY_BLOCKS, VOCABULARY_STRIP } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { exp } from "../exp";
import type { Memory } from "../state";
import { Marks, tileAt, weightsAt } from "./marks";
import { allows, stripEnd } from "./tokens";

/** Index of the mass at the start of a block among the float64s, and of the ties left there among the u32s. */
export const massAt = ({ bins }: Marks, block: number): number => bins + block;
const tiesAt = ({ bins }: Marks, block: number): number => 2 * (bins + VOCABULARY_BLOCKS) + block;

export function drawKernel(memory: Memory): VocabularyKernels["vocabularyDraw"] {
  const marks = new Marks(memory);
  const { f32, f64, u32 } = memory;
  return (state, address, weights, t, ties, target) => {
    const { maxima } = marks.at(state);
    const { m, temperature } = weightsAt(memory, weights);
    const { x, mask, from, n, shift } = tileAt(memory, address);
    const [logits, bits] = [x >>> 2, mask >>> 2];
    let mass = from === 0 ? 0 : marks.mass;
    let left = from === 0 ? ties : marks.ties;
    let token = -1;
    for (let i = 0; i < n && token < 0; i += VOCABULARY_STRIP) {
      const block = (from + i) >>> shift;
      if (block << shift === from + i) {
        f64[massAt(marks, block)] = mass;
        u32[tiesAt(marks, block)] = left;
      }
      if (f32[maxima + block] < t) continue;
      for (let j = i, end = stripEnd(n, i); j < end && token < 0; j++) {
        const value = f32[logits + j];
        if (!(value >= t && allows(u32, bits, j))) continue;
        if (value === t && left !== ALL_TIES) {
          if (left === 0) continue;
          left--;
        }
        const w = Math.fround(exp((value - m) / temperature)); // as a float32: what underflows weighs 0
        mass += w;
        if (!(w > 0 && mass > target)) continue;
        marks.weight = w;
        token = from + j;
      }
    }
    marks.mass = mass;
    marks.ties = left;
    return token;
  };
}

export function seekKernel(memory: Memory): VocabularyKernels["vocabularySeek"] {
  const marks = new Marks(memory);
  const { f64, u32 } = memory;
  return (state, blocks, target) => {
    marks.at(state);
    let block = blocks - 1;
    while (block > 0 && f64[massAt(marks, block)] > target) block--;
    marks.mass = f64[massAt(marks, block)];
    marks.ties = u32[tiesAt(marks, block)];
    return block;
  };
}

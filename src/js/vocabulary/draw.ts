/** assembly/vocabulary/draw.ts in JavaScript: the token at which a running sum of weights passes a target. */
import { ALL_TIES, VOCABULARY_BLOCKS } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { exp } from "../exp";
import type { Memory } from "../state";
import { Marks, type Tile, tileAt, weightsAt } from "./marks";
import { eachToken } from "./tokens";

/** Index of the mass at the start of a block among the float64s, and of the ties left there among the u32s. */
const massAt = ({ bins }: Marks, block: number): number => bins + block;
const tiesAt = ({ bins }: Marks, block: number): number => 2 * (bins + VOCABULARY_BLOCKS) + block;

/** The part of a tile from token `from` on, n tokens. */
const part = ({ x, mask, from: first, shift }: Tile, from: number, n: number): Tile => ({
  x: x + 4 * (from - first),
  mask: mask === 0 ? 0 : mask + ((from - first) >>> 3),
  from,
  n,
  shift,
});

export function drawKernel(memory: Memory): VocabularyKernels["vocabularyDraw"] {
  const marks = new Marks(memory);
  const { f64, u32 } = memory;
  return (state, address, weights, t, ties, target) => {
    marks.at(state);
    const tile = tileAt(memory, address);
    const { m, temperature } = weightsAt(memory, weights);
    const { from, n, shift } = tile;
    let mass = from === 0 ? 0 : marks.mass;
    let left = from === 0 ? ties : marks.ties;
    let token = -1;
    let first = from;
    const take = (value: number, i: number): boolean => {
      if (!(value >= t)) return false;
      if (value === t && left !== ALL_TIES) {
        if (left === 0) return false;
        left--;
      }
      const w = Math.fround(exp((value - m) / temperature)); // as a float32: what underflows weighs 0
      mass += w;
      if (!(w > 0 && mass > target)) return false;
      marks.weight = w;
      token = first + i;
      return true;
    };
    while (first < from + n && token < 0) {
      const block = first >>> shift;
      const end = Math.min(from + n, (block + 1) * 2 ** shift);
      if (first === block * 2 ** shift) {
        f64[massAt(marks, block)] = mass;
        u32[tiesAt(marks, block)] = left;
      }
      eachToken(memory, marks, part(tile, first, end - first), t, take);
      first = end;
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

/** assembly/vocabulary/histogram.ts in JavaScript; of the two sums of a bin only the first is used. */
import { VOCABULARY_BINS, VOCABULARY_STRIP } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { keyOf, logitOf } from "../../order";
import type { Memory } from "../state";
import { Marks, tileAt, weigh, weightsAt } from "./marks";
import { allows, stripEnd, stripFrom } from "./tokens";

export function histogramKernel(memory: Memory): VocabularyKernels["vocabularyHistogram"] {
  const marks = new Marks(memory);
  const { f32, f64, u32 } = memory;
  return (state, address, weights, first, last, bits) => {
    const { bins, maxima } = marks.at(state);
    const tile = tileAt(memory, address);
    const { m, temperature } = weightsAt(memory, weights);
    const [logits, mask] = [tile.x >>> 2, tile.mask >>> 2];
    if (tile.from === 0) f64.fill(0, bins, bins + 2 * VOCABULARY_BINS);
    const [lo, hi] = [logitOf(last), logitOf(first)];
    for (
      let i = stripFrom(f32, maxima, tile, lo, 0);
      i < tile.n;
      i = stripFrom(f32, maxima, tile, lo, i + VOCABULARY_STRIP)
    ) {
      for (let j = i, end = stripEnd(tile.n, i); j < end; j++) {
        const value = f32[logits + j];
        if (!(value >= lo && value <= hi && allows(u32, mask, j))) continue;
        f64[bins + 2 * ((keyOf(value) - first) >>> bits)] += weigh(value, m, temperature);
      }
    }
  };
}

export function totalKernel(memory: Memory): VocabularyKernels["vocabularyTotal"] {
  const marks = new Marks(memory);
  const { f64 } = memory;
  return (state) => {
    const { bins } = marks.at(state);
    let s = 0;
    for (let b = 0; b < 2 * VOCABULARY_BINS; b += 2) s += f64[bins + b];
    return s;
  };
}

export function binKernel(memory: Memory): VocabularyKernels["vocabularyBin"] {
  const marks = new Marks(memory);
  const { f64 } = memory;
  return (state, above, target) => {
    marks.at(state);
    const { bins } = marks;
    let bin = 0;
    let s = above;
    let own = 0;
    for (let b = 0; b < VOCABULARY_BINS && !(s >= target && b > 0); b++) {
      const w = f64[bins + 2 * b];
      if (w === 0) continue;
      bin = b;
      above = s;
      own = w;
      s += w;
    }
    marks.mass = above;
    marks.weight = own;
    return bin;
  };
}

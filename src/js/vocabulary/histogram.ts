/** assembly/vocabulary/histogram.ts in JavaScript; of the two sums of a bin only the first is used. */
import { VOCABULARY_BINS } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { keyOf, logitOf } from "../../order";
import type { Memory } from "../state";
import { Marks, tileAt, weighing } from "./marks";
import { eachToken } from "./tokens";

export function histogramKernel(memory: Memory): VocabularyKernels["vocabularyHistogram"] {
  const marks = new Marks(memory);
  const { f64 } = memory;
  return (state, address, weights, first, last, bits) => {
    marks.at(state);
    const tile = tileAt(memory, address);
    const weigh = weighing(memory, weights);
    const { bins } = marks;
    if (tile.from === 0) f64.fill(0, bins, bins + 2 * VOCABULARY_BINS);
    const [lo, hi] = [logitOf(last), logitOf(first)];
    eachToken(memory, marks, tile, lo, (value) => {
      if (value >= lo && value <= hi) f64[bins + 2 * ((keyOf(value) - first) >>> bits)] += weigh(value);
      return false;
    });
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

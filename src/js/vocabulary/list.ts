/** assembly/vocabulary/list.ts in JavaScript: what becomes of a list of tokens. */
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { logitOf, orderPairs } from "../../order";
import { exp } from "../exp";
import type { Memory } from "../state";
import { Marks, weigh, weightsAt } from "./marks";

export function orderKernel({ f32, u32 }: Memory): VocabularyKernels["vocabularyOrder"] {
  return (_, list, capacity, count) => {
    const from = list >>> 2;
    const pairs = orderPairs(u32, from, from + 2 * capacity, count);
    const to = pairs === from ? from + 2 * capacity : from;
    for (let j = 0; j < count; j++) {
      f32[to + j] = logitOf(u32[pairs + 2 * j + 1]);
      u32[to + capacity + j] = u32[pairs + 2 * j];
    }
    return 4 * to;
  };
}

export function sharesKernel(memory: Memory): VocabularyKernels["vocabularyShares"] {
  const { f32, u32 } = memory;
  return (weights, list, capacity, count) => {
    const { m, temperature } = weightsAt(memory, weights);
    const from = list >>> 2;
    const to = from + 2 * capacity;
    let s = 0;
    for (let j = 0; j < count; j++) {
      const w = exp((logitOf(u32[from + 2 * j + 1]) - m) / temperature);
      f32[to + j] = w;
      u32[to + capacity + j] = u32[from + 2 * j];
      s += w;
    }
    for (let j = to; j < to + count; j++) f32[j] = f32[j] / s;
    return 4 * to;
  };
}

export function cutKernel(memory: Memory): VocabularyKernels["vocabularyCut"] {
  const marks = new Marks(memory);
  const { f32 } = memory;
  return (state, weights, logits, count, above, target) => {
    const { m, temperature } = weightsAt(memory, weights);
    let t = Number.NaN;
    let ties = 0;
    for (let taken = 0; taken < count && (above < target || taken === 0); taken++) {
      const x = f32[(logits >>> 2) + taken];
      above += weigh(x, m, temperature);
      ties = x === t ? ties + 1 : 1;
      t = x;
    }
    marks.at(state);
    marks.mass = above;
    marks.threshold = t;
    marks.ties = ties;
  };
}

export function shiftKernel(memory: Memory): VocabularyKernels["vocabularyShift"] {
  const { f32 } = memory;
  return (weights, x, n, logS) => {
    const { m, temperature } = weightsAt(memory, weights);
    for (let i = x >>> 2, end = i + n; i < end; i++) f32[i] = (f32[i] - m) / temperature - logS;
  };
}

/**
 * From weights to prefixes, without sorting: a histogram over keys says in which bin the prefix ends, the bin's tokens are
 * collected, and so on with them.
 */

import { ALL_TIES, VOCABULARY_BINS } from "../../../assembly/layout";
import { VOCABULARY } from "../../kernels/vocabulary";
import { keyOf, logitOf } from "../../order";
import type { Prefix, Reached, Row, Source } from "./row";

const BIN_BITS = Math.log2(VOCABULARY_BINS);

/** So few tokens are sorted. */
const FEW = 128;

/** What a token weighs: exp((x - m) / T), or 1 where T is Infinity. */
interface Weights {
  readonly m: number;
  readonly temperature: number;
}
export const COUNT: Weights = { m: 0, temperature: Infinity };

export const weightOf = (x: number, { m, temperature }: Weights): number =>
  temperature === Infinity ? 1 : Math.exp((x - m) / temperature);

/** What a prefix's weight is to reach, and what is above the tokens that are looked at; by the weight of these. */
type Goal = (all: number) => { readonly above: number; readonly target: number };

/** A prefix that ends among tokens that equal t. */
function ofEqual(t: number, most: number, above: number, target: number, weights: Weights): Reached {
  const each = weightOf(t, weights);
  const ties = Math.min(Math.max(Math.ceil((target - above) / each), 1), most);
  return { t, ties, mass: above + ties * each };
}

/**
 * The shortest prefix of the tokens of `source` up to `most` that reaches the goal: all of them, where they do not.
 *
 * Each round leaves the tokens of one bin, which is a 1024th of the keys: there are at most four.
 *
 * @param most  no token is above it
 * @param kept  the source's tokens, or a prefix of them
 */
export function reach(row: Row, source: Source, most: number, kept: Prefix, weights: Weights, goal: Goal): Reached {
  const { m, temperature } = weights;
  const { heap, kernels, state } = row;
  let first = keyOf(most);
  let last = keyOf(kept.t);
  const end = last;
  let above = 0;
  let target = Number.NaN;
  for (;;) {
    const bits = Math.max(0, 32 - Math.clz32(last - first) - BIN_BITS);
    source.pass((x, mask, from, n) => {
      kernels.vocabularyHistogram(state, x, mask, from, n, source.shift, first, last, bits, m, temperature);
      return false;
    });
    if (target !== target) {
      const all = kernels.vocabularyTotal(state);
      const surplus = kept.ties === ALL_TIES ? 0 : row.collect(row, kept.t, kept.t).count - kept.ties;
      ({ above, target } = goal(all - surplus * weightOf(kept.t, weights)));
      if (!(above + all >= target)) return { ...kept, mass: above + all };
    }
    const bin = kernels.vocabularyBin(state, above, target);
    above = heap.float64(state + VOCABULARY.mass);
    first += bin * 2 ** bits;
    last = Math.min(last, first + 2 ** bits - 1);
    const ties = last === end ? kept.ties : ALL_TIES;
    const [lo, hi] = [logitOf(last), logitOf(first)];
    if (bits === 0) return ofEqual(lo, ties, above, target, weights);
    if (heap.float64(state + VOCABULARY.weight) === 0) return { ...kept, mass: above }; // the logits have changed since they were looked at
    const { count, fits } = row.collect(source, lo, hi, ties);
    if (!fits) continue;
    source = row.floats(row.values, count);
    if (count > FEW) {
      kernels.vocabularyRange(state, row.values, count);
      first = keyOf(heap.float32(state + VOCABULARY.most));
      last = keyOf(heap.float32(state + VOCABULARY.least));
      if (first === last) return ofEqual(logitOf(last), ties, above, target, weights);
      continue;
    }
    const listed = row.list(source, lo, hi).count;
    return row.cut(row.order(listed), listed, above, target, m, temperature);
  }
}

/**
 * Prefixes of the tokens' order: larger logits first, equal logits by index. Every truncation keeps a prefix.
 *
 * The end of a prefix is found without sorting: a histogram tells in which bin it lies, the tokens of that bin are collected, a
 * histogram is made of them, and so on.
 */

import { ALL_TIES } from "../../../assembly/layout";
import { keyOf, logitOf } from "../../order";
import { Histogram, type Measure } from "./histogram";
import type { Source } from "./row";
import type { Vocabulary } from "./vocabulary";

/** Up to this many tokens are sorted instead of another histogram being made. */
const FEW = 128;

/** Every token above t, and of those that equal it the first `ties`. */
export interface Prefix {
  readonly t: number;
  readonly ties: number;
}

/** A prefix, and the sum of what its tokens measure. */
export interface Reached extends Prefix {
  readonly sum: number;
}

export const EVERYTHING: Prefix = { t: -Infinity, ties: ALL_TIES };

/** The tokens of which `reach` finds a prefix, and the sum of what they measure. */
interface Whole {
  readonly histogram: Histogram;
  readonly kept: Prefix;
  readonly sum: number;
}

/**
 * The tokens of `source` that belong to the prefix `kept`.
 *
 * @param most  an upper bound of their logits
 */
export function wholeOf(vocabulary: Vocabulary, source: Source, most: number, kept: Prefix, measure: Measure): Whole {
  const { list, row } = vocabulary;
  const histogram = new Histogram(vocabulary, source, keyOf(most), keyOf(kept.t), measure);
  const sum = histogram.total();
  if (kept.ties === ALL_TIES) return { histogram, kept, sum };
  const surplus = list.collect(row, kept.t, kept.t).count - kept.ties;
  return { histogram, kept, sum: sum - surplus * measure.weigh(kept.t) };
}

/** A prefix that ends among at most `most` tokens that equal t. */
function ofEqual(t: number, most: number, above: number, target: number, measure: Measure): Reached {
  const each = measure.weigh(t);
  const ties = Math.min(Math.max(Math.ceil((target - above) / each), 1), most);
  return { t, ties, sum: above + ties * each };
}

/**
 * The shortest prefix of the whole whose measure, added to `above`, reaches `target`; the whole, where even that does not.
 *
 * Each round goes on with the tokens of one bin. A bin has a 1024th of the keys, and keys have 32 bits, so there are at most four
 * rounds.
 */
export function reach(vocabulary: Vocabulary, whole: Whole, above: number, target: number): Reached {
  const { list } = vocabulary;
  const { kept } = whole;
  const { measure, last: end } = whole.histogram;
  if (!(above + whole.sum >= target)) return { ...kept, sum: above + whole.sum };
  let { histogram } = whole;
  let bin = histogram.find(above, target);
  let ties = bin.last === end ? kept.ties : ALL_TIES;
  while (histogram.bits > 0) {
    if (bin.empty) return { ...kept, sum: bin.above }; // the logits have changed since they were looked at
    const [lo, hi] = [logitOf(bin.last), logitOf(bin.first)];
    let { source } = histogram;
    let { first, last } = bin;
    const { count, fits } = list.collect(source, lo, hi, ties);
    if (fits) {
      source = list.listed(count);
      if (count <= FEW) {
        const listed = list.tokens(source, lo, hi).count;
        return list.cut(list.order(listed), listed, bin.above, target, measure);
      }
      const range = list.range(count);
      first = keyOf(range.most);
      last = keyOf(range.least);
      if (first === last) return ofEqual(logitOf(last), ties, bin.above, target, measure);
    }
    histogram = new Histogram(vocabulary, source, first, last, measure);
    bin = histogram.find(bin.above, target);
    ties = bin.last === end ? kept.ties : ALL_TIES;
  }
  return ofEqual(logitOf(bin.last), ties, bin.above, target, measure);
}

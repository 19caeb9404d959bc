/** topP: the shortest prefix whose tokens have the share topP of the weight, which is called the nucleus. */

import { ALL_TIES, VOCABULARY_TAIL } from "../../../assembly/layout";
import { type Distribution, floatAbove, inTwoParts } from "./distribution";
import { EVERYTHING, type Prefix, type Reached, reach, wholeOf } from "./prefix";
import { orderProbe, probe } from "./probe";
import type { Source } from "./row";
import type { Vocabulary } from "./vocabulary";

/** Up to this many tokens a histogram of all is made sooner than a probe is taken and used. */
const UNPROBED = 8192;

/** A probe says that the nucleus ends at a token from lo to hi, and that about `heavy` tokens are above lo. */
interface Bracket {
  readonly lo: number;
  readonly hi: number;
  readonly heavy: number;
}

/** The logits between which a probe says that the nucleus ends: those below weigh 1 - topP of all. */
function bracketOf(vocabulary: Vocabulary, distribution: Distribution, topP: number): Bracket {
  const { heap, row } = vocabulary;
  const taken = probe(vocabulary);
  const { size, each } = taken;
  const at = orderProbe(vocabulary, taken);
  const target = ((1 - topP) * distribution.sum) / each;
  let lo = -Infinity;
  let heavy = row.length;
  for (let j = size - 1, below = 0, squares = 0; j >= 0; j--) {
    const logit = heap.float32(at + 4 * j);
    const w = distribution.weigh(logit);
    below += w;
    squares += w * w;
    const around = 3 * (Math.sqrt(squares) + w); // three standard deviations of the sum, and three more of the last weight
    if (below + around < target) {
      lo = logit;
      heavy = j * each;
    }
    if (below - around > target) return { lo, hi: logit, heavy };
  }
  return { lo, hi: Infinity, heavy };
}

/** The weights of the tokens up to `most`, summed in float32. */
function tailOf({ heap, kernels, row }: Vocabulary, { weights }: Distribution, most: number): number {
  row.rewind();
  while (row.next()) kernels.vocabularyTail(heap.state, row.tile, weights, most);
  return inTwoParts(heap, heap.state + VOCABULARY_TAIL);
}

/**
 * By how much a float32 sum of weights of a row of n tokens may be off: 2^-24·(6 + 1.5·μ) of itself. μ is their mean of
 * (m - x)/T, which is at most log(n / sum).
 */
const boundOf = (sum: number, n: number): number => (sum > 0 ? 2 ** -24 * (6 + 1.5 * Math.log(n / sum)) * sum : 0);

/** Whether a prefix surely ends at the token at which the weight reaches `target`, even where its sum is off by `open`. */
const isCertain = ({ t, sum }: Reached, target: number, open: number, distribution: Distribution): boolean =>
  sum - open >= target && sum - distribution.weigh(t) + open < target;

/**
 * The nucleus from a probe: the probe tells two logits between which it ends. The tokens between them are weighed in float64. Where
 * few tokens are above, as in a language model's logits, these are weighed in float64 too; else a float32 sum of all below will do.
 *
 * @returns undefined where those sums are not exact enough to tell at which token the nucleus ends
 */
function nucleusByProbe(vocabulary: Vocabulary, distribution: Distribution, topP: number): Prefix | undefined {
  const { row, list } = vocabulary;
  const { sum } = distribution;
  const { lo, hi, heavy } = bracketOf(vocabulary, distribution, topP);
  const few = heavy <= row.length >> 4; // up to a sixteenth of the row is collected itself; then no sum of the others is needed
  const below = few ? 0 : tailOf(vocabulary, distribution, lo);
  const most = few ? Infinity : hi;
  const { count, fits } = list.collect(row, floatAbove(lo), most);
  if (!fits) return undefined;
  const whole = wholeOf(vocabulary, list.listed(count), most, EVERYTHING, distribution);
  const target = topP * sum;
  const found = reach(vocabulary, whole, few ? 0 : sum - below - whole.sum, target);
  const open = few
    ? topP * boundOf(sum, row.length)
    : boundOf(below, row.length) + boundOf((1 - topP) * sum, row.length);
  if (isCertain(found, target, open, distribution)) return found;
  if (found.sum + open >= target) return undefined;
  const each = distribution.weigh(lo); // the nucleus ends among the tokens whose logit is lo
  const ties = Math.ceil((target - found.sum) / each);
  const end = { t: lo, ties, sum: found.sum + ties * each };
  return isCertain(end, target, open, distribution) && ties <= list.collect(row, lo, lo).count ? end : undefined;
}

/** The shortest prefix of `kept` that has the share topP of the weight of `kept`. */
export function nucleus(vocabulary: Vocabulary, distribution: Distribution, kept: Prefix, topP: number): Prefix {
  const { row, list } = vocabulary;
  if (topP === 1) return kept;
  let source: Source = row;
  if (kept === EVERYTHING) {
    const probing = row.length > UNPROBED && distribution.isPlain;
    const found = probing ? nucleusByProbe(vocabulary, distribution, topP) : undefined;
    if (found !== undefined) return found;
  } else {
    const { count, fits } = list.collect(row, kept.t, Infinity, kept.ties);
    if (fits) {
      source = list.listed(count);
      kept = { t: kept.t, ties: ALL_TIES };
    }
  }
  const whole = wholeOf(vocabulary, source, distribution.m, kept, distribution);
  return reach(vocabulary, whole, 0, topP * whole.sum);
}

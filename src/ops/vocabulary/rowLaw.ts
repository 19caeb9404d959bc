/** The law by which a token is drawn from a row, as numbers: they stay right when the heap is used for something else. */

import { ALL_TIES } from "../../../assembly/layout";
import type { Distribution } from "./distribution";
import { massOf } from "./draw";
import type { Prefix } from "./prefix";
import type { Row } from "./row";
import { keep, type Law } from "./truncation";
import type { Vocabulary } from "./vocabulary";

/** The probabilities of a row's tokens. */
export interface Odds {
  /** The token that has all the probability; -1 where none has. */
  readonly certain: number;
  prob(token: number): number;
}

/** A draft that was made without chance: its token had to come. */
export const surely = (drafted: number): Odds => ({
  certain: drafted,
  prob: (token) => (token === drafted ? 1 : 0),
});

/** The last token of a prefix whose logit equals its threshold, by a walk over the caller's logits. */
function lastByWalk(row: Row, { t, ties }: Prefix): number {
  let last = 0;
  for (let i = 0, left = ties; i < row.length && left > 0; i++) {
    if (row.logit(i) !== t || !row.allows(i)) continue;
    last = i;
    left--;
  }
  return last;
}

/** The last token of a prefix whose logit equals its threshold; ALL_TIES where all that equal it are kept. */
function lastOf({ heap, row, list }: Vocabulary, kept: Prefix): number {
  const { t, ties } = kept;
  if (ties === ALL_TIES) return ALL_TIES;
  const { count, fits } = list.tokens(row, t, t, ties);
  if (!fits || count === 0) return lastByWalk(row, kept);
  return heap.word(list.pairs + 8 * (count - 1));
}

/** A row from which a token is chosen by chance. */
export class Chance implements Odds {
  readonly certain = -1;
  readonly row: Row;
  readonly distribution: Distribution;
  readonly kept: Prefix;
  /** The last token that is kept of those whose logit equals the threshold. */
  readonly last: number;
  /** The weight of all tokens kept. */
  readonly whole: number;

  /** @param m  the largest logit; the law's temperature is above 0 */
  constructor(vocabulary: Vocabulary, m: number, law: Law) {
    const { kept, distribution } = keep(vocabulary, m, law);
    this.row = vocabulary.row;
    this.distribution = distribution;
    this.kept = kept;
    this.last = lastOf(vocabulary, kept);
    this.whole = massOf(vocabulary, distribution, kept);
  }

  prob(token: number): number {
    const { row, kept, distribution } = this;
    if (!row.allows(token)) return 0;
    const logit = row.logit(token);
    if (!(logit > kept.t || (logit === kept.t && token <= this.last))) return 0;
    return distribution.weigh(logit) / this.whole;
  }
}

/** The odds of a row; of a law at temperature 0, and of a row with +Infinity, one token is certain. */
export function oddsOf(fn: string, vocabulary: Vocabulary, law: Law): Odds | Chance {
  const m = vocabulary.largest(fn, law.temperature > 0);
  if (law.temperature > 0 && m < Infinity) return new Chance(vocabulary, m, law);
  return surely(vocabulary.first(m));
}

/** Truncation: the tokens that topK, topP and minP leave to draw from. They are a prefix of the tokens' order (prefix.ts). */

import { ALL_TIES } from "../../../assembly/layout";
import type { Distribution } from "./distribution";
import { COUNT } from "./histogram";
import { nucleus } from "./nucleus";
import { EVERYTHING, type Prefix } from "./prefix";
import { FEW, LISTED, listTop, threshold } from "./top";
import type { Vocabulary } from "./vocabulary";

export interface Truncation {
  /** Infinity keeps every token; so do topP 1 and minP 0. */
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

/** topK, then topP, of the first `listed` tokens, which are in the list. */
function cutList({ list }: Vocabulary, distribution: Distribution, listed: number, topK: number, topP: number): Prefix {
  const at = list.order(listed);
  const count = Math.min(topK, listed);
  if (topP === 1) return list.cut(at, count, 0, Infinity, COUNT);
  const { sum } = list.cut(at, count, 0, Infinity, distribution);
  return list.cut(at, count, 0, topP * sum, distribution);
}

/** The prefix that is left by topK, then topP. */
function topKTopP(vocabulary: Vocabulary, distribution: Distribution, topK: number, topP: number): Prefix {
  const { length } = vocabulary.row;
  const k = Math.min(topK, length);
  if (k === length) {
    const listed = k <= FEW && topP < 1 ? listTop(vocabulary, k) : -1;
    if (listed >= 0) return cutList(vocabulary, distribution, listed, k, topP);
    return nucleus(vocabulary, distribution, EVERYTHING, topP);
  }
  const listed = k <= LISTED ? listTop(vocabulary, k) : -1;
  if (listed >= 0) return cutList(vocabulary, distribution, listed, k, topP);
  const kept = threshold(vocabulary, k, distribution.m);
  return nucleus(vocabulary, distribution, kept.t === -Infinity ? EVERYTHING : kept, topP);
}

/** The prefix that is left by topK, then topP, then minP, each applied to the prefix before it. */
export function truncate(vocabulary: Vocabulary, distribution: Distribution, truncation: Truncation): Prefix {
  const { topK, topP, minP } = truncation;
  if (topK === 1) return { t: distribution.m, ties: 1 };
  const kept = topKTopP(vocabulary, distribution, topK, topP);
  if (minP === 0) return kept;
  const t = distribution.atLeast(minP);
  return t > kept.t ? { t, ties: ALL_TIES } : kept;
}

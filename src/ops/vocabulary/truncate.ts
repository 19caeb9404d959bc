/** What sample leaves of a vocabulary. */

import { ALL_TIES } from "../../../assembly/layout";
import type { Distribution } from "./distribution";
import { COUNT } from "./histogram";
import { nucleus } from "./nucleus";
import { EVERYTHING, type Prefix } from "./prefix";
import { FEW, LISTED, listTop, threshold } from "./top";
import type { Vocabulary } from "./vocabulary";

export interface Truncation {
  /** Infinity keeps every token, as 1 and 0 of the others. */
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

/** topK of a list, then topP. */
function cutList({ list }: Vocabulary, distribution: Distribution, listed: number, topK: number, topP: number): Prefix {
  const at = list.order(listed);
  const count = Math.min(topK, listed);
  if (topP === 1) return list.cut(at, count, 0, Infinity, COUNT);
  const { sum } = list.cut(at, count, 0, Infinity, distribution);
  return list.cut(at, count, 0, topP * sum, distribution);
}

/** What topK leaves of the vocabulary, then topP of that. */
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

/** What is left by topK, then topP of what that leaves, then minP. */
export function truncate(vocabulary: Vocabulary, distribution: Distribution, truncation: Truncation): Prefix {
  const { topK, topP, minP } = truncation;
  if (topK === 1) return { t: distribution.m, ties: 1 };
  const kept = topKTopP(vocabulary, distribution, topK, topP);
  if (minP === 0) return kept;
  const t = distribution.atLeast(minP);
  return t > kept.t ? { t, ties: ALL_TIES } : kept;
}

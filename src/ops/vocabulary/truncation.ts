/** Truncation: the tokens that topK, topP and minP leave to draw from. They are a prefix of the tokens' order (prefix.ts). */

import { ALL_TIES } from "../../../assembly/layout";
import { checkBoolean, checkCount, checkFraction, checkTemperature } from "../../check";
import { Distribution } from "./distribution";
import { COUNT } from "./histogram";
import { nucleus } from "./nucleus";
import { EVERYTHING, type Prefix } from "./prefix";
import type { TokenOptions } from "./rows";
import { FEW, LISTED, listTop, threshold } from "./top";
import type { Vocabulary } from "./vocabulary";

/** Options of truncate, and of sample. */
export interface TruncationOptions extends TokenOptions {
  /** Only this many of the most probable tokens, an integer >= 1; default all. 0 is an error: elsewhere it means all of them, or none. */
  topK?: number | undefined;
  /** Only the smallest set of the most probable tokens, of those that topK leaves, that has this share; in (0, 1]; default 1. */
  topP?: number | undefined;
  /** Only tokens at least this times as probable as the most probable one; in [0, 1]; default 0. */
  minP?: number | undefined;
  /** topP and minP leave at least this many of the most probable tokens, if there are so many; an integer >= 1; default 1. */
  minKeep?: number | undefined;
  /** Truncates at temperature 1, and applies the temperature to what is kept (llama.cpp's order); default false. */
  temperatureLast?: boolean | undefined;
}

/** topK Infinity keeps every token; so do topP 1 and minP 0. */
interface Truncation {
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly minKeep: number;
}

/** How sample chooses: at which temperature, from which tokens. */
export interface Law {
  readonly temperature: number;
  readonly truncation: Truncation;
  /** The temperature at which tokens are truncated. */
  readonly truncatedAt: number;
}

/** Options that make a law. */
type LawOptions = Omit<TruncationOptions, keyof TokenOptions> & Pick<TokenOptions, "temperature">;

/** @param inside  "draftOptions." where they are those */
export function checkLaw(fn: string, given: LawOptions, inside = ""): Law {
  const { topK, topP = 1, minP = 0, minKeep = 1, temperatureLast = false } = given;
  const temperature = checkTemperature(fn, given.temperature, `${inside}temperature`);
  if (topK !== undefined) checkCount(fn, `${inside}topK`, topK, 1, "leave it out to keep every token");
  checkFraction(fn, `${inside}topP`, topP, false, "1 keeps every token");
  checkFraction(fn, `${inside}minP`, minP, true, "0 keeps every token");
  checkCount(fn, `${inside}minKeep`, minKeep);
  checkBoolean(fn, `${inside}temperatureLast`, temperatureLast);
  const truncation = { topK: topK ?? Infinity, topP, minP, minKeep };
  return { temperature, truncation, truncatedAt: temperatureLast ? 1 : temperature };
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

/** The prefix that keeps more. */
const longer = (a: Prefix, b: Prefix): Prefix => (a.t < b.t || (a.t === b.t && a.ties >= b.ties) ? a : b);

/** The prefix that is left by topK, then topP, then minP, each applied to the prefix before it; topP and minP leave minKeep tokens. */
function truncated(vocabulary: Vocabulary, distribution: Distribution, truncation: Truncation): Prefix {
  const { topK, topP, minP, minKeep } = truncation;
  if (topK === 1) return { t: distribution.m, ties: 1 };
  let kept = topKTopP(vocabulary, distribution, topK, topP);
  if (minP > 0) {
    const t = distribution.atLeast(minP);
    if (t > kept.t) kept = { t, ties: ALL_TIES };
  }
  if (minKeep === 1 || (topP === 1 && minP === 0)) return kept;
  return longer(kept, topKTopP(vocabulary, distribution, Math.min(minKeep, topK), 1));
}

/**
 * The prefix that a law leaves of a row, and the distribution of the row's tokens at the law's temperature, which is above 0.
 *
 * @param m  the largest logit
 */
export function keep(vocabulary: Vocabulary, m: number, law: Law): { kept: Prefix; distribution: Distribution } {
  const { temperature, truncatedAt, truncation } = law;
  if (temperature === truncatedAt) {
    const distribution = new Distribution(vocabulary, m, temperature);
    return { kept: truncated(vocabulary, distribution, truncation), distribution };
  }
  const before = new Distribution(vocabulary, m, truncatedAt);
  const kept = truncated(vocabulary, before, truncation);
  return { kept, distribution: new Distribution(vocabulary, m, temperature) };
}

/** A probe: a sample of a row's logits, from which the ranks of others are estimated. */

import type { Source } from "./row";
import type { Vocabulary } from "./vocabulary";

/** Logits of a probe, at most: the error of an estimate falls with the square root of their number, the time to sort them grows with it. */
const PROBED = 1024;

/** Three standard deviations of a count that should be `expected`, and 3 more where that is small. */
export const slack = (expected: number): number => 3 * Math.sqrt(expected) + 3;

interface Probe {
  readonly source: Source;
  readonly size: number;
  /** How many tokens each of them stands for. */
  readonly each: number;
}

/** How many logits a probe takes, those that a mask forbids included: an eighth of the row, at least 64, at most PROBED. */
export const probed = ({ row, list }: Vocabulary): number =>
  Math.min(Math.max(row.length >> 3, 64), PROBED, list.capacity);

/** Takes the place of the listed logits. One token from each of equally long stretches, if it is allowed. */
export function probe(vocabulary: Vocabulary, wanted = probed(vocabulary)): Probe {
  const { heap, row, list } = vocabulary;
  const logits = new Float32Array(wanted);
  let size = 0;
  for (let j = 0; j < wanted; j++) {
    const jitter = 0.6180339887498949 * j; // by the golden ratio, so that the probe falls in with no period of the row
    const i = Math.floor((j + jitter - Math.floor(jitter)) * (row.length / wanted));
    if (row.allows(i)) logits[size++] = row.logit(i);
  }
  heap.write(list.logits, logits, 0, size);
  return { source: list.listed(size), size, each: row.length / wanted };
}

/** Orders the logits of a probe. @returns where they are then */
export function orderProbe({ list }: Vocabulary, { source }: Probe): number {
  return list.order(list.tokens(source, -Infinity, Infinity).count);
}

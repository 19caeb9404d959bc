/**
 * Every function that is fuzzed: how it is called, and what is right. A new function is a new entry: an arbitrary for its
 * arguments, its definition and its bound, and what of its arguments must be refused.
 */
import fc from "fast-check";
import { attention, mergeAttention } from "./attention";
import { entropy, hardmax, logSoftmax, logSumExp, softmax, sparse } from "./axis";
import type { Fuzzed } from "./calls";
import { verifyDraft } from "./draft";
import { pack16, unpack16 } from "./pack16";
import { logProbs, sample, topK, truncate } from "./vocabulary";

export const FUZZED: readonly Fuzzed[] = [
  softmax,
  logSoftmax,
  logSumExp,
  entropy,
  hardmax,
  sparse("sparsemax", fc.constant(2)),
  sparse("entmax15", fc.constant(1.5)),
  sparse(
    "entmax",
    fc.oneof(
      fc.constantFrom(1, 1.1, 1.25, 1.5, 1.9, 2, 2.5, 3, 7, 1000, 1e6, 1e15, 1e30, 1e38),
      fc.double({ min: 1.01, max: 20, noNaN: true }),
    ),
  ),
  pack16,
  unpack16,
  attention,
  mergeAttention,
  topK,
  sample,
  truncate,
  logProbs,
  verifyDraft,
];

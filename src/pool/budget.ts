/**
 * How long calls take, by rough figures of bench/ on one thread of a slow machine: how they are cut depends on it, and no result does.
 */
import type { Along } from "../parts";

/** Where calls are cut, in nanoseconds of one thread, rows and columns. Tests set them to cut what is small. */
export const LIMITS = {
  /** A call below this runs on the calling thread: to wake a worker and to hear of it again takes 50 to 100 µs. */
  small: 2e5,
  /** A unit takes at least so long, since to take one costs 2 µs, and at most so long: a signal stops a call between two units. */
  shortest: 1e5,
  longest: 4e6,
  /** Queries of a piece that is not all queries of a head: enough to be worth packing the keys once more (TILED_ROWS four times). */
  block: 96,
  /** Columns of a piece that is not a whole slab: 256 bytes of each position lie side by side. */
  columns: 64,
};

/** Units for each thread: so many that those who are done early have something left to take. */
const EACH = 8;

/** Nanoseconds of one thread in WebAssembly: for an element of x or of the logits. */
const ELEMENT: Readonly<Record<Along | "topK" | "sample" | "logProbs", number>> = {
  softmax: 0.7,
  logSoftmax: 0.6,
  logSumExp: 0.5,
  entropy: 0.7,
  hardmax: 0.3,
  sparsemax: 0.8,
  entmax15: 0.8,
  entmax: 3,
  topK: 0.6,
  sample: 1,
  logProbs: 0.6,
};
/** For a product of a query's float and a key's, and of a weight and a value's float. */
const PRODUCT = 0.05;

/** JavaScript takes so many times as long. */
const SLOWER = { elements: 8, products: 25 };

export interface Budget {
  readonly threads: number;
  /** Whether JavaScript computes. */
  readonly js: boolean;
}

export const elementsCost = ({ js }: Budget, fn: keyof typeof ELEMENT, elements: number): number =>
  elements * ELEMENT[fn] * (js ? SLOWER.elements : 1);

export const productsCost = ({ js }: Budget, products: number): number =>
  products * PRODUCT * (js ? SLOWER.products : 1);

/** How many of `count` equal parts make a unit of a call that takes `cost` in all, at least 1. */
export function unitOf({ threads }: Budget, cost: number, count: number): number {
  const wanted = Math.min(LIMITS.longest, Math.max(LIMITS.shortest, cost / (EACH * threads)));
  return Math.max(1, Math.min(count, Math.floor((count * wanted) / Math.max(cost, 1))));
}

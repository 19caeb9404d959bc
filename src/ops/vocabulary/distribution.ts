/** The distribution of a row's tokens at a temperature: weights, their sum, probabilities. */

import {
  VOCABULARY_LOG,
  VOCABULARY_SUM,
  VOCABULARY_TOTAL,
  VOCABULARY_WEIGHTS,
  WEIGHTS_M,
  WEIGHTS_TEMPERATURE,
} from "../../../assembly/layout";
import type { Heap } from "../../heap";
import { keyOf, logitOf } from "../../order";
import type { Measure } from "./histogram";
import type { Vocabulary } from "./vocabulary";

/** The least float32 above t. */
export const floatAbove = (t: number): number => logitOf(keyOf(t) - 1);

/** The least float32 that is at least v. */
function floatAtLeast(v: number): number {
  const x = Math.fround(v);
  return x >= v ? x : floatAbove(x);
}

/** A sum that a kernel has left as two float64s, one of each lane. */
export const inTwoParts = (heap: Heap, at: number): number => heap.float64(at) + heap.float64(at + 8);

/** The sum of all weights, its logarithm, and log Σ exp(x / T). */
interface Sums {
  readonly sum: number;
  readonly logSum: number;
  readonly logSumExp: number;
}

/** Tokens weigh exp((x - m) / T), m being the largest logit; their probability is their share of the sum of all weights. */
export class Distribution implements Measure {
  readonly m: number;
  readonly temperature: number;
  /** Address of m and T, from which kernels compute weights (assembly/vocabulary/marks.ts). */
  readonly weights: number;
  private readonly vocabulary: Vocabulary;
  private sums: Sums | undefined;

  /** @param m  the row's largest allowed logit */
  constructor(vocabulary: Vocabulary, m: number, temperature: number) {
    const { heap } = vocabulary;
    this.vocabulary = vocabulary;
    this.m = m;
    this.temperature = temperature;
    this.weights = heap.state + VOCABULARY_WEIGHTS;
    heap.setFloat64(this.weights + WEIGHTS_M, m);
    heap.setFloat64(this.weights + WEIGHTS_TEMPERATURE, temperature);
  }

  /** A pass over the row, if one of the sums is asked for: while the heap has nothing of another row. */
  private add(): Sums {
    const { heap, kernels, row } = this.vocabulary;
    if (this.m === Infinity) return { sum: 1, logSum: 0, logSumExp: this.m };
    const { state } = heap;
    row.rewind();
    while (row.next()) kernels.vocabularySum(state, row.tile, this.weights);
    return {
      sum: inTwoParts(heap, state + VOCABULARY_SUM),
      logSum: heap.float64(state + VOCABULARY_LOG),
      logSumExp: heap.float32(state + VOCABULARY_TOTAL),
    };
  }

  private get summed(): Sums {
    this.sums ??= this.add();
    return this.sums;
  }

  /** The sum of all weights, and its logarithm: where one token is certain they mean nothing. */
  get sum(): number {
    return this.summed.sum;
  }

  get logSum(): number {
    return this.summed.logSum;
  }

  /** log Σ exp(x / T) */
  get logSumExp(): number {
    return this.summed.logSumExp;
  }

  /** The first token with the largest logit has all the probability. */
  get certain(): boolean {
    return this.temperature === 0 || this.m === Infinity;
  }

  /** Whether float32 weights have the bound of exp.ts: at other temperatures differences of logits overflow or are lost. */
  get isPlain(): boolean {
    return this.temperature <= 2 ** 64 && this.temperature >= 2 ** -64;
  }

  weigh(logit: number): number {
    return Math.exp((logit - this.m) / this.temperature);
  }

  logProb(logit: number): number {
    return (logit - this.m) / this.temperature - this.logSum;
  }

  /** The least logit that is at least `ratio` times as probable as the largest. */
  atLeast(ratio: number): number {
    return floatAtLeast(this.m + this.temperature * Math.log(ratio));
  }
}

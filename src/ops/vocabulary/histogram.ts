/** Histograms over the keys of logits (order.ts): which bin a prefix ends in, without sorting. */

import { VOCABULARY_BINS, VOCABULARY_MASS, VOCABULARY_WEIGHT } from "../../../assembly/layout";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import type { Source } from "./row";

const BIN_BITS = Math.log2(VOCABULARY_BINS);

/** The measure of a token: its weight in a distribution, or 1, which counts tokens. */
export interface Measure {
  /** Address of m and T, from which kernels compute weights (assembly/vocabulary/marks.ts); 0 where they count. */
  readonly weights: number;
  weigh(logit: number): number;
}

export const COUNT: Measure = { weights: 0, weigh: () => 1 };

/** A range of keys, `first` to `last`; the measure of the tokens before them, and whether no token has any of these keys. */
interface Bin {
  readonly first: number;
  readonly last: number;
  readonly above: number;
  readonly empty: boolean;
}

/** The measure of a source's tokens, binned by their keys. The bins lie in the state until another histogram is made or a list ordered. */
export class Histogram {
  readonly source: Source;
  readonly measure: Measure;
  /** Its keys are `first` to `last`; a bin has 2^bits of them. */
  readonly first: number;
  readonly last: number;
  readonly bits: number;
  readonly #core: Core<VocabularyKernels>;

  constructor(core: Core<VocabularyKernels>, source: Source, first: number, last: number, measure: Measure) {
    this.#core = core;
    this.source = source;
    this.measure = measure;
    this.first = first;
    this.last = last;
    this.bits = Math.max(0, 32 - Math.clz32(last - first) - BIN_BITS);
    const { heap, kernels } = core;
    source.rewind();
    while (source.next()) kernels.vocabularyHistogram(heap.state, source.tile, measure.weights, first, last, this.bits);
  }

  /** The measure of all of its tokens. */
  total(): number {
    return this.#core.kernels.vocabularyTotal(this.#core.heap.state);
  }

  /** The bin in which `above` plus the running measure reaches `target`; if none does, the last bin that is not empty. */
  find(above: number, target: number): Bin {
    const { heap, kernels } = this.#core;
    const bin = kernels.vocabularyBin(heap.state, above, target);
    const first = this.first + bin * 2 ** this.bits;
    return {
      first,
      last: Math.min(this.last, first + 2 ** this.bits - 1),
      above: heap.float64(heap.state + VOCABULARY_MASS),
      empty: heap.float64(heap.state + VOCABULARY_WEIGHT) === 0,
    };
  }
}

/** The tokens of a row that a pass has found, with their keys, or their logits alone: a list in the rest of the workspace. */

import {
  ALL_TIES,
  VOCABULARY_ABOVE,
  VOCABULARY_COUNT,
  VOCABULARY_LEAST,
  VOCABULARY_LIST_TILE,
  VOCABULARY_MASS,
  VOCABULARY_MOST,
  VOCABULARY_THRESHOLD,
  VOCABULARY_TIES,
} from "../../../assembly/layout";
import type { Core, Heap } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import type { Measure } from "./histogram";
import type { Reached } from "./prefix";
import { type Source, writeTile } from "./row";

/** Floats that the gather kernel reads and writes together: room for them must be left behind a list. */
const VECTORS = 64;

/** How many logits are between two bounds, how many above them, and whether the list has room for those between. */
interface Found {
  readonly count: number;
  readonly above: number;
  readonly fits: boolean;
}

/** Logits in the heap as a source: one tile, without blocks. */
class Logits implements Source {
  readonly tile: number;
  readonly #heap: Heap;
  readonly #at: number;
  readonly #length: number;
  #done = false;

  constructor(heap: Heap, at: number, length: number) {
    this.tile = heap.state + VOCABULARY_LIST_TILE;
    this.#heap = heap;
    this.#at = at;
    this.#length = length;
  }

  rewind(): void {
    this.#done = false;
  }

  next(): boolean {
    if (this.#done) return false;
    this.#done = true;
    writeTile(this.#heap, this.tile, this.#at, 0, 0, this.#length, 0);
    return true;
  }
}

/** Room for `capacity` pairs of a token and a key, and as much room again to order them. Lists of logits alone use the latter. */
export class List {
  readonly capacity: number;
  /** Addresses of a list of tokens, a pair of words each, and of a list of logits. */
  readonly pairs: number;
  readonly logits: number;
  readonly #heap: Heap;
  readonly #kernels: VocabularyKernels;

  /** @param at  first byte of the workspace that is the list's */
  constructor({ heap, kernels }: Core<VocabularyKernels>, at: number) {
    this.#heap = heap;
    this.#kernels = kernels;
    this.pairs = at;
    this.capacity = (heap.room - ((at - heap.workspace) >> 2)) >> 2;
    this.logits = at + 8 * this.capacity;
  }

  /** `length` floats in the heap as a source. */
  source(at: number, length: number): Source {
    return new Logits(this.#heap, at, length);
  }

  /** The first `count` of the listed logits as a source. */
  listed(count: number): Source {
    return this.source(this.logits, count);
  }

  /** Lists the tokens of `source` with lo <= x <= hi, of those equal to lo the first `ties` alone, if there is room. */
  tokens(source: Source, lo: number, hi: number, ties = ALL_TIES, room = this.capacity): Found {
    return this.#gather(1, this.pairs, room, source, lo, hi, ties);
  }

  /** The same without the tokens: their logits alone. The source may be those listed. */
  collect(source: Source, lo: number, hi: number, ties = ALL_TIES): Found {
    return this.#gather(0, this.logits, 2 * this.capacity - VECTORS, source, lo, hi, ties);
  }

  #gather(pairs: number, at: number, room: number, source: Source, lo: number, hi: number, ties: number): Found {
    const { state } = this.#heap;
    source.rewind();
    while (source.next()) this.#kernels.vocabularyGather(state, source.tile, at, room, pairs, lo, hi, ties);
    const count = this.#heap.word(state + VOCABULARY_COUNT);
    return { count, above: this.#heap.word(state + VOCABULARY_ABOVE), fits: count <= room };
  }

  /** The smallest and the largest of `count` > 0 listed logits. */
  range(count: number): { least: number; most: number } {
    const { state } = this.#heap;
    this.#kernels.vocabularyRange(state, this.logits, count);
    return {
      least: this.#heap.float32(state + VOCABULARY_LEAST),
      most: this.#heap.float32(state + VOCABULARY_MOST),
    };
  }

  /** Orders the listed tokens, which takes the room of the listed logits. @returns where their logits are then */
  order(count: number): number {
    return this.#kernels.vocabularyOrder(this.#heap.state, this.pairs, this.capacity, count);
  }

  /** Leaves of the listed tokens their probabilities among each other, in index order. @returns where those are then */
  weigh(count: number, measure: Measure): number {
    return this.#kernels.vocabularyShares(measure.weights, this.pairs, this.capacity, count);
  }

  /** Where the indices are that belong to what is at `at`: ordered logits, or probabilities. */
  indicesOf(at: number): number {
    return at + 4 * this.capacity;
  }

  /** How many of the `count` ordered logits at `at`, from the first on, it takes until `above` and their measure reach `target`. */
  cut(at: number, count: number, above: number, target: number, measure: Measure): Reached {
    const { state } = this.#heap;
    this.#kernels.vocabularyCut(state, measure.weights, at, count, above, target);
    return {
      t: this.#heap.float32(state + VOCABULARY_THRESHOLD),
      ties: this.#heap.word(state + VOCABULARY_TIES),
      sum: this.#heap.float64(state + VOCABULARY_MASS),
    };
  }
}

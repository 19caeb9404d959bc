/**
 * A row of logits, one for each token of a vocabulary, in the heap: its passes, tile by tile where it does not fit, and the
 * list that passes put tokens into.
 */

import { ALL_TIES, VOCABULARY_BLOCKS, VOCABULARY_STRIP } from "../../../assembly/layout";
import { checkChoice, type Tokens } from "../../check";
import type { Core, Heap } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { VOCABULARY } from "../../kernels/vocabulary";
import { keyOf, logitOf, orderPairs } from "../../order";
import { offsetOf } from "../../typedArray";
import { Allowed } from "./mask";

/**
 * The first tokens of the order, which is by logit downwards and equal ones by index: every token above t, and of those that equal
 * it the first `ties`. Whatever truncates keeps such a prefix.
 */
export interface Prefix {
  readonly t: number;
  readonly ties: number;
}

/** A prefix, and its weights' sum. */
export interface Reached extends Prefix {
  readonly mass: number;
}

/** Tokens in order, and their log-probabilities. */
export interface Top {
  readonly indices: Uint32Array;
  readonly logProbs: Float32Array;
}

/** Log-probabilities are (x - m) / T - logS. */
export interface ToLogProb {
  readonly m: number;
  readonly temperature: number;
  readonly logS: number;
}

/** How many tokens are between two bounds, how many above them, and whether the list has room for those between. */
interface Found {
  readonly count: number;
  readonly above: number;
  readonly fits: boolean;
}

export const EVERYTHING: Prefix = { t: -Infinity, ties: ALL_TIES };

/** Floats that gather reads together, also where fewer are left. */
const VECTORS = 64;

/** Copied in together: a tile is read again from the first cache. */
const TILE = 4096;

/** One tile of tokens: the kernels' arguments. @returns true to stop */
type Work = (x: number, mask: number, from: number, n: number) => boolean | undefined;

/** Something to walk over: the row, or a list of logits in the heap. */
export interface Source {
  readonly length: number;
  readonly shift: number;
  pass(work: Work): void;
}

export class Row implements Source {
  readonly #fn: string;
  readonly length: number;
  /** Blocks are of 2^shift tokens. */
  readonly shift: number;
  readonly logits: Float32Array;
  readonly #mask: Allowed | undefined;
  readonly heap: Heap;
  readonly kernels: VocabularyKernels;
  readonly state: number;
  readonly #x: number;
  readonly #bits: number;
  /** What writing the mask needs. */
  readonly #scratch: number;
  /** Where lists go, and how many tokens they hold; of logits alone twice as many, behind them. */
  readonly #pairs: number;
  readonly values: number;
  readonly capacity: number;
  /** Tokens to a tile; the row's length once all of it is in the heap. */
  #tile: number;
  /** The row has room in the heap, and stays there once it is copied. */
  readonly #fits: boolean;
  #xHere: boolean;
  #maskHere: boolean;
  /** Blocks of it. */
  readonly blocks: number;

  constructor(core: Core<VocabularyKernels>, fn: string, { x: logits, length: n, mask: given }: Tokens) {
    const { heap, kernels } = core;
    this.#fn = fn;
    this.heap = heap;
    this.kernels = kernels;
    this.state = heap.state;
    this.logits = logits;
    const mask = given === undefined ? undefined : new Allowed(core, given);
    this.#mask = mask;
    this.length = n;
    let shift = Math.log2(VOCABULARY_STRIP);
    while (n / 2 ** shift > VOCABULARY_BLOCKS) shift++;
    this.shift = shift;
    this.blocks = Math.ceil(n / 2 ** shift);

    const xHome = heap.locate(logits, offsetOf(logits));
    const maskHome = mask === undefined ? 0 : mask.home(n);
    const scratch = mask === undefined ? 0 : mask.scratch;
    this.#xHere = xHome !== 0;
    this.#maskHere = maskHome !== 0 || mask === undefined;
    const { room } = heap;
    const least = Math.min(room >> 2, 32768); // floats of the list, four to a token
    const perToken = (this.#xHere ? 0 : 1) + (this.#maskHere ? 0 : 1 / 32);
    const fitting = perToken === 0 ? n : Math.floor((room - least - scratch - 16) / perToken);
    this.#fits = n <= fitting;
    this.#tile = this.#xHere && this.#maskHere ? n : Math.min(n, this.#fits ? TILE : fitting & -VOCABULARY_STRIP);
    const staged = this.#fits ? n : this.#tile;
    let at = heap.workspace;
    const take = (floats: number): number => {
      const from = at;
      at += (4 * floats + 15) & ~15;
      return from;
    };
    this.#x = this.#xHere ? xHome : take(staged);
    this.#bits = this.#maskHere ? maskHome : take(Math.ceil(staged / 32));
    this.#scratch = take(scratch);
    this.#pairs = at;
    this.capacity = (room - ((at - heap.workspace) >> 2)) >> 2;
    this.values = at + 8 * this.capacity;
  }

  /** Walks over the row in tiles, from the first token on. @param keep  what is copied in is to stay, if it fits */
  pass(work: Work, keep = true): void {
    const { length } = this;
    if (this.#xHere && this.#maskHere) {
      work(this.#x, this.#bits, 0, length);
      return;
    }
    const stays = keep && this.#fits;
    for (let from = 0; from < length; from += this.#tile) {
      const n = Math.min(this.#tile, length - from);
      const to = stays ? from : 0;
      let x = this.#x + 4 * from;
      if (!this.#xHere) {
        x = this.#x + 4 * to;
        this.heap.write(x, this.logits, from, n);
      }
      let bits = this.#bits;
      if (this.#mask !== undefined) {
        bits += this.#maskHere ? from >> 3 : to >> 3;
        if (!this.#maskHere) this.#mask.write(bits, this.#scratch, from, n);
      }
      if (work(x, bits, from, n)) return;
    }
    if (!stays) return;
    this.#xHere = true;
    this.#maskHere = true;
  }

  /**
   * The largest allowed logit, above -Infinity.
   *
   * @param keep  there will be another pass
   * @throws {RangeError} an allowed logit is NaN, or none is above -Infinity
   */
  largest(keep: boolean): number {
    const { vocabularyMaxima } = this.kernels;
    this.pass((x, mask, from, n) => {
      vocabularyMaxima(this.state, x, mask, from, n, this.shift);
      return false;
    }, keep);
    let m = -Infinity;
    for (let b = 0; b < this.blocks; b++) m = Math.max(m, this.#maximum(b));
    checkChoice(this.#fn, m, () => this.first(m), this.#mask !== undefined);
    return m;
  }

  /** The largest logit of a block, as `largest` has found it. */
  #maximum(block: number): number {
    return this.heap.float32(this.state + VOCABULARY.maxima + 4 * block);
  }

  allows(i: number): boolean {
    return this.#mask === undefined || this.#mask.has(i);
  }

  /**
   * The first allowed token whose logit is m, the largest one, or NaN. Where another thread has overwritten it meanwhile it is
   * the first one allowed from its block on.
   */
  first(m: number): number {
    let block = 0;
    while (block < this.blocks - 1 && !Object.is(this.#maximum(block) + 0, m + 0)) block++; // -0 is 0
    const from = block << this.shift;
    let instead = -1;
    for (let i = from; i < this.length; i++) {
      const v = this.logits[i];
      if ((v === m || (m !== m && v !== v)) && this.allows(i)) return i;
      if (instead < 0 && this.allows(i)) instead = i;
    }
    return Math.max(instead, from);
  }

  /** Σ exp((x - m) / T), its logarithm, and the log-sum-exp: at T = 0 its limit, the others meaning nothing. */
  sum(m: number, temperature: number): { s: number; logS: number; logSumExp: number } {
    const { vocabularySum } = this.kernels;
    this.pass((x, mask, from, n) => {
      vocabularySum(this.state, x, mask, from, n, this.shift, m, temperature);
      return false;
    });
    return {
      s: this.sumAt(VOCABULARY.sum),
      logS: this.heap.float64(this.state + VOCABULARY.log),
      logSumExp: this.heap.float32(this.state + VOCABULARY.total),
    };
  }

  /** A sum that a kernel has left in two parts. */
  sumAt(offset: number): number {
    const at = this.state + offset;
    return this.heap.float64(at) + this.heap.float64(at + 8);
  }

  /** Lists the tokens of `source` with lo <= x <= hi, of those equal to lo the first `ties` alone, if there is room. */
  list(source: Source, lo: number, hi: number, ties = ALL_TIES, room = this.capacity): Found {
    return this.#gather(1, this.#pairs, room, source, lo, hi, ties);
  }

  /** The same without their indices, into `values`. The source may be those. */
  collect(source: Source, lo: number, hi: number, ties = ALL_TIES): Found {
    return this.#gather(0, this.values, 2 * this.capacity - VECTORS, source, lo, hi, ties);
  }

  #gather(pairs: number, at: number, room: number, source: Source, lo: number, hi: number, ties: number): Found {
    const { vocabularyGather } = this.kernels;
    const { heap, state } = this;
    const { shift } = source;
    source.pass((x, mask, from, n) => {
      vocabularyGather(state, at, room, pairs, x, mask, from, n, shift, lo, hi, ties);
      return false;
    });
    const count = heap.word(state + VOCABULARY.count);
    return { count, above: heap.word(state + VOCABULARY.above), fits: count <= room };
  }

  /** Orders the list. @returns where its logits are then; its indices are `capacity` floats behind them */
  order(count: number): number {
    return this.kernels.vocabularyOrder(this.state, this.#pairs, this.capacity, count);
  }

  /** The first tokens of the ordered list at `at` until their weights and `above` reach `target`. */
  cut(at: number, count: number, above: number, target: number, m: number, temperature: number): Reached {
    const { heap, state } = this;
    this.kernels.vocabularyCut(state, at, count, above, target, m, temperature);
    return {
      t: heap.float32(state + VOCABULARY.threshold),
      ties: heap.word(state + VOCABULARY.ties),
      mass: heap.float64(state + VOCABULARY.mass),
    };
  }

  /** Floats in the heap as a source. */
  floats(at: number, length: number): Source {
    return {
      length,
      shift: 0,
      pass: (work) => {
        work(at, 0, 0, length);
      },
    };
  }

  /** The first `count` of the ordered list at `at`. */
  ordered(at: number, count: number, toLogProb: ToLogProb): Top {
    const { m, temperature, logS } = toLogProb;
    this.kernels.vocabularyShift(at, count, m, temperature, logS);
    return { indices: this.heap.words(at + 4 * this.capacity, count), logProbs: this.heap.floats(at, count) };
  }

  /** The prefix's `count` tokens in order, where the heap has no room for so many. */
  orderOutside(count: number, t: number, ties: number, toLogProb: ToLogProb): Top {
    const { m, temperature, logS } = toLogProb;
    const words = new Uint32Array(4 * count);
    let found = 0;
    for (let i = 0; i < this.length && found < count; i++) {
      const v = this.logits[i];
      if (!this.allows(i) || !(v > t || (v === t && ties-- > 0))) continue;
      words[2 * found] = i;
      words[2 * found + 1] = keyOf(v);
      found++;
    }
    const at = orderPairs(words, 0, 2 * count, found);
    const indices = new Uint32Array(found);
    const logProbs = new Float32Array(found);
    for (let j = 0; j < found; j++) {
      indices[j] = words[at + 2 * j];
      logProbs[j] = (logitOf(words[at + 2 * j + 1]) - m) / temperature - logS;
    }
    return { indices, logProbs };
  }

  /** Walks over the tokens kept to the one at which their weights' sum passes `target`: -1, and all of it, if none does. */
  walk(kept: Prefix, target: number, m: number, temperature: number, block = 0): { index: number; mass: number } {
    const { vocabularyDraw } = this.kernels;
    let index = -1;
    this.pass((x, mask, from, n) => {
      const skip = Math.max(0, (block << this.shift) - from);
      if (skip >= n) return false;
      index = vocabularyDraw(
        this.state,
        x + 4 * skip,
        mask === 0 ? 0 : mask + (skip >> 3),
        from + skip,
        n - skip,
        this.shift,
        kept.t,
        kept.ties,
        target,
        m,
        temperature,
      );
      return index >= 0;
    });
    return { index, mass: this.heap.float64(this.state + VOCABULARY.mass) };
  }
}

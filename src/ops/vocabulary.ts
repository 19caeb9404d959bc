/**
 * A row of logits, one for each token of a vocabulary, and the questions that topK and sample ask of it.
 *
 * The order of tokens is by logit downwards, equal ones by index. Whatever truncates keeps a prefix of that order, which is
 * written down as a threshold: every token above `t`, and of those at `t` the first `ties`. No token is sorted to find one. A histogram
 * over the logits says in which bin the prefix ends, the bin's tokens are listed, and so on within the list.
 */
import { checkChoice } from "../check";
import type { Heap } from "../heap";
import {
  ALL_TIES,
  BINS_PER_OCTAVE,
  type Kernels,
  VOCABULARY,
  VOCABULARY_BINS,
  VOCABULARY_BLOCKS,
  VOCABULARY_STRIP,
} from "../kernels";
import type { Core } from "./axis";

/** Every token above t, and of those that equal it the first `ties`. */
export interface Prefix {
  readonly t: number;
  readonly ties: number;
  /** Its weights' sum, where that comes with it and does not depend on how much of the row the heap holds. */
  readonly mass?: number;
}

const EVERYTHING: Prefix = { t: -Infinity, ties: ALL_TIES };

/** Copied in together: a tile is read again from the first cache. */
const TILE = 4096;
const LAST_BIN = VOCABULARY_BINS - 1;
const LOWEST = -3.4028234663852886e38;

/** What a token's bin must be to be listed. */
interface Bin {
  readonly top: number;
  readonly perUnit: number;
  readonly first: number;
  readonly last: number;
}

// What the current call has read out of the heap; calls are synchronous, and none begins before another has ended.
/** The blocks' maxima. */
const maxima = new Float32Array(VOCABULARY_BLOCKS);
/** Weights of the last histogram's bins. */
const bins = new Float64Array(VOCABULARY_BINS);

/** 2^(-j/16), rounded to nearest. Written out, as engines' ** differ: three of them are off by one in Node 20. */
const STEPS = Float64Array.of(
  1,
  0.9576032806985737,
  0.9170040432046712,
  0.8781260801866497,
  0.8408964152537145,
  0.8052451659746271,
  0.7711054127039704,
  0.7384130729697497,
  Math.SQRT1_2,
  0.6771277734684463,
  0.6484197773255048,
  0.620928906036742,
  0.5946035575013605,
  0.5693943173783458,
  0.5452538663326288,
  0.5221368912137069,
);

const ANY: Bin = { top: 0, perUnit: 0, first: 0, last: Infinity };

/** Lists up to this long are sorted, and so are vocabularies; longer ones are divided by a histogram first. */
const SORTED = 256;

/** One tile of tokens: the kernels' arguments. @returns true to stop */
type Work = (x: number, mask: number, from: number, n: number) => boolean | undefined;

/** Something to walk over: the row, or a list of logits in the heap. */
interface Source {
  readonly length: number;
  readonly shift: number;
  pass(work: Work): void;
}

export class Vocabulary implements Source {
  readonly length: number;
  /** Blocks are of 2^shift tokens. */
  readonly shift: number;
  readonly #logits: Float32Array;
  readonly #mask: Uint32Array | undefined;
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #state: number;
  readonly #x: number;
  readonly #bits: number;
  /** Where lists go, and how many tokens they hold. */
  readonly #list: number;
  readonly #capacity: number;
  /** Tokens to a tile; the row's length once all of it is in the heap. */
  #tile: number;
  /** The row has room in the heap, and stays there once it is copied. */
  readonly #fits: boolean;
  #xHere: boolean;
  #maskHere: boolean;
  /** Blocks of it. */
  readonly #blocks: number;

  constructor(core: Core, logits: Float32Array, mask: Uint32Array | undefined) {
    const { heap, kernels } = core;
    this.#heap = heap;
    this.#kernels = kernels;
    this.#state = heap.state;
    this.#logits = logits;
    this.#mask = mask;
    const n = logits.length;
    this.length = n;
    let shift = Math.log2(VOCABULARY_STRIP);
    while (n / 2 ** shift > VOCABULARY_BLOCKS) shift++;
    this.shift = shift;
    this.#blocks = Math.ceil(n / 2 ** shift);

    const xHome = heap.locate(logits, logits.byteOffset);
    const maskHome = mask === undefined ? 0 : heap.locate(mask, mask.byteOffset);
    this.#xHere = xHome !== 0;
    this.#maskHere = maskHome !== 0 || mask === undefined;
    const { room } = heap;
    const least = Math.min(room >> 2, 32768); // floats of the list, two to a token
    const perToken = (this.#xHere ? 0 : 1) + (this.#maskHere ? 0 : 1 / 32);
    const fitting = perToken === 0 ? n : Math.floor((room - least - 16) / perToken);
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
    this.#list = at;
    this.#capacity = (room - ((at - heap.workspace) >> 2)) >> 1;
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
        this.#heap.write(x, this.#logits, from, n);
      }
      let bits = this.#bits;
      if (this.#mask !== undefined) {
        bits += this.#maskHere ? from >> 3 : to >> 3;
        if (!this.#maskHere) this.#heap.writeWords(bits, this.#mask, from >> 5, (n + 31) >> 5);
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
    const { vocabularyMaxima } = this.#kernels;
    this.pass((x, mask, from, n) => {
      vocabularyMaxima(this.#state, x, mask, from, n, this.shift);
      return false;
    }, keep);
    let m = -Infinity;
    for (let b = 0; b < this.#blocks; b++) {
      maxima[b] = this.#heap.float32(this.#state + VOCABULARY.maxima + 4 * b);
      m = Math.max(m, maxima[b]);
    }
    checkChoice(m, () => this.first(m), this.#mask !== undefined);
    return m;
  }

  #allows(i: number): boolean {
    return this.#mask === undefined || ((this.#mask[i >> 5] >>> (i & 31)) & 1) === 1;
  }

  /** The first allowed token whose logit is m, the largest one, or NaN. */
  first(m: number): number {
    let block = 0;
    while (maxima[block] !== m && !(m !== m && maxima[block] !== maxima[block])) block++;
    for (let i = block << this.shift; i < this.length; i++) {
      const v = this.#logits[i];
      if ((v === m || (m !== m && v !== v)) && this.#allows(i)) return i;
    }
    return -1;
  }

  /** Σ exp((x - m) / T), and its logarithm. */
  sum(m: number, temperature: number): { s: number; logS: number } {
    const { vocabularySum } = this.#kernels;
    this.pass((x, mask, from, n) => {
      vocabularySum(this.#state, x, mask, from, n, this.shift, m, temperature);
      return false;
    });
    const at = this.#state + VOCABULARY.sum;
    return {
      s: this.#heap.float64(at) + this.#heap.float64(at + 8),
      logS: this.#heap.float64(this.#state + VOCABULARY.log),
    };
  }

  /** Lists the tokens of `source` with lo <= x <= hi, and of `bin` where one is given. @returns how many there are */
  #gather(source: Source, lo: number, hi: number, ties = ALL_TIES, bin = ANY): number {
    const { vocabularyGather } = this.#kernels;
    const { shift } = source;
    const { top, perUnit, first, last } = bin;
    source.pass((x, mask, from, n) => {
      vocabularyGather(
        this.#state,
        this.#list,
        this.#capacity,
        x,
        mask,
        from,
        n,
        shift,
        lo,
        hi,
        top,
        perUnit,
        first,
        last,
        ties,
      );
      return false;
    });
    return this.#heap.word(this.#state + VOCABULARY.count);
  }

  /** The list's first `count` tokens as a source. */
  #listed(count: number): Source {
    return {
      length: count,
      shift: 0,
      pass: (work) => {
        work(this.#list, 0, 0, count);
      },
    };
  }

  /** The blocks' maxima as a source. */
  get #maxima(): Source {
    return {
      length: this.#blocks,
      shift: 0,
      pass: (work) => {
        work(this.#state + VOCABULARY.maxima, 0, 0, this.#blocks);
      },
    };
  }

  /** The first `taken` tokens of the ordered list as a prefix. */
  #prefixOfList(taken: number): Prefix {
    const at = this.#list + 4 * (taken - 1);
    const t = this.#heap.float32(at);
    let ties = 1;
    while (ties < taken && this.#heap.float32(at - 4 * ties) === t) ties++;
    return { t, ties };
  }

  /**
   * The first k tokens of `source` as a prefix; EVERYTHING, with their number as its mass, where fewer are finite.
   *
   * @param lo      tokens below it are not looked at
   * @param bottom  a guess of how far down the prefix reaches; the closer, the fewer steps
   */
  #reachCount(source: Source, k: number, m: number, lo: number, bottom: number): Prefix {
    const { vocabularyHistogram, vocabularyOrder } = this.#kernels;
    if (source.length <= SORTED) {
      const count = this.#gather(source, lo, m);
      if (k > count) return { ...EVERYTHING, mass: count };
      vocabularyOrder(this.#list, this.#capacity, count);
      return this.#prefixOfList(k);
    }
    const perUnit = Math.min(LAST_BIN / (m - bottom), 1e300);
    source.pass((x, mask, from, n) => {
      vocabularyHistogram(this.#state, x, mask, from, n, source.shift, lo, m, perUnit, LAST_BIN, m, 0, 0);
      return false;
    });
    const all = this.#weights(1, false);
    return k > all ? { ...EVERYTHING, mass: all } : this.#descend(source, 0, k, lo, m, perUnit, m, Infinity, 0);
  }

  /** Bins of vocabularyOctaves to a unit of logits, and the least logit at or above lo that falls into one. */
  #octavesDownTo(m: number, temperature: number, lo: number): { perUnit: number; least: number } {
    const perUnit = Math.min((BINS_PER_OCTAVE * Math.LOG2E) / temperature, 1e300);
    return { perUnit, least: Math.max(floatAtLeast(lo), floatAtLeast(m - (LAST_BIN - 2) / perUnit)) };
  }

  /** The weights exp((x - m) / T) of the tokens of `source` from `least` on, into bins. @returns their sum */
  #octaves(source: Source, least: number, m: number, perUnit: number): number {
    const { vocabularyOctaves } = this.#kernels;
    const { shift } = source;
    source.pass((x, mask, from, n) => {
      vocabularyOctaves(this.#state, x, mask, from, n, shift, least, m, perUnit);
      return false;
    });
    return this.#weights(1, true);
  }

  /**
   * The bins' weights, times `factor`, and where `octaves`, a sixteenth of an octave less from each bin to the next.
   *
   * @returns their sum, added up in the order of the bins
   */
  #weights(factor: number, octaves: boolean): number {
    const at = this.#state + VOCABULARY.bins;
    let sum = 0;
    for (let b = 0; b < VOCABULARY_BINS; b++) {
      const both = this.#heap.float64(at + 16 * b) + this.#heap.float64(at + 16 * b + 8);
      bins[b] = both * factor * (octaves ? STEPS[b & 15] : 1);
      sum += bins[b];
      if (octaves && (b & 15) === 15) factor *= 0.5;
    }
    return sum;
  }

  /**
   * From a histogram of `source` to the prefix at which the running sum, `above` and what follows, reaches `target`: the tokens
   * of the bin where it does are listed, and sorted if they are few, or divided by another histogram.
   *
   * @param lo, hi     what the histogram is of
   * @param perUnit    its bins are round((hi - x)·perUnit)
   * @param perOctave  of vocabularyOctaves, 0 where each token weighs 1
   */
  #descend(
    source: Source,
    above: number,
    target: number,
    lo: number,
    hi: number,
    perUnit: number,
    m: number,
    temperature: number,
    perOctave: number,
  ): Prefix {
    const { vocabularyHistogram, vocabularyOrder, vocabularyCut } = this.#kernels;
    let center = -1; // the bin of vocabularyOctaves that all of this is in
    for (;;) {
      let bin = 0; // in which the prefix ends; the last one that is not empty, where rounding leaves the sum short
      for (let b = 0, sum = above; b <= LAST_BIN && !(sum >= target && b > 0); b++) {
        if (bins[b] === 0) continue;
        bin = b;
        above = sum;
        sum += bins[b];
      }
      const weight = bins[bin];
      const margin = 1e-6 * (Math.abs(hi) + (bin + 1) / perUnit); // for what rounding does to the two bounds
      const from = bin === LAST_BIN ? lo : Math.max(lo, hi - (bin + 0.5) / perUnit - margin);
      const upTo = Math.min(hi, hi - (bin - 0.5) / perUnit + margin);
      const count = this.#gather(source, from, upTo, ALL_TIES, {
        top: hi,
        perUnit,
        first: bin,
        last: bin === LAST_BIN ? Infinity : bin,
      });
      if (count <= SORTED) {
        vocabularyOrder(this.#list, this.#capacity, count);
        const taken = vocabularyCut(this.#state, this.#list, count, above, target, m, temperature);
        return { ...this.#prefixOfList(taken), mass: this.#heap.float64(this.#state + VOCABULARY.mass) };
      }
      const least = this.#heap.float32(this.#state + VOCABULARY.least);
      const most = this.#heap.float32(this.#state + VOCABULARY.most);
      if (least === most) {
        const each = weight / count;
        const ties = Math.min(Math.max(Math.ceil((target - above) / each), 1), count);
        return { t: least, ties, mass: above + ties * each };
      }
      if (count <= this.#capacity) source = this.#listed(count);
      if (center < 0) center = perOctave > 0 ? bin : 0;
      lo = least;
      hi = most;
      perUnit = LAST_BIN / (most - least);
      const within = source;
      within.pass((x, mask, at, n) => {
        const { shift } = within;
        vocabularyHistogram(this.#state, x, mask, at, n, shift, lo, hi, perUnit, LAST_BIN, m, perOctave, center);
        return false;
      });
      this.#weights(STEPS[center & 15] * 2 ** -(center >> 4), false);
    }
  }

  /** A logit that at least k others should reach: certainly where k blocks have one, else most probably, by a sample. */
  #floor(k: number, m: number): number {
    if (this.length <= SORTED) return -Infinity;
    if (k <= this.#blocks) return this.#reachCount(this.#maxima, k, m, LOWEST, this.#lowestMaximum).t;
    const { length } = this;
    const size = Math.min(Math.max(length >> 3, 64), 2048, this.#capacity);
    const sample = new Float32Array(size);
    let drawn = 0;
    for (let j = 0; j < size; j++) {
      const i = Math.floor((j * length) / size);
      if (this.#allows(i)) sample[drawn++] = this.#logits[i];
    }
    const expected = (k * size) / length;
    const rank = Math.ceil(expected + 4 * Math.sqrt(expected) + 4); // four standard deviations, and then some
    if (rank > drawn) return -Infinity;
    this.#heap.write(this.#list, sample, 0, drawn);
    return this.#reachCount(this.#listed(drawn), rank, m, LOWEST, this.#lowestMaximum).t;
  }

  get #lowestMaximum(): number {
    let least = Infinity;
    for (let b = 0; b < this.#blocks; b++) if (maxima[b] > -Infinity && maxima[b] < least) least = maxima[b];
    return least;
  }

  /** Lists, in order, at least the first k tokens, if they are not too many. @returns how many of the list are wanted, or -1 */
  #listTop(k: number, m: number): number {
    const floor = this.#floor(k, m);
    const count = this.#gather(this, floor, m);
    if (count < k && floor > -Infinity) return -1;
    if (count > Math.min(this.#capacity, 4 * Math.max(SORTED, k))) return -1;
    this.#kernels.vocabularyOrder(this.#list, this.#capacity, count);
    return Math.min(k, count);
  }

  /** The k first tokens as a prefix; every finite one, if there are no more. */
  #top(k: number, m: number): Prefix {
    return this.#reachCount(this, k, m, LOWEST, m - 4 * (m - this.#lowestMaximum));
  }

  /** The k first allowed tokens, in order: fewer where fewer are allowed. */
  top(k: number, m: number): Uint32Array {
    const listed = this.#listTop(k, m);
    if (listed >= 0) return this.#indices(listed);
    const { t, ties, mass } = this.#top(k, m);
    const quota = t === -Infinity ? k - (mass as number) : ties; // what is not finite comes last
    const count = this.#gather(this, t, m, quota);
    if (count <= this.#capacity) {
      this.#kernels.vocabularyOrder(this.#list, this.#capacity, count);
      return this.#indices(count);
    }
    const logits = this.#logits;
    const indices = new Uint32Array(count);
    let found = 0;
    let left = quota;
    for (let i = 0; i < logits.length; i++) {
      if (this.#allows(i) && (logits[i] > t || (logits[i] === t && left-- > 0))) indices[found++] = i;
    }
    return indices.sort((a, b) => logits[b] - logits[a] || a - b);
  }

  #indices(count: number): Uint32Array {
    const at = this.#list + 4 * this.#capacity;
    const indices = new Uint32Array(count);
    for (let j = 0; j < count; j++) indices[j] = this.#heap.word(at + 4 * j);
    return indices;
  }

  /** What is left of the vocabulary by topK, then topP of what that leaves, then minP. */
  truncate(m: number, temperature: number, topK: number, topP: number, minP: number): Prefix {
    let kept = EVERYTHING;
    let done = topP === 1;
    if (topK === 1) return { t: m, ties: 1, mass: 1 };
    if (topK < this.length) ({ kept, done } = this.#truncateK(topK, topP, m, temperature));
    if (!done && topP < 1) kept = this.#nucleus(kept, topP, m, temperature);
    if (minP > 0) {
      const t = floatAtLeast(m + temperature * Math.log(minP));
      if (t > kept.t) return { t, ties: ALL_TIES };
    }
    return kept;
  }

  /** topK, and topP at once where the tokens are few enough for a list; `done` says whether. */
  #truncateK(k: number, topP: number, m: number, temperature: number): { kept: Prefix; done: boolean } {
    const { vocabularyCut } = this.#kernels;
    const listed = this.#listTop(k, m);
    if (listed < 0) {
      const { t, ties } = this.#top(k, m);
      return { kept: { t, ties }, done: false };
    }
    if (topP === 1) return { kept: this.#prefixOfList(listed), done: true };
    vocabularyCut(this.#state, this.#list, listed, 0, Infinity, m, temperature);
    const target = topP * this.#heap.float64(this.#state + VOCABULARY.mass);
    const taken = vocabularyCut(this.#state, this.#list, listed, 0, target, m, temperature);
    return { kept: this.#prefixOfList(taken), done: true };
  }

  /** The shortest prefix of what is kept that has the share topP of its weight. */
  #nucleus(kept: Prefix, topP: number, m: number, temperature: number): Prefix {
    if (kept === EVERYTHING) {
      if (this.length <= SORTED) return this.#nucleusOfFew(topP, m, temperature);
      const near = this.#nucleusByList(topP, m, temperature);
      if (near !== undefined) return near;
    }
    let surplus = 0; // weight of the tokens at kept.t that are not kept
    if (kept.ties !== ALL_TIES) {
      surplus = (this.#gather(this, kept.t, kept.t) - kept.ties) * Math.exp((kept.t - m) / temperature);
    }
    const { perUnit, least } = this.#octavesDownTo(m, temperature, Math.max(kept.t, LOWEST));
    const all = this.#octaves(this, least, m, perUnit);
    const found = this.#descend(this, 0, topP * (all - surplus), least, m, perUnit, m, temperature, perUnit);
    if (kept === EVERYTHING) return { ...found, mass: Math.fround(found.mass as number) };
    return { t: found.t, ties: found.t === kept.t ? Math.min(found.ties, kept.ties) : found.ties };
  }

  /**
   * Where most tokens are too light for the nucleus, as those of a language model are, a list of the others decides it: three
   * times as fast. Their weights are exact, and of the rest the sum that is known in float32 leaves: undefined, where that is too
   * close to tell by which token the nucleus ends, or the list would be long.
   */
  #nucleusByList(topP: number, m: number, temperature: number): Prefix | undefined {
    const at = this.#state + VOCABULARY.sum;
    const s = this.#heap.float64(at) + this.#heap.float64(at + 8);
    // all tokens lighter than this add up to less than 1 - topP
    const lightest = m + temperature * Math.log(((1 - topP) * s) / this.length);
    const { perUnit, least } = this.#octavesDownTo(
      m,
      temperature,
      Math.max(LOWEST, lightest - 1e-6 * Math.abs(lightest)),
    );
    let heavy = 0;
    const step = Math.ceil(this.length / 256);
    for (let i = 0; i < this.length; i += step) if (this.#logits[i] >= least && this.#allows(i)) heavy++;
    if (heavy * step > Math.min(this.length >> 4, this.#capacity >> 1)) return undefined;
    const count = this.#gather(this, least, m);
    if (count > this.#capacity) return undefined;
    const list = this.#listed(count);
    const listed = this.#octaves(list, least, m, perUnit);
    const target = topP * (listed + Math.max(0, s - listed));
    const { t, ties, mass = 0 } = this.#descend(list, 0, target, least, m, perUnit, m, temperature, perUnit);
    const last = Math.exp((t - m) / temperature);
    const slack = 4e-6 * s;
    if (!(mass - slack > target && mass - last + slack < target)) return undefined;
    return { t, ties, mass: Math.fround(mass) };
  }

  #nucleusOfFew(topP: number, m: number, temperature: number): Prefix {
    const { vocabularyOrder, vocabularyCut } = this.#kernels;
    const count = this.#gather(this, LOWEST, m);
    const mass = this.#state + VOCABULARY.mass;
    vocabularyOrder(this.#list, this.#capacity, count);
    vocabularyCut(this.#state, this.#list, count, 0, Infinity, m, temperature);
    const target = topP * this.#heap.float64(mass);
    const taken = vocabularyCut(this.#state, this.#list, count, 0, target, m, temperature);
    return { ...this.#prefixOfList(taken), mass: this.#heap.float64(mass) };
  }

  /** The token at which the running sum of the weights kept passes `share` of their whole. @param share  in [0, 1) */
  draw(kept: Prefix, share: number, m: number, s: number, temperature: number): { index: number; prob: number } {
    let mass = kept === EVERYTHING ? s : (kept.mass ?? this.#walk(kept, Infinity, m, temperature).mass);
    let drawn = this.#walk(kept, share * mass, m, temperature);
    if (drawn.index < 0) {
      // the weights kept are float32s, and add up to a little less than was reckoned: to this
      mass = drawn.mass;
      drawn = this.#walk(kept, Math.min(share * mass, mass * (1 - 2 ** -52)), m, temperature);
    }
    const weight = this.#heap.float64(this.#state + VOCABULARY.weight);
    return { index: drawn.index, prob: Math.min(1, weight / mass) };
  }

  #walk(kept: Prefix, target: number, m: number, temperature: number): { index: number; mass: number } {
    const { vocabularyDraw } = this.#kernels;
    let index = -1;
    this.pass((x, mask, from, n) => {
      index = vocabularyDraw(this.#state, x, mask, from, n, this.shift, kept.t, kept.ties, target, m, temperature);
      return index >= 0;
    });
    return { index, mass: this.#heap.float64(this.#state + VOCABULARY.mass) };
  }
}

const float = new Float32Array(1);
const floatBits = new Int32Array(float.buffer);

/** The least float32 that is at least v. */
function floatAtLeast(v: number): number {
  float[0] = v;
  if (float[0] >= v) return float[0];
  if (float[0] === 0) floatBits[0] = 1;
  else floatBits[0] += float[0] > 0 ? 1 : -1;
  return float[0];
}

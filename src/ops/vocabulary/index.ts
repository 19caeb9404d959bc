/** The questions that topK and sample ask of a vocabulary. */
import { ALL_TIES, VOCABULARY } from "../../kernels";
import type { Core } from "../axis";
import { descend, floatAtLeast, LOWEST, octaves, octavesDownTo, reachCount, SORTED } from "./prefix";
import { EVERYTHING, type Prefix, Row } from "./row";

export class Vocabulary {
  readonly #row: Row;

  constructor(core: Core, logits: Float32Array, mask: Uint32Array | undefined) {
    this.#row = new Row(core, logits, mask);
  }

  /** As Row says. */
  largest(keep: boolean): number {
    return this.#row.largest(keep);
  }

  first(m: number): number {
    return this.#row.first(m);
  }

  sum(m: number, temperature: number): { s: number; logS: number } {
    return this.#row.sum(m, temperature);
  }

  /** A logit that at least k others should reach: certainly where k blocks have one, else most probably, by a sample. */
  #floor(k: number, m: number): number {
    if (this.#row.length <= SORTED) return -Infinity;
    if (k <= this.#row.blocks) return reachCount(this.#row, this.#row.maxima, k, m, LOWEST, this.#row.lowestMaximum).t;
    const { length } = this.#row;
    const size = Math.min(Math.max(length >> 3, 64), 2048, this.#row.capacity);
    const sample = new Float32Array(size);
    let drawn = 0;
    for (let j = 0; j < size; j++) {
      const i = Math.floor((j * length) / size);
      if (this.#row.allows(i)) sample[drawn++] = this.#row.logits[i];
    }
    const expected = (k * size) / length;
    const rank = Math.ceil(expected + 4 * Math.sqrt(expected) + 4); // four standard deviations, and then some
    if (rank > drawn) return -Infinity;
    this.#row.heap.write(this.#row.list, sample, 0, drawn);
    return reachCount(this.#row, this.#row.listed(drawn), rank, m, LOWEST, this.#row.lowestMaximum).t;
  }

  /** Lists, in order, at least the first k tokens, if they are not too many. @returns how many of the list are wanted, or -1 */
  #listTop(k: number, m: number): number {
    const floor = this.#floor(k, m);
    const count = this.#row.gather(this.#row, floor, m);
    if (count < k && floor > -Infinity) return -1;
    if (count > Math.min(this.#row.capacity, 4 * Math.max(SORTED, k))) return -1;
    this.#row.kernels.vocabularyOrder(this.#row.list, this.#row.capacity, count);
    return Math.min(k, count);
  }

  /** The k first tokens as a prefix; every finite one, if there are no more. */
  #top(k: number, m: number): Prefix {
    return reachCount(this.#row, this.#row, k, m, LOWEST, m - 4 * (m - this.#row.lowestMaximum));
  }

  /** The k first allowed tokens, in order: fewer where fewer are allowed. */
  top(k: number, m: number): Uint32Array {
    const listed = this.#listTop(k, m);
    if (listed >= 0) return this.#row.indices(listed);
    const { t, ties, mass } = this.#top(k, m);
    const quota = t === -Infinity ? k - (mass as number) : ties; // what is not finite comes last
    const count = this.#row.gather(this.#row, t, m, quota);
    if (count <= this.#row.capacity) {
      this.#row.kernels.vocabularyOrder(this.#row.list, this.#row.capacity, count);
      return this.#row.indices(count);
    }
    const logits = this.#row.logits;
    const indices = new Uint32Array(count);
    let found = 0;
    let left = quota;
    for (let i = 0; i < logits.length; i++) {
      if (this.#row.allows(i) && (logits[i] > t || (logits[i] === t && left-- > 0))) indices[found++] = i;
    }
    return indices.sort((a, b) => logits[b] - logits[a] || a - b);
  }

  /** What is left of the vocabulary by topK, then topP of what that leaves, then minP. */
  truncate(m: number, temperature: number, topK: number, topP: number, minP: number): Prefix {
    let kept = EVERYTHING;
    let done = topP === 1;
    if (topK === 1) return { t: m, ties: 1, mass: 1 };
    if (topK < this.#row.length) ({ kept, done } = this.#truncateK(topK, topP, m, temperature));
    if (!done && topP < 1) kept = this.#nucleus(kept, topP, m, temperature);
    if (minP > 0) {
      const t = floatAtLeast(m + temperature * Math.log(minP));
      if (t > kept.t) return { t, ties: ALL_TIES };
    }
    return kept;
  }

  /** topK, and topP at once where the tokens are few enough for a list; `done` says whether. */
  #truncateK(k: number, topP: number, m: number, temperature: number): { kept: Prefix; done: boolean } {
    const { vocabularyCut } = this.#row.kernels;
    const listed = this.#listTop(k, m);
    if (listed < 0) {
      const { t, ties } = this.#top(k, m);
      return { kept: { t, ties }, done: false };
    }
    if (topP === 1) return { kept: this.#row.prefixOfList(listed), done: true };
    vocabularyCut(this.#row.state, this.#row.list, listed, 0, Infinity, m, temperature);
    const target = topP * this.#row.heap.float64(this.#row.state + VOCABULARY.mass);
    const taken = vocabularyCut(this.#row.state, this.#row.list, listed, 0, target, m, temperature);
    return { kept: this.#row.prefixOfList(taken), done: true };
  }

  /** The shortest prefix of what is kept that has the share topP of its weight. */
  #nucleus(kept: Prefix, topP: number, m: number, temperature: number): Prefix {
    if (kept === EVERYTHING) {
      if (this.#row.length <= SORTED) return this.#nucleusOfFew(topP, m, temperature);
      const near = this.#nucleusByList(topP, m, temperature);
      if (near !== undefined) return near;
    }
    let surplus = 0; // weight of the tokens at kept.t that are not kept
    if (kept.ties !== ALL_TIES) {
      surplus = (this.#row.gather(this.#row, kept.t, kept.t) - kept.ties) * Math.exp((kept.t - m) / temperature);
    }
    const { perUnit, least } = octavesDownTo(m, temperature, Math.max(kept.t, LOWEST));
    const all = octaves(this.#row, this.#row, least, m, perUnit);
    const found = descend(this.#row, this.#row, 0, topP * (all - surplus), least, m, perUnit, m, temperature, perUnit);
    if (kept === EVERYTHING) return { ...found, mass: Math.fround(found.mass as number) };
    return { t: found.t, ties: found.t === kept.t ? Math.min(found.ties, kept.ties) : found.ties };
  }

  /**
   * Where most tokens are too light for the nucleus, as those of a language model are, a list of the others decides it: three
   * times as fast. Their weights are exact, and of the rest the sum that is known in float32 leaves: undefined, where that is too
   * close to tell by which token the nucleus ends, or the list would be long.
   */
  #nucleusByList(topP: number, m: number, temperature: number): Prefix | undefined {
    const at = this.#row.state + VOCABULARY.sum;
    const s = this.#row.heap.float64(at) + this.#row.heap.float64(at + 8);
    // all tokens lighter than this add up to less than 1 - topP
    const lightest = m + temperature * Math.log(((1 - topP) * s) / this.#row.length);
    const { perUnit, least } = octavesDownTo(m, temperature, Math.max(LOWEST, lightest - 1e-6 * Math.abs(lightest)));
    let heavy = 0;
    const step = Math.ceil(this.#row.length / 256);
    for (let i = 0; i < this.#row.length; i += step) if (this.#row.logits[i] >= least && this.#row.allows(i)) heavy++;
    if (heavy * step > Math.min(this.#row.length >> 4, this.#row.capacity >> 1)) return undefined;
    const count = this.#row.gather(this.#row, least, m);
    if (count > this.#row.capacity) return undefined;
    const list = this.#row.listed(count);
    const listed = octaves(this.#row, list, least, m, perUnit);
    const target = topP * (listed + Math.max(0, s - listed));
    const { t, ties, mass = 0 } = descend(this.#row, list, 0, target, least, m, perUnit, m, temperature, perUnit);
    const last = Math.exp((t - m) / temperature);
    const slack = 4e-6 * s;
    if (!(mass - slack > target && mass - last + slack < target)) return undefined;
    return { t, ties, mass: Math.fround(mass) };
  }

  #nucleusOfFew(topP: number, m: number, temperature: number): Prefix {
    const { vocabularyOrder, vocabularyCut } = this.#row.kernels;
    const count = this.#row.gather(this.#row, LOWEST, m);
    const mass = this.#row.state + VOCABULARY.mass;
    vocabularyOrder(this.#row.list, this.#row.capacity, count);
    vocabularyCut(this.#row.state, this.#row.list, count, 0, Infinity, m, temperature);
    const target = topP * this.#row.heap.float64(mass);
    const taken = vocabularyCut(this.#row.state, this.#row.list, count, 0, target, m, temperature);
    return { ...this.#row.prefixOfList(taken), mass: this.#row.heap.float64(mass) };
  }

  /** The token at which the running sum of the weights kept passes `share` of their whole. @param share  in [0, 1) */
  draw(kept: Prefix, share: number, m: number, s: number, temperature: number): { index: number; prob: number } {
    let mass = kept === EVERYTHING ? s : (kept.mass ?? this.#row.walk(kept, Infinity, m, temperature).mass);
    let drawn = this.#row.walk(kept, share * mass, m, temperature);
    if (drawn.index < 0) {
      // the weights kept are float32s, and add up to a little less than was reckoned: to this
      mass = drawn.mass;
      drawn = this.#row.walk(kept, Math.min(share * mass, mass * (1 - 2 ** -52)), m, temperature);
    }
    const weight = this.#row.heap.float64(this.#row.state + VOCABULARY.weight);
    return { index: drawn.index, prob: Math.min(1, weight / mass) };
  }
}

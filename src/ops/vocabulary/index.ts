/** The questions that topK and sample ask of a vocabulary. */
import { ALL_TIES, VOCABULARY } from "../../kernels";
import { descend, floatAtLeast, LOWEST, octaves, octavesDownTo, reachCount, SORTED } from "./prefix";
import { EVERYTHING, type Prefix, Row } from "./row";

export class Vocabulary extends Row {
  /** A logit that at least k others should reach: certainly where k blocks have one, else most probably, by a sample. */
  #floor(k: number, m: number): number {
    if (this.length <= SORTED) return -Infinity;
    if (k <= this.blocks) return reachCount(this, this.maxima, k, m, LOWEST, this.lowestMaximum(m)).t;
    const { length } = this;
    const size = Math.min(Math.max(length >> 3, 64), 2048, this.capacity);
    const sample = new Float32Array(size);
    let drawn = 0;
    for (let j = 0; j < size; j++) {
      const i = Math.floor((j * length) / size);
      if (this.allows(i)) sample[drawn++] = this.logits[i];
    }
    const expected = (k * size) / length;
    const rank = Math.ceil(expected + 4 * Math.sqrt(expected) + 4); // four standard deviations, and then some
    if (rank > drawn) return -Infinity;
    this.heap.write(this.list, sample, 0, drawn);
    return reachCount(this, this.listed(drawn), rank, m, LOWEST, this.lowestMaximum(m)).t;
  }

  /** Lists, in order, at least the first k tokens, if they are not too many. @returns how many of the list are wanted, or -1 */
  #listTop(k: number, m: number): number {
    const floor = this.#floor(k, m);
    const count = this.gather(this, floor, m);
    if (count < k && floor > -Infinity) return -1;
    if (count > Math.min(this.capacity, 4 * Math.max(SORTED, k))) return -1;
    this.kernels.vocabularyOrder(this.list, this.capacity, count);
    return Math.min(k, count);
  }

  /** The k first tokens as a prefix; every finite one, if there are no more. */
  #top(k: number, m: number): Prefix {
    return reachCount(this, this, k, m, LOWEST, m - 4 * (m - this.lowestMaximum(m)));
  }

  /** The k first allowed tokens, in order: fewer where fewer are allowed. */
  top(k: number, m: number): Uint32Array {
    if (m < Infinity) return this.#topFinite(k, m);
    const tokens = new Uint32Array(k);
    let taken = 0;
    for (let i = this.first(m); i < this.length && taken < k; i++) {
      if (this.logits[i] === Infinity && this.allows(i)) tokens[taken++] = i;
    }
    if (taken === k) return tokens;
    this.gather(this, LOWEST, -LOWEST);
    const rest = this.#topFinite(k - taken, this.heap.float32(this.state + VOCABULARY.most));
    const all = Math.min(rest.length, k - taken);
    for (let j = 0; j < all; j++) tokens[taken + j] = rest[j];
    return tokens.slice(0, taken + all);
  }

  /** The same of the tokens up to m, the largest of those that are finite; -Infinity where none is. */
  #topFinite(k: number, m: number): Uint32Array {
    const listed = this.#listTop(k, m);
    if (listed >= 0) return this.indices(listed);
    const { t, ties, mass } = this.#top(k, m);
    const quota = t === -Infinity ? k - (mass as number) : ties; // what is not finite comes last
    const count = this.gather(this, t, m, quota);
    if (count <= this.capacity) {
      this.kernels.vocabularyOrder(this.list, this.capacity, count);
      return this.indices(Math.min(k, count));
    }
    const { logits, length } = this;
    const indices = new Uint32Array(count);
    let found = 0;
    let left = quota;
    for (let i = 0; i < length; i++) {
      const v = logits[i];
      if (this.allows(i) && v <= m && (v > t || (v === t && left-- > 0))) indices[found++] = i;
    }
    return indices.slice(0, Math.min(found, k)).sort((a, b) => logits[b] - logits[a] || a - b);
  }

  /** What is left of the vocabulary by topK, then topP of what that leaves, then minP. */
  truncate(m: number, temperature: number, topK: number, topP: number, minP: number): Prefix {
    if (topK === 1) return { t: m, ties: 1, mass: 1 };
    let kept = EVERYTHING;
    let done = false;
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
    const listed = this.#listTop(k, m);
    if (listed < 0) {
      const { t, ties } = this.#top(k, m);
      return { kept: { t, ties }, done: false };
    }
    const { t, ties } = topP < 1 ? this.#cut(listed, topP, m, temperature) : this.prefixOfList(listed);
    return { kept: { t, ties }, done: true };
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
      surplus = (this.gather(this, kept.t, kept.t) - kept.ties) * Math.exp((kept.t - m) / temperature);
    }
    const { perUnit, least } = octavesDownTo(m, temperature, Math.max(kept.t, LOWEST));
    const all = octaves(this, this, least, m, perUnit);
    const found = descend(this, this, topP * (all - surplus), least, m, perUnit, m, temperature, perUnit);
    if (kept === EVERYTHING) return { ...found, mass: Math.fround(found.mass as number) };
    return { t: found.t, ties: found.t === kept.t ? Math.min(found.ties, kept.ties) : found.ties };
  }

  /**
   * Where most tokens are too light for the nucleus, as those of a language model are, a list of the others decides it: three
   * times as fast. Their weights are exact, and of the rest the sum that is known in float32 leaves: undefined, where that is too
   * close to tell by which token the nucleus ends, or the list would be long.
   */
  #nucleusByList(topP: number, m: number, temperature: number): Prefix | undefined {
    const at = this.state + VOCABULARY.sum;
    const s = this.heap.float64(at) + this.heap.float64(at + 8);
    // all tokens lighter than this add up to less than 1 - topP
    const lightest = m + temperature * Math.log(((1 - topP) * s) / this.length);
    const { perUnit, least } = octavesDownTo(m, temperature, Math.max(LOWEST, lightest - 1e-6 * Math.abs(lightest)));
    let heavy = 0;
    const step = Math.ceil(this.length / 256);
    for (let i = 0; i < this.length; i += step) if (this.logits[i] >= least && this.allows(i)) heavy++;
    if (heavy * step > Math.min(this.length >> 4, this.capacity >> 1)) return undefined;
    const count = this.gather(this, least, m);
    if (count > this.capacity) return undefined;
    const list = this.listed(count);
    const listed = octaves(this, list, least, m, perUnit);
    const target = topP * (listed + Math.max(0, s - listed));
    const { t, ties, mass = 0 } = descend(this, list, target, least, m, perUnit, m, temperature, perUnit);
    const last = Math.exp((t - m) / temperature);
    const slack = 4e-6 * s;
    if (!(mass - slack > target && mass - last + slack < target)) return undefined;
    return { t, ties, mass: Math.fround(mass) };
  }

  #nucleusOfFew(topP: number, m: number, temperature: number): Prefix {
    const count = this.gather(this, LOWEST, m);
    this.kernels.vocabularyOrder(this.list, this.capacity, count);
    return this.#cut(count, topP, m, temperature);
  }

  /** The shortest prefix of the ordered list's first `count` tokens that has the share topP of their weight. */
  #cut(count: number, topP: number, m: number, temperature: number): Prefix {
    const { vocabularyCut } = this.kernels;
    const mass = this.state + VOCABULARY.mass;
    vocabularyCut(this.state, this.list, count, 0, Infinity, m, temperature);
    const target = topP * this.heap.float64(mass);
    const taken = vocabularyCut(this.state, this.list, count, 0, target, m, temperature);
    return { ...this.prefixOfList(taken), mass: this.heap.float64(mass) };
  }

  /** The token at which the running sum of the weights kept passes `share` of their whole. @param share  in [0, 1) */
  draw(kept: Prefix, share: number, m: number, s: number, temperature: number): { index: number; prob: number } {
    let mass = kept === EVERYTHING ? s : (kept.mass ?? this.walk(kept, Infinity, m, temperature).mass);
    let drawn = this.walk(kept, share * mass, m, temperature);
    if (drawn.index < 0) {
      // the weights kept are float32s, and add up to a little less than was reckoned: to this
      mass = drawn.mass;
      drawn = this.walk(kept, Math.min(share * mass, mass * (1 - 2 ** -52)), m, temperature);
    }
    if (drawn.index < 0) return { index: this.first(m), prob: Math.min(1, 1 / mass) }; // another thread writes the logits meanwhile
    const weight = this.heap.float64(this.state + VOCABULARY.weight);
    return { index: drawn.index, prob: Math.min(1, weight / mass) };
  }
}

/** The questions that topK and sample ask of a vocabulary. */

import { ALL_TIES } from "../../../assembly/layout";
import { VOCABULARY } from "../../kernels/vocabulary";
import { keyOf, logitOf } from "../../order";
import { COUNT, reach, weightOf } from "./prefix";
import { EVERYTHING, type Prefix, type Reached, Row, type ToLogProb, type Top } from "./row";

/** So few tokens are listed and sorted at once. */
const FEW = 256;

/** Up to this many of the most probable tokens are; vocabularies too, to find those. */
const LISTED = 1024;

/** Vocabularies up to this long are not worth a sample. */
const SAMPLED = 8192;

/** Tokens drawn for an estimate. */
const DRAWN = 1024;
const drawn = new Float32Array(DRAWN);

/** Three standard deviations of a count that should be `expected`, and then some. */
const slack = (expected: number): number => 3 * Math.sqrt(expected) + 3;

/** The least float32 above t. */
const floatAbove = (t: number): number => logitOf(keyOf(t) - 1);

/** The least float32 that is at least v. */
function floatAtLeast(v: number): number {
  const x = Math.fround(v);
  return x >= v ? x : floatAbove(x);
}

/** The token at which a prefix ends, by a sample, is one of those from lo to hi; about `heavy` tokens are above lo. */
interface Bracket {
  readonly lo: number;
  readonly hi: number;
  readonly heavy: number;
}

/** Temperatures at which float32 weights are what exp.ts says; beyond them differences of logits overflow, or are lost. */
const isPlain = (temperature: number): boolean => temperature <= 2 ** 64 && temperature >= 2 ** -64;

export class Vocabulary extends Row {
  get #drawnAtMost(): number {
    return Math.min(Math.max(this.length >> 3, 64), DRAWN, this.capacity);
  }

  /** Collects some logits, one from each of equally long stretches. @returns how many, and how many tokens each stands for */
  #draw(): { size: number; each: number } {
    const { length } = this;
    const wanted = this.#drawnAtMost;
    let size = 0;
    for (let j = 0; j < wanted; j++) {
      const jitter = 0.6180339887498949 * j; // that no period of the row's is met
      const i = Math.floor((j + jitter - Math.floor(jitter)) * (length / wanted));
      if (this.allows(i)) drawn[size++] = this.logits[i];
    }
    this.heap.write(this.values, drawn, 0, size);
    return { size, each: length / wanted };
  }

  /** The rank-th largest of `size` floats in the heap; -Infinity where there are not so many. */
  #ranked(at: number, size: number, rank: number): number {
    if (rank > size) return -Infinity;
    if (size <= FEW) {
      const listed = this.list(this.floats(at, size), -Infinity, Infinity).count;
      return rank > listed ? -Infinity : this.heap.float32(this.order(listed) + 4 * (rank - 1));
    }
    return reach(this, this.floats(at, size), Infinity, EVERYTHING, COUNT, () => ({ above: 0, target: rank })).t;
  }

  /** A logit that at least k others should reach, by what is largest in the blocks; certainly, where so many blocks have one. */
  #floorByBlocks(k: number): number {
    const { blocks } = this;
    const random = blocks * -Math.expm1(-k / blocks); // blocks that have one of k tokens, if these are anywhere
    const rank = Math.min(k, Math.ceil(random + slack(random * (1 - random / blocks))));
    return this.#ranked(this.state + VOCABULARY.maxima, blocks, rank);
  }

  /** The same by a sample of the row. */
  #floorBySample(k: number): number {
    const most = this.#drawnAtMost;
    const expected = (k * most) / this.length;
    const rank = Math.ceil(expected + slack(expected));
    return rank > most ? -Infinity : this.#ranked(this.values, this.#draw().size, rank);
  }

  /** Lists at least the first k tokens, if they are not too many: how many, or -1. */
  #listTop(k: number): number {
    const room = Math.min(this.capacity, 4 * Math.max(LISTED, k));
    const floors = k <= 2 * this.blocks ? [() => this.#floorByBlocks(k)] : [];
    for (const floorOf of this.length <= LISTED ? [() => -Infinity] : [...floors, () => this.#floorBySample(k)]) {
      const floor = floorOf();
      const { count, fits } = this.list(this, floor, Infinity, k, room);
      if (fits && (count >= k || floor === -Infinity)) return count;
    }
    return -1;
  }

  /** The k first allowed tokens, in order: fewer where fewer are allowed. */
  top(k: number, toLogProb: ToLogProb): Top {
    const { m } = toLogProb;
    if (k === 1) return { indices: Uint32Array.of(this.first(m)), logProbs: Float32Array.of(-toLogProb.logS) };
    const listed = this.#listTop(k);
    if (listed >= 0) return this.ordered(this.order(listed), Math.min(k, listed), toLogProb);
    const { t, ties } = this.#threshold(k, m);
    const { count, fits } = this.list(this, t, Infinity, ties);
    if (fits) return this.ordered(this.order(count), Math.min(k, count), toLogProb);
    return this.orderOutside(Math.min(k, count), t, ties, toLogProb);
  }

  /** The first k tokens as a prefix. */
  #threshold(k: number, m: number): Prefix {
    const { size, each } = this.#draw();
    const around = slack(k / each);
    const at = this.order(this.list(this.floats(this.values, size), -Infinity, Infinity).count);
    const ranked = (rank: number): number => this.heap.float32(at + 4 * (rank - 1));
    const [first, last] = [Math.floor(k / each - around), Math.ceil(k / each + around)];
    const hi = first < 1 ? Infinity : ranked(first);
    const lo = last > size ? -Infinity : ranked(last);
    const { count, above, fits } = this.collect(this, lo, hi, k);
    const within = fits && above < k && k <= above + count;
    const { t, ties } = within
      ? reach(this, this.floats(this.values, count), hi, { t: lo, ties: ALL_TIES }, COUNT, () => ({ above, target: k }))
      : reach(this, this, m, EVERYTHING, COUNT, () => ({ above: 0, target: k }));
    return { t, ties };
  }

  /** After `sum`: what is left of the vocabulary by topK, then topP of what that leaves, then minP. */
  truncate(m: number, temperature: number, topK: number, topP: number, minP: number): Prefix {
    if (topK === 1) return { t: m, ties: 1 };
    const k = Math.min(topK, this.length);
    const whole = k === this.length;
    const few = k <= (whole ? FEW : LISTED) && !(whole && topP === 1) ? this.#listTop(k) : -1;
    const kept =
      few >= 0
        ? this.#cutList(few, k, topP, m, temperature)
        : this.#nucleus(whole ? EVERYTHING : this.#threshold(k, m), topP, m, temperature);
    if (minP > 0) {
      const t = floatAtLeast(m + temperature * Math.log(minP));
      if (t > kept.t) return { t, ties: ALL_TIES };
    }
    return kept;
  }

  /** topK of a list, then topP. */
  #cutList(listed: number, topK: number, topP: number, m: number, temperature: number): Prefix {
    const at = this.order(listed);
    const count = Math.min(topK, listed);
    if (topP === 1) return this.cut(at, count, 0, Infinity, m, Infinity);
    const { mass } = this.cut(at, count, 0, Infinity, m, temperature);
    return this.cut(at, count, 0, topP * mass, m, temperature);
  }

  /** The shortest prefix of what is kept that has the share topP of its weight. */
  #nucleus(kept: Prefix, topP: number, m: number, temperature: number): Prefix {
    if (kept.t === -Infinity) kept = EVERYTHING;
    if (topP === 1) return kept;
    const weights = { m, temperature };
    const goal = (all: number) => ({ above: 0, target: topP * all });
    if (kept === EVERYTHING) {
      const found =
        this.length > SAMPLED && isPlain(temperature) ? this.#nucleusBySample(topP, m, temperature) : undefined;
      return found ?? reach(this, this, m, kept, weights, goal);
    }
    const { count, fits } = this.collect(this, kept.t, Infinity, kept.ties);
    if (!fits) return reach(this, this, m, kept, weights, goal);
    return reach(this, this.floats(this.values, count), m, { t: kept.t, ties: ALL_TIES }, weights, goal);
  }

  /** The logits between which a sample says that the nucleus ends: those below weigh 1 - topP of all, s. */
  #bracket(topP: number, s: number, m: number, temperature: number): Bracket {
    const { size, each } = this.#draw();
    const at = this.order(this.list(this.floats(this.values, size), -Infinity, Infinity).count);
    const target = ((1 - topP) * s) / each;
    let lo = -Infinity;
    let heavy = this.length;
    for (let j = size - 1, below = 0, squares = 0; j >= 0; j--) {
      const logit = this.heap.float32(at + 4 * j);
      const w = weightOf(logit, { m, temperature });
      below += w;
      squares += w * w;
      const around = 3 * (Math.sqrt(squares) + w); // three standard deviations, and then some
      if (below + around < target) {
        lo = logit;
        heavy = j * each;
      }
      if (below - around > target) return { lo, hi: logit, heavy };
    }
    return { lo, hi: Infinity, heavy };
  }

  /**
   * The nucleus by the weights of the tokens near its end alone, which are exact, and what is known in float32 of the others: all
   * that are above, where they are few, as in a language model's logits, else of all that are below.
   *
   * @returns undefined, where those sums leave it open by which token the nucleus ends
   */
  #nucleusBySample(topP: number, m: number, temperature: number): Prefix | undefined {
    const s = this.sumAt(VOCABULARY.sum);
    const { lo, hi, heavy } = this.#bracket(topP, s, m, temperature);
    const few = heavy <= this.length >> 4;
    const below = few ? 0 : this.#tail(lo, m, temperature);
    const most = few ? Infinity : hi;
    const { count, fits } = this.collect(this, floatAbove(lo), most);
    if (!fits) return undefined;
    const weights = { m, temperature };
    const target = topP * s;
    const found = reach(this, this.floats(this.values, count), most, EVERYTHING, weights, (all) => ({
      above: few ? 0 : s - below - all,
      target,
    }));
    // a sum of weights is good to 2^-24·(6 + 1.5·μ), μ their mean of (m - x)/T, which is at most log(n / sum)
    const bound = (sum: number): number => (sum > 0 ? 2 ** -24 * (6 + 1.5 * Math.log(this.length / sum)) * sum : 0);
    const open = few ? topP * bound(s) : bound(below) + bound((1 - topP) * s);
    const certain = ({ t, mass }: Reached): boolean =>
      mass - open >= target && mass - weightOf(t, weights) + open < target;
    if (certain(found)) return found;
    if (found.mass + open >= target) return undefined;
    const each = weightOf(lo, weights); // of those at lo
    const ties = Math.ceil((target - found.mass) / each);
    const end = { t: lo, ties, mass: found.mass + ties * each };
    return certain(end) && ties <= this.collect(this, lo, lo).count ? end : undefined;
  }

  /** The weights of the tokens up to `most`, in float32. */
  #tail(most: number, m: number, temperature: number): number {
    this.pass((x, mask, from, n) => {
      this.kernels.vocabularyTail(this.state, x, mask, from, n, this.shift, most, m, temperature);
      return false;
    });
    return this.sumAt(VOCABULARY.tail);
  }

  /** The token at which the running sum of the weights kept passes `share` of their whole. @param share  in [0, 1) */
  draw(kept: Prefix, share: number, m: number, s: number, temperature: number): { index: number; prob: number } {
    let mass = s;
    let { index, mass: walked } = this.walk(kept, kept === EVERYTHING ? share * s : Infinity, m, temperature);
    if (index < 0) {
      // the weights are float32s: to this they add up
      mass = walked;
      const target = Math.min(share * mass, mass * (1 - 2 ** -52));
      const block = this.kernels.vocabularySeek(this.state, this.blocks, target);
      ({ index } = this.walk(kept, target, m, temperature, block));
    }
    const weight = this.heap.float64(this.state + VOCABULARY.weight);
    // some token, where the logits have changed during the call and the one that was looked for is gone
    return { index: Math.max(0, index), prob: Math.min(1, weight / mass) };
  }
}

/**
 * Sessions of a language model: each has the keys and values of its tokens in memory that `alloc` gave out.
 *
 * The cache of a session that ended is kept for the next one: all have the same size. `runtime.free(view)` would give it back.
 */
import { randomUUID } from "node:crypto";
import { seeded } from "softmax-wasm";

/** No cache is left for another session. */
export class Full extends Error {}

/** What a client asked for cannot be. */
export class Refused extends Error {}

export class Sessions {
  #model;
  #open = new Map(); // id -> { cache, random, length }: length tokens are in the cache
  #spare = []; // caches of sessions that ended

  constructor(model) {
    this.#model = model;
  }

  /**
   * @param seed  a whole number: the session draws the same tokens again; without one, others each time
   * @returns     the new session's id
   * @throws {Refused} seed is something else
   * @throws {Full}    no memory is left
   */
  open(seed) {
    if (seed !== undefined && !Number.isInteger(seed)) throw new Refused('"seed" must be a whole number');
    const cache = this.#spare.pop() ?? this.#newCache();
    const id = randomUUID();
    this.#open.set(id, { cache, random: seed === undefined ? Math.random : seeded(seed), length: 0 });
    return id;
  }

  #newCache() {
    try {
      return this.#model.newCache();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new Full(`no memory for another session beside ${this.#open.size}: end one, or try later`, {
        cause: error,
      });
    }
  }

  has(id) {
    return this.#open.has(id);
  }

  /**
   * Reads tokens behind those that the session has, and draws the one that follows. The drawn one is not read: a client that
   * takes it sends it back as the next token.
   *
   * @param options  what the package's sample takes: temperature, topK, topP, minP
   * @returns        { token, prob, length }
   * @throws {Refused} tokens or options are not what they must be
   */
  next(id, tokens, options) {
    const session = this.#open.get(id);
    const { vocabulary, positions } = this.#model;
    const isToken = (token) => Number.isInteger(token) && token >= 0 && token < vocabulary;
    if (!Array.isArray(tokens) || tokens.length === 0 || !tokens.every(isToken)) {
      throw new Refused(`"tokens" must be a list of whole numbers from 0 to ${vocabulary - 1}, and not empty`);
    }
    const left = positions - session.length;
    if (tokens.length > left) throw new Refused(`${tokens.length} tokens came, and ${left} positions are left`);
    const logits = this.#model.forward(tokens, session.length, session.cache);
    const drawn = this.#sample(logits, { ...options, random: session.random });
    session.length += tokens.length; // last: a refused request leaves the session as it was
    return { token: drawn.index, prob: drawn.prob, length: session.length };
  }

  #sample(logits, options) {
    try {
      return this.#model.runtime.sample(logits, options);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      throw new Refused(error.message, { cause: error }); // names the option and what it must be
    }
  }

  close(id) {
    this.#spare.push(this.#open.get(id).cache);
    this.#open.delete(id);
  }
}

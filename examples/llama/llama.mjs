/**
 * A Llama-2 language model: attention and the choice of tokens by softmax-wasm, the rest in plain loops.
 *
 * Every position is a vector x of `dim` floats. A layer adds to it what attention finds among the positions before, then what a
 * small network makes of it; the last x, times the embedding of every token, are the next token's logits.
 */
import { draftAfter } from "./draft.mjs";

/** A story ends with BOS. */
const END = 1;

/** y[rows] = W[rows, cols] · x[cols] */
function multiplyOne(y, weights, x) {
  const cols = x.length;
  for (let r = 0; r < y.length; r++) {
    let s = 0;
    for (let c = 0, at = r * cols; c < cols; c++) s += weights[at + c] * x[c];
    y[r] = s;
  }
}

/** The same for x[4, cols] and y[4, rows]. Every weight is read once, and no sum waits for another: twice as fast. */
function multiplyFour(y, weights, x) {
  const cols = x.length / 4;
  const rows = y.length / 4;
  for (let r = 0; r < rows; r++) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let c = 0, at = r * cols; c < cols; c++) {
      const w = weights[at + c];
      s0 += w * x[c];
      s1 += w * x[cols + c];
      s2 += w * x[2 * cols + c];
      s3 += w * x[3 * cols + c];
    }
    y[r] = s0;
    y[rows + r] = s1;
    y[2 * rows + r] = s2;
    y[3 * rows + r] = s3;
  }
}

/** y[count, rows] = x[count, cols] · Wᵀ, for W[rows, cols]. */
function multiply(y, weights, x, count) {
  const [rows, cols] = [y.length / count, x.length / count];
  for (let i = 0, n = 0; i < count; i += n) {
    n = count - i >= 4 ? 4 : 1;
    const product = n === 4 ? multiplyFour : multiplyOne;
    product(y.subarray(i * rows, (i + n) * rows), weights, x.subarray(i * cols, (i + n) * cols));
  }
}

/** y = weight · x / rms(x), for each row of x[:, dim], dim being the weight's length. */
function normalise(y, x, weight) {
  for (let at = 0; at < x.length; at += weight.length) {
    let s = 0;
    for (let i = 0; i < weight.length; i++) s += x[at + i] * x[at + i];
    const scale = 1 / Math.sqrt(s / weight.length + 1e-5);
    for (let i = 0; i < weight.length; i++) y[at + i] = weight[i] * (scale * x[at + i]);
  }
}

/** Turns each pair of floats of each head by an angle that grows with the position: rotary embedding. */
function rotate(x, position, headDim) {
  for (let i = 0; i < x.length; i += 2) {
    const angle = position / 10000 ** ((i % headDim) / headDim);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [a, b] = [x[i], x[i + 1]];
    x[i] = a * cos - b * sin;
    x[i + 1] = a * sin + b * cos;
  }
}

function add(x, y) {
  for (let i = 0; i < x.length; i++) x[i] += y[i];
}

const row = (matrix, r, width) => matrix.subarray(r * width, (r + 1) * width);

export class Llama {
  /**
   * @param {Uint8Array} file  seven int32 (dim, hidden, layers, heads, kvHeads, vocabulary, positions), then float32 tensors
   * @param runtime            a runtime of softmax-wasm; caches of keys and values live in its memory
   * @throws {RangeError}      the file ends before its last tensor
   */
  constructor(file, runtime) {
    const bytes = file.slice().buffer;
    const short = () => new RangeError("no llama2.c checkpoint: the file ends before its last tensor");
    if (!(bytes.byteLength >= 28)) throw short();
    const [dim, hidden, layers, heads, kvHeads, vocabulary, positions] = new Int32Array(bytes, 0, 7);
    const headDim = dim / heads;
    const kvDim = kvHeads * headDim;
    let at = 28;
    const tensor = (length) => {
      if (!(at + 4 * length <= bytes.byteLength)) throw short();
      const floats = new Float32Array(bytes, at, length);
      at += 4 * length;
      return floats;
    };
    const perLayer = (length) => Array.from({ length: layers }, () => tensor(length));

    Object.assign(this, { runtime, dim, hidden, heads, kvHeads, headDim, kvDim, vocabulary, positions });
    this.embedding = tensor(vocabulary * dim);
    const tensors = {
      attentionNorm: perLayer(dim),
      wq: perLayer(dim * dim),
      wk: perLayer(dim * kvDim),
      wv: perLayer(dim * kvDim),
      wo: perLayer(dim * dim),
      networkNorm: perLayer(dim),
      w1: perLayer(dim * hidden),
      w2: perLayer(dim * hidden),
      w3: perLayer(dim * hidden),
    };
    this.finalNorm = tensor(dim);
    this.layers = Array.from({ length: layers }, (_, l) =>
      Object.fromEntries(Object.entries(tensors).map(([name, all]) => [name, all[l]])),
    );
  }

  /**
   * Room for the keys and values of one text, in the runtime's memory: every call of attention reads them where they lie.
   *
   * @returns {Float32Array}  [layers, 2, positions, kvHeads, headDim]
   * @throws {RangeError}     the memory is full
   */
  newCache() {
    return this.runtime.alloc(this.layers.length * 2 * this.positions * this.kvDim);
  }

  /**
   * Reads `tokens`, which stand at `position` and the following; what stood before them is in the cache. What the cache has
   * from `position` on is written over: going back to an earlier position is all it takes to forget tokens.
   *
   * @returns {Float32Array}  [count, vocabulary]: the logits after each of the last `count` tokens
   */
  forward(tokens, position, cache, count = 1) {
    const { dim } = this;
    const x = new Float32Array(tokens.length * dim);
    tokens.forEach((token, i) => {
      x.set(row(this.embedding, token, dim), i * dim);
    });
    this.layers.forEach((layer, l) => {
      const [keys, values] = [2 * l, 2 * l + 1].map((n) => row(cache, n, this.positions * this.kvDim));
      this.attend(layer, x, position, keys, values);
      this.think(layer, x);
    });
    const last = x.subarray(x.length - count * dim);
    normalise(last, last, this.finalNorm);
    const logits = new Float32Array(count * this.vocabulary);
    multiply(logits, this.embedding, last, count);
    return logits;
  }

  /** x += wo · attention: all new positions in one call, against the cache that ends with them. */
  attend(layer, x, position, keys, values) {
    const { dim, heads, kvHeads, headDim, kvDim } = this;
    const count = x.length / dim;
    const normed = new Float32Array(x.length);
    const q = new Float32Array(x.length);
    const newKeys = keys.subarray(position * kvDim, (position + count) * kvDim);
    const newValues = values.subarray(position * kvDim, (position + count) * kvDim);
    normalise(normed, x, layer.attentionNorm);
    multiply(q, layer.wq, normed, count);
    multiply(newKeys, layer.wk, normed, count);
    multiply(newValues, layer.wv, normed, count);
    for (let i = 0; i < count; i++) {
      rotate(row(q, i, dim), position + i, headDim);
      rotate(row(newKeys, i, kvDim), position + i, headDim);
    }
    const found = this.runtime.attention(q, keys, values, {
      headDim,
      heads,
      kvHeads,
      layout: "bshd",
      causal: true,
      queryOffset: position, // the first token sees the cache up to itself, the next one more, and so on
      keyLengths: Uint32Array.of(position + count),
    });
    multiply(normed, layer.wo, found, count);
    add(x, normed);
  }

  /** x += w2 · (silu(w1·x) · w3·x) */
  think(layer, x) {
    const { dim, hidden } = this;
    const count = x.length / dim;
    const normed = new Float32Array(x.length);
    const gate = new Float32Array(count * hidden);
    const up = new Float32Array(count * hidden);
    normalise(normed, x, layer.networkNorm);
    multiply(gate, layer.w1, normed, count);
    multiply(up, layer.w3, normed, count);
    for (let i = 0; i < gate.length; i++) gate[i] *= up[i] / (1 + Math.exp(-gate[i]));
    multiply(normed, layer.w2, gate, count);
    add(x, normed);
  }

  /**
   * Tokens after `prompt`, until the story ends (with BOS) or there is no position left. One story at a time: each call writes
   * over the cache of the one before.
   *
   * With `draft`, a step reads the next token together with tokens that draftAfter proposes, and verifyDraft decides how many of
   * those the model would have said. The distribution of the text stays the model's; at temperature 0 it is the same text, but where
   * two logits are equal within rounding.
   *
   * @param options  steps; draft: how many tokens to propose a step, 0 unless given; repetition: the penalty for every token of the
   *                 text so far; and what the package's sample takes: temperature (here 0 by default: always the likeliest
   *                 token), topK, topP, minP, random
   * @yields         { tokens, drafted, accepted } of each step: the accepted tokens and the one that follows them
   * @throws {RangeError} an option is out of its range
   */
  *steps(prompt, { steps = this.positions, draft = 0, repetition, ...options } = {}) {
    if (!(Number.isInteger(draft) && draft >= 0)) {
      throw new RangeError(`"draft" expected a whole number >= 0, got ${draft}`);
    }
    const text = [...prompt];
    const penalties = repetition === undefined ? undefined : { tokens: text, repetition };
    const choice = { temperature: 0, penalties, ...options };
    const end = Math.min(steps, this.positions);
    this.ownCache ??= this.newCache();
    for (let read = 0; text.length <= end; ) {
      const fresh = text.slice(read); // the whole prompt at first, then the last token
      const drafted = draftAfter(text, Math.min(draft, end - text.length));
      const logits = this.forward([...fresh, ...drafted], read, this.ownCache, 1 + drafted.length);
      const { accepted, index } = this.runtime.verifyDraft(logits, drafted, choice);
      read = text.length + accepted; // keys and values of refused tokens are behind it, and will be written over
      const said = [...drafted.slice(0, accepted), index];
      const stop = said.indexOf(END);
      const tokens = stop < 0 ? said : said.slice(0, stop);
      yield { tokens, drafted: drafted.length, accepted };
      if (stop >= 0) return;
      text.push(...tokens);
    }
  }

  /** The tokens of `steps`, one after the other. */
  *generate(prompt, options) {
    for (const { tokens } of this.steps(prompt, options)) yield* tokens;
  }
}

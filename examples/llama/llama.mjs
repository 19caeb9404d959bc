/**
 * A Llama-2 language model: attention and the choice of tokens by softmax-wasm, the rest in plain loops.
 *
 * Every position is a vector x of `dim` floats. A layer adds to it what attention finds among the positions before, then what a
 * small network makes of it; the last x, times the embedding of every token, are the next token's logits.
 */

/** y[rows] = W[rows, cols] · x[cols] */
function multiply(y, weights, x) {
  const cols = x.length;
  for (let r = 0; r < y.length; r++) {
    let s = 0;
    for (let c = 0, at = r * cols; c < cols; c++) s += weights[at + c] * x[c];
    y[r] = s;
  }
}

/** y = weight · x / rms(x) */
function normalise(y, x, weight) {
  let s = 0;
  for (const v of x) s += v * v;
  const scale = 1 / Math.sqrt(s / x.length + 1e-5);
  for (let i = 0; i < x.length; i++) y[i] = weight[i] * (scale * x[i]);
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

  /** The logits after `tokens`, which stand at `position` and the following; what stood before them is in the cache. */
  forward(tokens, position, cache) {
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
    const last = x.subarray(x.length - dim);
    normalise(last, last, this.finalNorm);
    const logits = new Float32Array(this.vocabulary);
    multiply(logits, this.embedding, last);
    return logits;
  }

  /** x += wo · attention: all new positions in one call, against the cache that ends with them. */
  attend(layer, x, position, keys, values) {
    const { dim, heads, kvHeads, headDim, kvDim } = this;
    const count = x.length / dim;
    const normed = new Float32Array(dim);
    const q = new Float32Array(x.length);
    for (let i = 0; i < count; i++) {
      const key = row(keys, position + i, kvDim);
      normalise(normed, row(x, i, dim), layer.attentionNorm);
      multiply(row(q, i, dim), layer.wq, normed);
      multiply(key, layer.wk, normed);
      multiply(row(values, position + i, kvDim), layer.wv, normed);
      rotate(row(q, i, dim), position + i, headDim);
      rotate(key, position + i, headDim);
    }
    const found = this.runtime.attention(q, keys, values, {
      headDim,
      heads,
      kvHeads,
      layout: "bshd",
      causal: true, // the last query stands at the last of the keyLengths
      keyLengths: Uint32Array.of(position + count),
    });
    for (let i = 0; i < count; i++) {
      multiply(normed, layer.wo, row(found, i, dim));
      add(row(x, i, dim), normed);
    }
  }

  /** x += w2 · (silu(w1·x) · w3·x) */
  think(layer, x) {
    const { dim, hidden } = this;
    const normed = new Float32Array(dim);
    const gate = new Float32Array(hidden);
    const up = new Float32Array(hidden);
    for (let at = 0; at < x.length; at += dim) {
      const here = x.subarray(at, at + dim);
      normalise(normed, here, layer.networkNorm);
      multiply(gate, layer.w1, normed);
      multiply(up, layer.w3, normed);
      for (let i = 0; i < hidden; i++) gate[i] *= up[i] / (1 + Math.exp(-gate[i]));
      multiply(normed, layer.w2, gate);
      add(here, normed);
    }
  }

  /**
   * Tokens after `prompt`, until the story ends (with BOS) or there is no position left. One story at a time: each call writes
   * over the cache of the one before.
   *
   * @param options  steps, and what the package's sample takes: temperature (here 0 by default: always the likeliest token),
   *                 topK, topP, minP, random
   */
  *generate(prompt, { steps = this.positions, ...options } = {}) {
    const END = 1;
    const sampling = { temperature: 0, ...options };
    this.ownCache ??= this.newCache();
    let logits = this.forward(prompt, 0, this.ownCache); // the whole prompt in one call
    for (let position = prompt.length; position <= Math.min(steps, this.positions); position++) {
      const { index } = this.runtime.sample(logits, sampling);
      if (index === END) return;
      yield index;
      if (position < this.positions) logits = this.forward([index], position, this.ownCache);
    }
  }
}

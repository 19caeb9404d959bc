/** A model that learnt nothing: a small checkpoint of random weights, for when there is no trained one. */
import { seededNormal } from "../random/normal.mjs";

const SIZES = { dim: 64, hidden: 128, layers: 2, heads: 4, kvHeads: 2, vocabulary: 256, positions: 128 };

/** What the layers add outweighs the token they add it to: the model would say that one over and over. */
const GAIN = 8;

/** @returns {Uint8Array} what the constructor of Llama reads */
export function randomCheckpoint(seed = 1) {
  const { dim, hidden, layers, heads, kvHeads, vocabulary } = SIZES;
  const kvDim = (dim / heads) * kvHeads;
  const normal = seededNormal(seed);
  const ones = (length) => new Float32Array(length).fill(1);
  /** A product with it is `gain` times as large as what it is multiplied by, on average. */
  const matrix = (rows, cols, gain = 1) =>
    Float32Array.from({ length: rows * cols }, () => (gain * normal()) / Math.sqrt(cols));
  const tensors = [
    matrix(vocabulary, dim), // embedding
    ones(layers * dim), // attentionNorm
    matrix(layers * dim, dim), // wq
    matrix(layers * kvDim, dim), // wk
    matrix(layers * kvDim, dim), // wv
    matrix(layers * dim, dim, GAIN), // wo
    ones(layers * dim), // networkNorm
    matrix(layers * hidden, dim), // w1
    matrix(layers * dim, hidden, GAIN), // w2
    matrix(layers * hidden, dim), // w3
    ones(dim), // finalNorm
  ];
  const parts = [Int32Array.from(Object.values(SIZES)), ...tensors];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    file.set(new Uint8Array(part.buffer), at);
    at += part.byteLength;
  }
  return file;
}

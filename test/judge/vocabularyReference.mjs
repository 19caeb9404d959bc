// @ts-check
/** The vocabulary's functions by their definition: sort everything, add up in float64. For the tests and the bench. */
import { adder, softmax64, sum } from "./softmax64.mjs";

/**
 * @typedef {object} VocabularyCase
 * @property {Float32Array} x
 * @property {number} [temperature]
 * @property {number} [topK]
 * @property {number} [topP]
 * @property {number} [minP]
 * @property {number} [minKeep]
 * @property {boolean} [temperatureLast]
 * @property {Uint32Array} [mask]
 */

/**
 * @param {Uint32Array | undefined} mask
 * @param {number} i
 */
export const allowed = (mask, i) => mask === undefined || ((mask[i >> 5] >>> (i & 31)) & 1) === 1;

/**
 * Every allowed token, by logit downwards, equal ones by index.
 * @param {Float32Array} x
 * @param {Uint32Array} [mask]
 */
export function ordered(x, mask) {
  const tokens = Uint32Array.from(x.keys()).filter((i) => allowed(mask, i));
  return tokens.sort((a, b) => (x[a] === x[b] ? a - b : x[b] - x[a]));
}

/**
 * How many of the sorted weights it takes to reach their share topP.
 * @param {Float64Array} weights
 * @param {number} topP
 */
function nucleus(weights, topP) {
  const target = topP * sum(weights);
  const add = adder();
  const last = weights.findIndex((weight) => add(weight) >= target);
  return last < 0 ? weights.length : last + 1;
}

/**
 * @typedef {{ tokens: Iterable<number | bigint> | ArrayLike<number | bigint>, values: ArrayLike<number> }} Bias
 * @typedef {{ tokens: Iterable<number | bigint> | ArrayLike<number | bigint>, promptLength?: number, repetition?: number,
 *   frequency?: number, presence?: number }} Penalties
 */

/**
 * What a row's logits have become by bias and penalties, on a copy of all of it, by float32 operations in the contract's order;
 * bans are -Infinity, and zeros of the mask. Penalties leave what is infinite as it is.
 *
 * @param {Float32Array} x
 * @param {Uint32Array} [mask]
 * @param {Bias} [bias]
 * @param {Penalties} [penalties]
 */
export function edited(x, mask, bias, penalties) {
  const y = x.slice();
  /** @type {Map<number, number>} */
  const biases = new Map();
  const banned = new Set();
  Array.from(bias?.tokens ?? [], Number).forEach((token, j) => {
    const value = Math.fround(Number(bias?.values[j]));
    if (value === -Infinity) banned.add(token);
    else biases.set(token, (biases.get(token) ?? 0) + value);
  });
  for (const [token, value] of biases) if (y[token] !== -Infinity) y[token] = y[token] + value;
  if (penalties !== undefined) penalize(y, penalties);
  if (banned.size === 0) return { x: y, mask, banned };
  const bits = mask?.slice() ?? new Uint32Array(Math.ceil(x.length / 32)).fill(-1);
  for (const token of banned) {
    bits[token >> 5] &= ~(1 << (token & 31));
    y[token] = -Infinity;
  }
  return { x: y, mask: bits, banned };
}

/**
 * @param {Float32Array} y
 * @param {Penalties} penalties
 */
function penalize(y, { promptLength = 0, repetition = 1, frequency = 0, presence = 0, ...given }) {
  const tokens = Array.from(given.tokens, Number);
  for (const token of new Set(tokens)) {
    const count = tokens.slice(promptLength).filter((other) => other === token).length;
    if (Number.isFinite(y[token])) y[token] = y[token] > 0 ? y[token] / repetition : y[token] * repetition;
    if (count === 0) continue;
    for (const lost of [Math.fround(frequency * count), presence]) if (Number.isFinite(y[token])) y[token] -= lost;
  }
}

/**
 * @param {VocabularyCase} c
 * @param {Uint32Array} [order]  ordered(x, mask), where it is at hand
 * @returns kept: the tokens that are left, the most probable first. probs: their probabilities. Then of everything allowed,
 *          logS = log Σ exp((x - max) / T), and mean = Σ p·|x - max|/T for denominatorBound
 */
export function truncated(c, order = ordered(c.x, c.mask)) {
  const { x, temperature = 1, topK = x.length, topP = 1, minP = 0, minKeep = 1, temperatureLast = false } = c;
  const tokens = Array.from(order).filter((i) => x[i] > -Infinity);
  const logits = tokens.map((i) => x[i]);
  const { m, weights, s } = softmax64(logits, temperature);
  const mean = sum(weights.map((w, j) => (w > 0 ? ((m - logits[j]) / temperature) * w : 0))) / s;
  const cutAt = temperatureLast ? 1 : temperature;
  const cut = temperatureLast ? softmax64(logits, 1).weights : weights;
  const first = Math.min(topK, tokens.length);
  let length = first;
  if (topP < 1) length = nucleus(cut.subarray(0, length), topP);
  const least = cutAt * Math.log(minP); // of x - m: weights beside 1 all round to minP
  if (minP > 0) while (length > 0 && !(logits[length - 1] - m >= least)) length--;
  length = Math.max(length, Math.min(first, minKeep));
  const left = weights.slice(0, length);
  const total = sum(left);
  return { kept: tokens.slice(0, length), probs: Array.from(left, (w) => w / total), logS: Math.log(s), mean };
}

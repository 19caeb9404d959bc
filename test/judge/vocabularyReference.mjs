// @ts-check
/** topK and sample by their definition: sort everything, add up in float64. For the tests and the bench. */
import { adder, softmax64, sum } from "./softmax64.mjs";

/**
 * @typedef {object} VocabularyCase
 * @property {Float32Array} x
 * @property {number} [temperature]
 * @property {number} [topK]
 * @property {number} [topP]
 * @property {number} [minP]
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
 * @param {VocabularyCase} c
 * @param {Uint32Array} [order]  ordered(x, mask), where it is at hand
 * @returns kept: the tokens that are left, the most probable first. probs: their probabilities. Then of everything allowed,
 *          logS = log Σ exp((x - max) / T), and mean = Σ p·|x - max|/T for denominatorBound
 */
export function truncated({ x, temperature = 1, topK = x.length, topP = 1, minP = 0, mask }, order = ordered(x, mask)) {
  const tokens = Array.from(order).filter((i) => x[i] > -Infinity);
  const logits = tokens.map((i) => x[i]);
  const { m, weights, s } = softmax64(logits, temperature);
  const mean = sum(weights.map((w, j) => (w > 0 ? ((m - logits[j]) / temperature) * w : 0))) / s;
  let length = Math.min(topK, tokens.length);
  if (topP < 1) length = nucleus(weights.subarray(0, length), topP);
  const least = temperature * Math.log(minP); // of x - m: weights beside 1 all round to minP
  if (minP > 0) while (length > 0 && !(logits[length - 1] - m >= least)) length--;
  const left = weights.slice(0, length);
  const total = sum(left);
  return { kept: tokens.slice(0, length), probs: Array.from(left, (w) => w / total), logS: Math.log(s), mean };
}

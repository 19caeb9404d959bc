/**
 * Compares drawn tokens with the definition in float64, over a vocabulary that was sorted once.
 *
 * A random() may fall within 1e-6 of where two tokens meet, and then either of them is right.
 */
import { logSoftmaxBound, logSumExpBound } from "../test/judge/bounds.mjs";
import { softmax64 } from "../test/judge/softmax64.mjs";
import { edited, ordered, truncated } from "../test/judge/vocabularyReference.mjs";

const EDGE = 1e-6;
const SHARES = [0, 0.1, 0.25, 0.5, 0.618, 0.75, 0.9, 0.999, 1 - 2 ** -53];

/** @returns the logits, their tokens in order and log Σ exp */
export const definition = (x) => ({ x, order: ordered(x), logSumExp: softmax64(x).logSumExp });

export function near(what, got, want, bound) {
  if (!(Math.abs(got - want) <= bound)) throw new Error(`${what} expected ${want}, got ${got}`);
}

const step = (y) => 2 ** -23 * Math.abs(y); // a float32's own, beside the bounds

export function judgeLogSumExp(label, got, { logSumExp }) {
  near(`${label}: logSumExp`, got, logSumExp, logSumExpBound(logSumExp) + step(logSumExp));
}

export function judgeTopK(label, k, { indices, logProbs }, { x, order, logSumExp }) {
  if (indices.length !== k || logProbs.length !== k) throw new Error(`${label}: expected ${k}, got ${indices.length}`);
  for (let j = 0; j < k; j++) {
    if (indices[j] !== order[j]) throw new Error(`${label}: [${j}] expected token ${order[j]}, got ${indices[j]}`);
    const y = x[order[j]] - logSumExp;
    near(`${label}: logProbs[${j}]`, logProbs[j], y, logSoftmaxBound(y) + step(y));
  }
}

export function judgeLogProbs(label, tokens, got, { x, logSumExp }) {
  tokens.forEach((token, j) => {
    const y = x[token] - logSumExp;
    near(`${label}: logProbs of token ${token}`, got[j], y, logSoftmaxBound(y) + step(y));
  });
}

export function judgeTruncate(label, options, { indices, probs }, { x, order }) {
  const want = truncated({ x, ...options }, order);
  const of = new Map(want.kept.map((token, j) => [token, want.probs[j]]));
  if (indices.length !== of.size) throw new Error(`${label}: expected ${of.size} tokens, got ${indices.length}`);
  indices.forEach((token, j) => {
    if (!of.has(token)) throw new Error(`${label}: token ${token} is not one of the ${of.size} left`);
    near(`${label}: prob of token ${token}`, probs[j], of.get(token), 1e-5 * of.get(token));
  });
}

/**
 * @param options  temperature, topK, topP, penalties
 * @param draw     random number -> { index, prob }
 * @param shares   the random numbers; fewer for what sorts at each
 * @returns        how many tokens are left to draw from
 */
export function judgeSample(label, { penalties, ...options }, draw, { x, order }, shares = SHARES) {
  const y = penalties === undefined ? x : edited(x, undefined, undefined, penalties).x;
  const { kept, probs } = truncated({ x: y, ...options }, y === x ? order : ordered(y));
  const of = new Float64Array(x.length);
  kept.forEach((i, j) => {
    of[i] = probs[j];
  });
  const below = new Float64Array(x.length); // running sums before each token
  for (let i = 1; i < x.length; i++) below[i] = below[i - 1] + of[i - 1];
  for (const share of shares) {
    const { index, prob } = draw(share);
    const at = `${label}, random ${share}: token ${index}`;
    if (!(of[index] > 0)) throw new Error(`${at} is not one of the ${kept.length} left`);
    near(`${at}: prob`, prob, of[index], 1e-5 * of[index]);
    near(`${at}: its place`, share, below[index] + prob / 2, prob / 2 + EDGE);
  }
  return kept.length;
}

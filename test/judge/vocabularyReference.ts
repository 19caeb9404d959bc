/** topK and sample by their definition: sort everything, add up in float64. */
import { sum } from "./reference";

export interface VocabularyCase {
  x: Float32Array;
  temperature?: number;
  topK?: number;
  topP?: number;
  minP?: number;
  mask?: Uint32Array;
}

interface Kept {
  /** Tokens that are left, the most probable first. */
  kept: number[];
  /** Their probabilities. */
  probs: number[];
  /** log Σ exp((x - max) / T) of everything allowed. */
  logS: number;
  /** Σ p·|x - max|/T of everything allowed, for denominatorBound. */
  mean: number;
}

export const allowed = (mask: Uint32Array | undefined, i: number): boolean =>
  mask === undefined || ((mask[i >> 5] >>> (i & 31)) & 1) === 1;

/** Every allowed token, by logit downwards, equal ones by index. */
export function ordered(x: Float32Array, mask?: Uint32Array): Uint32Array {
  const tokens = Uint32Array.from(x.keys()).filter((i) => allowed(mask, i));
  return tokens.sort((a, b) => (x[a] === x[b] ? a - b : x[b] - x[a]));
}

/** How many of the sorted weights it takes to reach their share topP. */
function nucleus(weights: readonly number[], topP: number): number {
  const target = topP * sum(weights);
  let s = 0;
  let c = 0; // Neumaier's compensation
  for (let j = 0; j < weights.length; j++) {
    const t = s + weights[j];
    c += s >= weights[j] ? s - t + weights[j] : weights[j] - t + s;
    s = t;
    if (s + c >= target) return j + 1;
  }
  return weights.length;
}

/** @param order  ordered(x, mask), where it is at hand */
export function truncated(c: VocabularyCase, order = ordered(c.x, c.mask)): Kept {
  const { x, temperature = 1, topK = x.length, topP = 1, minP = 0 } = c;
  const m = x[order[0]];
  const weight = (i: number) => Math.exp((x[i] - m) / temperature);
  let tokens = Array.from(order).filter((i) => x[i] > -Infinity);
  const all = sum(tokens.map(weight));
  const mean = sum(tokens.map((i) => (weight(i) > 0 ? ((m - x[i]) / temperature) * weight(i) : 0))) / all;
  tokens = tokens.slice(0, topK);
  if (topP < 1) tokens = tokens.slice(0, nucleus(tokens.map(weight), topP));
  if (minP > 0) tokens = tokens.filter((i) => x[i] - m >= temperature * Math.log(minP)); // weights beside 1 all round to it
  const weights = tokens.map(weight);
  const s = sum(weights);
  return { kept: tokens, probs: weights.map((w) => w / s), logS: Math.log(all), mean };
}

/**
 * Sampling as it is written by hand: a softmax loop over the vocabulary, a full sort of it, a cumulative scan.
 *
 * Steps and ties as in the package (mask and minP are left out), so that the same random() draws the same token.
 */

/** exp((x - m) / T) / Σ in float64, three loops. */
function softmax(logits, temperature) {
  const probs = new Float64Array(logits.length);
  let m = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i] > m) m = logits[i];
  let s = 0;
  for (let i = 0; i < logits.length; i++) {
    probs[i] = Math.exp((logits[i] - m) / temperature);
    s += probs[i];
  }
  for (let i = 0; i < logits.length; i++) probs[i] /= s;
  return probs;
}

/** Every token, the most probable first; sort is stable, so equal ones stay in the order of their indices. */
const sorted = (probs) => Array.from(probs.keys()).sort((a, b) => probs[b] - probs[a]);

/** The first token at which the running sum passes share · mass. */
function scan(probs, mass, share) {
  let left = share * mass;
  let last = -1;
  for (let i = 0; i < probs.length; i++) {
    if (probs[i] === 0) continue;
    last = i;
    left -= probs[i];
    if (left < 0) break;
  }
  return { index: last, prob: probs[last] / mass };
}

export function argmax(logits) {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return { index: best, prob: 1 };
}

/** A draw from all tokens: nothing to sort. */
export const sampleAll = (logits, temperature, random) => scan(softmax(logits, temperature), 1, random());

/** topK 1 without a sort: the largest one and its log-probability. */
export function likeliest(logits) {
  const { index } = argmax(logits);
  return { indices: [index], logProbs: [Math.log(softmax(logits, 1)[index])] };
}

export function topK(logits, k) {
  const probs = softmax(logits, 1);
  const indices = sorted(probs).slice(0, k);
  return { indices, logProbs: indices.map((i) => Math.log(probs[i])) };
}

export function sample(logits, { temperature = 1, topK: k = logits.length, topP = 1, random = Math.random }) {
  const probs = softmax(logits, temperature);
  const candidates = sorted(probs).slice(0, k);
  let total = 0;
  for (const i of candidates) total += probs[i];
  const kept = new Float64Array(probs.length);
  let mass = 0;
  for (const i of candidates) {
    kept[i] = probs[i];
    mass += probs[i];
    if (mass >= topP * total) break;
  }
  return scan(kept, mass, random());
}

/**
 * Holds what is drawn against the definition in float64, over a vocabulary that was sorted once.
 *
 * A random() may fall within 1e-6 of where two tokens meet, and then either of them is right.
 */
const EDGE = 1e-6;
const SHARES = [0, 0.1, 0.25, 0.5, 0.618, 0.75, 0.9, 0.999, 1 - 2 ** -53];

/** @returns the tokens in order, their probabilities and log-probabilities, and log Σ exp, at temperature T */
export function definition(logits, temperature) {
  const m = logits.reduce((a, b) => Math.max(a, b));
  const weights = Float64Array.from(logits, (x) => Math.exp((x - m) / temperature));
  const s = weights.reduce((a, b) => a + b);
  const order = Uint32Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
  const logSumExp = m / temperature + Math.log(s);
  return { order, probs: weights.map((w) => w / s), logProb: (i) => logits[i] / temperature - logSumExp, logSumExp };
}

function near(what, got, want, bound) {
  if (!(Math.abs(got - want) <= bound)) throw new Error(`${what} expected ${want}, got ${got}`);
}

const logBound = (y) => 2 ** -24 * (6 + 2 * Math.abs(y)) + 2 ** -23 * Math.abs(y); // and a float32's own step

export function judgeLogSumExp(label, got, { logSumExp }) {
  near(`${label}: logSumExp`, got, logSumExp, logBound(logSumExp));
}

export function judgeTopK(label, k, { indices, logProbs }, { order, logProb }) {
  if (indices.length !== k || logProbs.length !== k) throw new Error(`${label}: expected ${k}, got ${indices.length}`);
  for (let j = 0; j < k; j++) {
    if (indices[j] !== order[j]) throw new Error(`${label}: [${j}] expected token ${order[j]}, got ${indices[j]}`);
    near(`${label}: logProbs[${j}]`, logProbs[j], logProb(order[j]), logBound(logProb(order[j])));
  }
}

/**
 * @param draw    random number -> { index, prob }
 * @param shares  the random numbers; fewer for what sorts at each
 * @returns       how many tokens are left to draw from
 */
export function judgeSample(label, { topK, topP = 1 }, draw, { order, probs }, shares = SHARES) {
  const candidates = topK === undefined ? order : order.subarray(0, topK);
  const total = candidates.reduce((sum, i) => sum + probs[i], 0);
  const kept = new Uint8Array(probs.length);
  let mass = 0;
  let count = 0;
  for (const i of candidates) {
    kept[i] = 1;
    mass += probs[i];
    count++;
    if (topP < 1 && mass >= topP * total) break;
  }
  const below = new Float64Array(probs.length); // running sums before each token
  for (let i = 0, sum = 0; i < probs.length; i++) {
    below[i] = sum;
    if (kept[i]) sum += probs[i] / mass;
  }
  for (const share of shares) {
    const { index, prob } = draw(share);
    const at = `${label}, random ${share}: token ${index}`;
    if (!kept[index]) throw new Error(`${at} is not one of the ${count} left`);
    near(`${at}: prob`, prob, probs[index] / mass, 1e-5 * (probs[index] / mass));
    const middle = below[index] + prob / 2;
    near(`${at}: its place`, share, middle, prob / 2 + EDGE);
  }
  return count;
}

/**
 * topP as WebLLM's runtime draws: of a whole vocabulary's probabilities only those of at least topP / 1024 are sorted (there are at most
 * 1024), and all of them only if those do not reach topP.
 */
const PARTS = 1024;

function softmax(x, temperature) {
  const y = new Float32Array(x.length);
  let m = -Infinity;
  for (let i = 0; i < x.length; i++) if (x[i] > m) m = x[i];
  let s = 0;
  for (let i = 0; i < x.length; i++) s += y[i] = Math.exp((x[i] - m) / temperature);
  for (let i = 0; i < x.length; i++) y[i] /= s;
  return y;
}

function reached(probs, topP, least) {
  const tokens = [];
  for (let i = 0; i < probs.length; i++) if (probs[i] >= least) tokens.push(i);
  tokens.sort((a, b) => probs[b] - probs[a]);
  let sum = 0;
  let left = 0;
  while (left < tokens.length && sum < topP) sum += probs[tokens[left++]];
  return { tokens, left, sum };
}

/** @returns the token, and its probability among those left */
export function thresholdSample(x, { temperature = 1, topP }, share) {
  const probs = softmax(x, temperature);
  let kept = reached(probs, topP, topP / PARTS);
  if (kept.sum < topP) kept = reached(probs, topP, 0);
  let before = share * kept.sum;
  let at = 0;
  while (at < kept.left - 1 && before >= probs[kept.tokens[at]]) before -= probs[kept.tokens[at++]];
  return { index: kept.tokens[at], prob: probs[kept.tokens[at]] / kept.sum };
}

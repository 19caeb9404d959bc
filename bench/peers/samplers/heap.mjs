/**
 * Without a sort of the vocabulary: the k best by a heap, in order, and a draw from what topP leaves of them. Without topK, k grows until
 * topP is reached. What is drawn stands in the order of probabilities.
 */
const FIRST = 256; // k without topK, at first

/** The k largest of x, in descending order: a heap whose root is the smallest of those so far. */
function best(x, k) {
  const heap = new Int32Array(k);
  const sift = (at, token) => {
    for (let child = 2 * at + 1; child < k; child = 2 * at + 1) {
      if (child + 1 < k && x[heap[child + 1]] < x[heap[child]]) child++;
      if (x[heap[child]] >= x[token]) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = token;
  };
  for (let i = 0; i < k; i++) heap[i] = i;
  for (let i = (k >> 1) - 1; i >= 0; i--) sift(i, heap[i]);
  for (let i = k; i < x.length; i++) if (x[i] > x[heap[0]]) sift(0, i);
  return heap.sort((a, b) => x[b] - x[a] || a - b);
}

/** The first tokens whose probabilities reach share · mass, and how many of them. */
function reach(probs, goal) {
  let sum = 0;
  for (let j = 0; j < probs.length; j++) {
    sum += probs[j];
    if (sum >= goal) return { left: j + 1, sum };
  }
  return { left: probs.length, sum };
}

/** @returns the token, and its probability among those left */
export function heapSample(x, { temperature = 1, topK, topP = 1 }, share) {
  let m = -Infinity;
  for (let i = 0; i < x.length; i++) if (x[i] > m) m = x[i];
  const weight = (token) => Math.exp((x[token] - m) / temperature);
  let whole = 0;
  if (topK === undefined) for (let i = 0; i < x.length; i++) whole += weight(i);
  for (let k = Math.min(topK ?? FIRST, x.length); ; k = Math.min(4 * k, x.length)) {
    const tokens = best(x, k);
    const weights = Float64Array.from(tokens, weight);
    const mass = topK === undefined ? whole : weights.reduce((sum, w) => sum + w, 0);
    const { left, sum } = reach(weights, topP * mass);
    if (topK === undefined && k < x.length && sum < topP * mass) continue;
    const at = Math.min(left - 1, reach(weights.subarray(0, left), share * sum).left - 1);
    return { index: tokens[at], prob: weights[at] / sum };
  }
}

/** A draw among the k best, given in descending order: temperature, softmax, topP. */

/** @param at  a place -> its token @returns the token, and its probability among those left */
export function drawOfBest(values, at, { temperature = 1, topP = 1 }, share) {
  const weights = Float64Array.from(values, (value) => Math.exp((value - values[0]) / temperature));
  const mass = weights.reduce((sum, w) => sum + w, 0);
  let sum = 0;
  let left = 0;
  while (left < weights.length && sum < topP * mass) sum += weights[left++];
  let before = share * sum;
  let j = 0;
  while (j < left - 1 && before >= weights[j]) before -= weights[j++];
  return { index: Number(at(j)), prob: weights[j] / sum };
}

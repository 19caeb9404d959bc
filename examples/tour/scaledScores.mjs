/** Why the scores of attention are divided by the root of their width. */
import { logSoftmax, softmax } from "softmax-wasm";
import { seededNormal } from "../random/normal.mjs";
import { entropy } from "./entropy.mjs";
import { heading, remark, sum, table } from "./terminal.mjs";

const WIDTH = 64;
const POSITIONS = 256;

export function scaledScores() {
  heading(`Why attention divides by √${WIDTH}: ${POSITIONS} random queries and keys of width ${WIDTH}`);
  const normal = seededNormal(64);
  const q = Float32Array.from({ length: POSITIONS * WIDTH }, normal);
  const k = Float32Array.from({ length: POSITIONS * WIDTH }, normal);
  const scores = dotProducts(q, k);
  const scale = Math.sqrt(WIDTH);
  table(
    ["scores", "standard deviation", "largest weight", "entropy, nats", "e^entropy, keys"],
    [
      ["Q·Kᵀ", ...spread(scores)],
      [`Q·Kᵀ / √${WIDTH}`, ...spread(scores.map((s) => s / scale))],
      ["all equal", ...spread(new Float32Array(scores.length))],
    ],
  );
  remark(
    "Dot products spread with √width: unscaled, a query sees one key or two.",
    "Figures are means over the queries; e^entropy is how many keys of equal weight have that entropy.",
  );
}

function dotProducts(q, k) {
  const scores = new Float32Array(POSITIONS * POSITIONS);
  for (let i = 0; i < POSITIONS; i++) {
    for (let j = 0; j < POSITIONS; j++) {
      let dot = 0;
      for (let d = 0; d < WIDTH; d++) dot += q[i * WIDTH + d] * k[j * WIDTH + d];
      scores[i * POSITIONS + j] = dot;
    }
  }
  return scores;
}

function spread(scores) {
  const shape = [POSITIONS, POSITIONS];
  const weights = softmax(scores, { shape });
  const logWeights = logSoftmax(scores, { shape });
  let largest = 0;
  for (let i = 0; i < POSITIONS; i++) {
    largest += Math.max(...weights.subarray(i * POSITIONS, (i + 1) * POSITIONS)) / POSITIONS;
  }
  const h = entropy(weights, logWeights) / POSITIONS;
  const mean = sum(scores) / scores.length;
  const deviation = Math.sqrt(scores.reduce((s, v) => s + (v - mean) ** 2, 0) / scores.length);
  return [deviation.toFixed(2), largest.toFixed(4), h.toFixed(2), Math.exp(h).toFixed(1)];
}

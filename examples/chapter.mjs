/** The chapter: what softmax does to a few numbers. One section, one function. */
import { hardmax, logSoftmax, softmax } from "softmax-wasm";
import { entropy } from "./entropy.mjs";
import { seeded } from "./seeded.mjs";
import { heading, list, remark, share, shares, sum, table } from "./terminal.mjs";

export function threeScores() {
  heading("Softmax: scores in, shares out");
  const x = [1, 2, 3];
  const y = softmax(x);
  table(["", ...x.map((v) => `x = ${v}`), "sum"], [["softmax", ...shares(y), sum(y).toFixed(4)]]);
  remark(`Every share is positive, and a score one higher weighs e = ${(y[2] / y[1]).toFixed(4)} times as much.`);
}

/** The formula as it is written down, without subtracting the maximum. */
function naiveSoftmax(x) {
  const e = x.map((v) => Math.exp(v));
  const s = sum(e);
  return e.map((v) => v / s);
}

export function overflow() {
  heading("Why the maximum is subtracted first");
  const small = [1, 2, 3];
  const large = [1000, 1001, 1002];
  table(
    ["", "x", "y1", "y2", "y3"],
    [
      ["exp(x) / sum, plain JS", list(small), ...shares(naiveSoftmax(small))],
      ["exp(x) / sum, plain JS", list(large), ...shares(naiveSoftmax(large))],
      ["softmax", list(small), ...shares(softmax(small))],
      ["softmax", list(large), ...shares(softmax(large))],
    ],
  );
  remark(`exp(1000) is ${Math.exp(1000)}; softmax sees only differences, so the two lists give the same shares.`);
}

export function hardAndSoft() {
  heading("Hard maximum, soft maximum");
  const inputs = [
    [1, 2, 3],
    [3, 1, 3],
    [2.9, 3, 1],
  ];
  const rows = inputs.flatMap((x) => [
    [list(x), "hardmax", ...shares(hardmax(x))],
    ["", "softmax", ...shares(softmax(x))],
  ]);
  table(["x", "", "y1", "y2", "y3"], rows);
  remark("Hardmax gives everything to the first maximum; softmax shows how close the others come.");
}

export function extremes() {
  heading("From a tie to a certainty");
  const inputs = [
    [1, 1, 1],
    [1, 2, 3],
    [1, 5, 10],
    [1, 50, 100],
    [1, 500, 1000],
  ];
  const rows = inputs.map((x) => {
    const y = softmax(x);
    return [list(x), ...shares(y), `${(100 * Math.max(...y)).toFixed(2)} %`];
  });
  table(["x", "y1", "y2", "y3", "share of the maximum"], rows);
  remark("A lead of a few points takes nearly everything; a share below 1e-38 may round to 0.");
}

export function temperatures() {
  heading("Temperature");
  temperatureTable([1, 2, 3], [0.1, 0.5, 1, 2, 5, 10]);
  console.log();
  temperatureTable([1, 2, 3, 4, 5], [0.01, 0.1, 1, 10, 100]);
  remark("Cold sharpens towards hardmax, hot flattens towards equal shares; no score overtakes another.");
}

function temperatureTable(x, temperatures) {
  const rows = temperatures.map((temperature) => {
    const y = softmax(x, { temperature });
    return [temperature, ...shares(y), entropy(y, logSoftmax(x, { temperature })).toFixed(4)];
  });
  table(["T", ...x.map((v) => `x = ${v}`), "entropy, nats"], rows);
}

export function logarithms() {
  heading("Log-softmax is not the log of softmax");
  const x = [2, 1, 0, -50, -150, -1000];
  const y = softmax(x);
  const logY = logSoftmax(x);
  const logS = Math.log(sum(x.map((v) => Math.exp(v))));
  const rows = x.map((v, j) => [v, share(y[j]), Math.log(y[j]).toFixed(4), logY[j].toFixed(4), (v - logS).toFixed(4)]);
  table(["x", "softmax", "log(softmax), plain JS", "logSoftmax", "float64, plain JS"], rows);
  remark("A share too small for a float32 is 0 and its log is -Infinity; logSoftmax never forms the share.");
}

export function dividingByTheSum() {
  heading("Why not scores / sum(scores)?");
  const cases = [
    [[1, 2, 3], "looks fine"],
    [[101, 102, 103], "nearly a tie"],
    [[-1, 2, 3], "a negative share"],
    [[-3, -2, -1], "the best gets least"],
    [[-2, 1, 1.01], "a sum near zero"],
    [[-1, 0, 1], "a sum of zero"],
  ];
  const rows = cases.map(([x, what]) => {
    const s = sum(x);
    return [list(x), ...x.map((v) => (v / s).toFixed(2)), ...shares(softmax(x)), what];
  });
  table(["x", "x1 / sum", "x2 / sum", "x3 / sum", "softmax 1", "2", "3", "x / sum, plain JS"], rows);
  remark("exp makes every score positive before the division, so the shares are always shares.");
}

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
    ["scores", "standard deviation", "largest weight", "entropy, nats", "keys that count"],
    [
      ["Q·Kᵀ", ...spread(scores)],
      [`Q·Kᵀ / √${WIDTH}`, ...spread(scores.map((s) => s / scale))],
      ["all equal", ...spread(new Float32Array(scores.length))],
    ],
  );
  remark("Dot products spread with √width: unscaled, a query sees one key or two (means over the queries).");
}

/** Box and Muller's transform of seeded numbers: N(0, 1). */
function seededNormal(seed) {
  const uniform = seeded(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
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

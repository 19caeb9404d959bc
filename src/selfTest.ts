/** A backend proves itself on known values before it is used: a few microseconds against wrong results for a lifetime. */
import { attentionOn } from "./ops/attention";
import type { Core } from "./ops/axis";
import { entmaxOn } from "./ops/entmax";
import { entmax15On } from "./ops/entmax15";
import { hardmaxOn } from "./ops/hardmax";
import { logSoftmaxOn } from "./ops/logSoftmax";
import { logSumExpOn } from "./ops/logSumExp";
import { sampleOn } from "./ops/sample";
import { softmaxOn } from "./ops/softmax";
import { sparsemaxOn } from "./ops/sparsemax";
import { topKOn } from "./ops/topK";

// Eleven logits: a whole pair of vectors and a tail of three.
const X = Float32Array.of(1, 2, 3, -Infinity, -40, 2.5, 0, 0.125, -3, 1.75, 2.875);
// log-sum-exp and softmax of X in float64
const LSE = 4.22007124;
const P = [
  0.039952212, 0.108601372, 0.295209136, 0, 6.24406005e-20, 0.179053392, 0.0146975974, 0.0166545598, 0.000731750288,
  0.0845788334, 0.260521148,
];

/** entmax of X by bisection in float64, with its alpha: sparsemax, entmax15, and either side of them. */
const SPARSE: readonly (readonly [alpha: number, y: readonly number[]])[] = [
  [2, [0, 0, 0.541666667, 0, 0, 0.0416666667, 0, 0, 0, 0, 0.416666667]],
  [1.5, [0, 0.026677476, 0.440009885, 0, 0, 0.170843681, 0, 0, 0, 0.00146937361, 0.360999584]],
  [1.25, [0.00612614, 0.0787662649, 0.369708848, 0, 0, 0.183800908, 7.9e-7, 1.386e-5, 0, 0.0476717586, 0.31391143]],
  [3, [0, 0, 0.625, 0, 0, 0, 0, 0, 0, 0, 0.375]],
];
const V = Float32Array.from({ length: 13 }, (_, j) => j + 1);

const near = (got: number, want: number): boolean =>
  got === want || Math.abs(got - want) <= 4e-6 * Math.max(1e-30, Math.abs(want));

/** @throws {Error} naming the first function that is off, with what it should have given */
export function selfTest(core: Core): void {
  const expect = (name: string, got: ArrayLike<number>, want: (j: number) => number): void => {
    for (let j = 0; j < got.length; j++) {
      if (!near(got[j], want(j))) throw new Error(`self-test: ${name} gave ${got[j]} instead of ${want(j)}`);
    }
  };
  const softmax = softmaxOn(core);
  const columns = Float32Array.from({ length: 2 * X.length }, (_, i) => X[i >> 1]);
  expect("softmax", softmax(X), (j) => P[j]);
  expect("softmax across columns", softmax(columns, { shape: [X.length, 2], axis: 0 }), (j) => P[j >> 1]);
  expect("logSoftmax", logSoftmaxOn(core)(X), (j) => X[j] - LSE);
  expect("logSumExp", [logSumExpOn(core)(X)], () => LSE);
  const entmax = entmaxOn(core);
  const within = (got: Float32Array, want: readonly number[]) =>
    got.map((v, j) => (Math.abs(v - want[j]) <= 1e-6 ? 1 : v));
  for (const [alpha, want] of SPARSE) expect(`entmax at ${alpha}`, within(entmax(X, { alpha }), want), () => 1);
  expect("sparsemax", within(sparsemaxOn(core)(X), SPARSE[0][1]), () => 1);
  expect("entmax15", within(entmax15On(core)(X), SPARSE[1][1]), () => 1);
  // every key the same: the mean of the values, by way of the tiles and row by row
  const [attention, ones] = [attentionOn(core), new Float32Array(13).fill(1)];
  expect("attention", attention(ones, ones, V, { headDim: 1 }), () => 7);
  expect("attention of one query", attention([1], ones, V, { headDim: 1 }), () => 7);
  const top = topKOn(core)(X, 3);
  expect("topK", [...top.indices, ...top.logProbs], (j) => [2, 10, 5, 3 - LSE, 2.875 - LSE, 2.5 - LSE][j]);
  // of the three that topP leaves, [2, 5, 10] in index order, the last
  const { index, prob } = sampleOn(core)(X, { topP: 0.7, random: () => 0.9 });
  expect("sample", [index, prob], (j) => [10, P[10] / (P[2] + P[5] + P[10])][j]);
  expect("hardmax", hardmaxOn(core)(X), (j) => (j === 2 ? 1 : 0));
}

/** A backend proves itself on known values before it is used: a few milliseconds against wrong results for a lifetime. */

import type { Core } from "./heap";
import type { Kernels } from "./kernels";
import type { AttentionCall } from "./ops/attention/check";
import { FEW_ROWS } from "./ops/attention/plan";
import { runAttention } from "./ops/attention/run";
import { hardmaxOn } from "./ops/rows/hardmax";
import { logSoftmaxOn } from "./ops/rows/logSoftmax";
import { logSumExpOn } from "./ops/rows/logSumExp";
import { softmaxOn } from "./ops/rows/softmax";
import { entmaxOn } from "./ops/sparse/entmax";
import { entmax15On } from "./ops/sparse/entmax15";
import { sparsemaxOn } from "./ops/sparse/sparsemax";
import { sampleOn } from "./ops/vocabulary/sample";
import { topKOn } from "./ops/vocabulary/topK";

// Eleven logits: a whole pair of vectors and a tail of three. In every lane one whose exponential is as far from a power of
// two as can be, so that no term of its polynomial can be off unnoticed.
const X = Float32Array.of(1.25, 2, 3, 2.625, -40, 2.5, -0.125, 1.5, 0.5625, 1.75, -Infinity);
// log-sum-exp and softmax of X in float64
const LSE = 4.24600425;
const P = [
  0.0499864031, 0.105821216, 0.287651889, 0.197700059, 6.08421439e-20, 0.17446969, 0.012638542, 0.0641838121,
  0.025134742, 0.0824136461, 0,
];
const MASK = Uint8Array.of(1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1);
const P_MASKED = [
  0.0771199574, 0.163262951, 0, 0.305015348, 9.38683972e-20, 0.2691751, 0.0194989789, 0, 0.0387783499, 0.127149314, 0,
];

/** entmax of X by bisection in float64, with its alpha: sparsemax, entmax15, and either side of them. */
const SPARSE: readonly (readonly [alpha: number, y: readonly number[]])[] = [
  [2, [0, 0, 0.625, 0.25, 0, 0.125, 0, 0, 0, 0, 0]],
  [1.5, [0, 0.0399193745, 0.489717709, 0.262449584, 0, 0.202318542, 0, 0, 0, 0.00559479086, 0]],
  [
    1.25,
    [
      0.0153457783, 0.0846929431, 0.388443191, 0.234272287, 0, 0.194932241, 0, 0.0295082741, 0.00105181852,
      0.0517534622, 0,
    ],
  ],
  [3, [0, 0, 0.875, 0.125, 0, 0, 0, 0, 0, 0, 0]],
];
const V = Float32Array.from(X, (_, j) => j + 1);
/** Σ P·V */
const MEAN = 4.61449231;

/**
 * Queries of 1 over keys X and values V, one float each: MEAN for every query.
 *
 * Below attention's facade: the engine would compile the checks of its 24 options for this, a fifth of the self-test.
 */
function attend(core: Core<Kernels>, queries: number): Float32Array {
  const call: AttentionCall = {
    q: new Float32Array(queries).fill(1),
    k: X,
    v: V,
    out: new Float32Array(queries),
    lse: undefined,
    weights: undefined,
    bias: undefined,
    mask: undefined,
    alibi: undefined,
    sinks: undefined,
    keyLengths: undefined,
    batch: 1,
    heads: 1,
    kvHeads: 1,
    queries,
    keys: X.length,
    headDim: 1,
    valueDim: 1,
    sequenceFirst: false,
    scale: 1,
    softcap: 0,
    left: Infinity,
    right: Infinity,
    queryOffset: undefined,
  };
  runAttention(core, call);
  return call.out;
}

/** @throws {Error} naming the first function that is off, with what it should have given */
export function selfTest(core: Core<Kernels>): void {
  const expect = (name: string, got: ArrayLike<number>, want: (j: number) => number, absolute = 4e-36): void => {
    for (let j = 0; j < got.length; j++) {
      const bound = Math.max(absolute, 4e-6 * Math.abs(want(j)));
      if (got[j] === want(j) || Math.abs(got[j] - want(j)) <= bound) continue;
      throw new Error(`self-test: ${name} gave ${got[j]} instead of ${want(j)}`);
    }
  };
  const softmax = softmaxOn(core);
  const columns = Float32Array.from({ length: 2 * X.length }, (_, i) => X[i >> 1]);
  expect("softmax", softmax(X), (j) => P[j]);
  expect("softmax across columns", softmax(columns, { shape: [X.length, 2], axis: 0 }), (j) => P[j >> 1]);
  expect("softmax under a mask", softmax(X, { mask: MASK }), (j) => P_MASKED[j]);
  expect("logSoftmax", logSoftmaxOn(core)(X), (j) => X[j] - LSE);
  expect("logSumExp", [logSumExpOn(core)(X)], () => LSE);
  const { indices, logProbs } = topKOn(core)(X, 3);
  expect("topK", [...indices, ...logProbs], (j) => [2, 3, 5, 3 - LSE, 2.625 - LSE, 2.5 - LSE][j]);
  // of the four that topP leaves, [1, 2, 3, 5] in index order, the last
  const { index, prob } = sampleOn(core)(X, { topP: 0.7, random: () => 0.9 });
  expect("sample", [index, prob], (j) => [5, P[5] / (P[1] + P[2] + P[3] + P[5])][j]);
  expect("hardmax", hardmaxOn(core)(X), (j) => (j === 2 ? 1 : 0));
  const entmax = entmaxOn(core);
  for (const [alpha, want] of SPARSE) expect(`entmax at ${alpha}`, entmax(X, { alpha }), (j) => want[j], 1e-6);
  const sparsemax = sparsemaxOn(core);
  expect("sparsemax", sparsemax(X), (j) => SPARSE[0][1][j], 1e-6);
  const masked = sparsemax(X, { mask: MASK, temperature: 0.5 });
  expect("sparsemax under a mask", masked, (j) => (j === 3 ? 0.625 : j === 5 ? 0.375 : 0), 1e-6);
  expect("entmax15", entmax15On(core)(X), (j) => SPARSE[1][1][j], 1e-6);
  expect("attention", attend(core, FEW_ROWS + 1), () => MEAN); // by way of the tiles
  expect("attention of one query", attend(core, 1), () => MEAN); // row by row
}

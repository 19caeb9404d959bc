/** The rows: softmax, logSoftmax, logSumExp, hardmax, entropy. */
import type { Family } from "../../family";
import { type Entropy, entropyOn } from "./entropy";
import { type Hardmax, hardmaxOn } from "./hardmax";
import { type LogSoftmax, logSoftmaxOn } from "./logSoftmax";
import { type LogSumExp, logSumExpOn } from "./logSumExp";
import { testRows } from "./selfTest";
import { type Softmax, softmaxOn } from "./softmax";

export interface Rows {
  /** Softmax along an axis: {@link Softmax}. */
  readonly softmax: Softmax;
  /** Logarithm of softmax along an axis: {@link LogSoftmax}. */
  readonly logSoftmax: LogSoftmax;
  /** Log-sum-exp of an array or along an axis: {@link LogSumExp}. */
  readonly logSumExp: LogSumExp;
  /** 1 at the first maximum along an axis, 0 elsewhere: {@link Hardmax}. */
  readonly hardmax: Hardmax;
  /** Entropy of softmax, of an array or along an axis: {@link Entropy}. */
  readonly entropy: Entropy;
}

export const ROWS: Family<"rows", Rows> = {
  name: "rows",
  functions: (core) => ({
    softmax: softmaxOn(core),
    logSoftmax: logSoftmaxOn(core),
    logSumExp: logSumExpOn(core),
    hardmax: hardmaxOn(core),
    entropy: entropyOn(core),
  }),
  selfTest: testRows,
};

/** The rows: softmax, logSoftmax, logSumExp, hardmax, entropy, and numbers of 16 bits. */
import type { Family } from "../../family";
import { type Entropy, entropyOn } from "./entropy";
import { type Hardmax, hardmaxOn } from "./hardmax";
import { type LogSoftmax, logSoftmaxOn } from "./logSoftmax";
import { type LogSumExp, logSumExpOn } from "./logSumExp";
import { type Pack16, pack16On } from "./pack16";
import { testRows } from "./selfTest";
import { type Softmax, softmaxOn } from "./softmax";
import { type Unpack16, unpack16On } from "./unpack16";

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
  /** Floats rounded to 16 bits: {@link Pack16}. */
  readonly pack16: Pack16;
  /** Floats of 16 bits widened: {@link Unpack16}. */
  readonly unpack16: Unpack16;
}

export const ROWS: Family<"rows", Rows> = {
  name: "rows",
  functions: (core) => ({
    softmax: softmaxOn(core),
    logSoftmax: logSoftmaxOn(core),
    logSumExp: logSumExpOn(core),
    hardmax: hardmaxOn(core),
    entropy: entropyOn(core),
    pack16: pack16On(core),
    unpack16: unpack16On(core),
  }),
  selfTest: testRows,
};

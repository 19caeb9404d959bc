/** The rows: softmax, logSoftmax, logSumExp, hardmax. */
import type { Family } from "../../family";
import { type Hardmax, hardmaxOn } from "./hardmax";
import { type LogSoftmax, logSoftmaxOn } from "./logSoftmax";
import { type LogSumExp, logSumExpOn } from "./logSumExp";
import { testRows } from "./selfTest";
import { type Softmax, softmaxOn } from "./softmax";

export interface Rows {
  readonly softmax: Softmax;
  readonly logSoftmax: LogSoftmax;
  readonly logSumExp: LogSumExp;
  readonly hardmax: Hardmax;
}

export const ROWS: Family<"rows", Rows> = {
  name: "rows",
  functions: (core) => ({
    softmax: softmaxOn(core),
    logSoftmax: logSoftmaxOn(core),
    logSumExp: logSumExpOn(core),
    hardmax: hardmaxOn(core),
  }),
  selfTest: testRows,
};

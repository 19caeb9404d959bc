/** assembly/rows/ in JavaScript. */
import type { RowsKernels } from "../../kernels/rows";
import { halfKernels } from "../half";
import type { Memory } from "../state";
import { entropyKernel } from "./entropy";
import { hardmaxKernel } from "./hardmax";
import { logSoftmaxKernel, logSoftmaxRow } from "./logSoftmax";
import { logSumExpKernel, logSumExpRow } from "./logSumExp";
import { softmaxKernel, softmaxRow } from "./softmax";

export function rowsKernels(memory: Memory): RowsKernels {
  return {
    ...halfKernels(memory),
    softmax: softmaxKernel(memory),
    softmaxRow: softmaxRow(memory),
    logSoftmax: logSoftmaxKernel(memory),
    logSoftmaxRow: logSoftmaxRow(memory),
    logSumExp: logSumExpKernel(memory),
    logSumExpRow: logSumExpRow(memory),
    hardmax: hardmaxKernel(memory),
    entropy: entropyKernel(memory),
  };
}

/** assembly/rows/ in JavaScript. */
import type { RowsKernels } from "../../kernels/rows";
import { halfKernels } from "../half";
import type { Memory } from "../state";
import { entropyKernel } from "./entropy";
import { hardmaxKernel } from "./hardmax";
import { logSoftmaxKernel } from "./logSoftmax";
import { logSumExpKernel } from "./logSumExp";
import { softmaxKernel, softmaxRow } from "./softmax";

export function rowsKernels(memory: Memory): RowsKernels {
  return {
    ...halfKernels(memory),
    softmax: softmaxKernel(memory),
    softmaxRow: softmaxRow(memory),
    logSoftmax: logSoftmaxKernel(memory),
    logSumExp: logSumExpKernel(memory),
    hardmax: hardmaxKernel(memory),
    entropy: entropyKernel(memory),
  };
}

/** assembly/sparse/ in JavaScript. */
import type { SparseKernels } from "../../kernels/sparse";
import { halfKernels } from "../half";
import { hardmaxKernel } from "../rows/hardmax";
import { softmaxKernel } from "../rows/softmax";
import type { Memory } from "../state";
import { entmaxKernel } from "./entmax";
import { scores } from "./scores";

export function sparseKernels(memory: Memory): SparseKernels {
  const entmax = entmaxKernel(memory);
  return {
    ...halfKernels(memory),
    scores: scores(memory),
    sparsemax: entmax, // at alpha 2
    entmax15: entmax, // at alpha 1.5
    entmax,
    softmax: softmaxKernel(memory),
    hardmax: hardmaxKernel(memory),
  };
}

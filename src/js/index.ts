/** The JavaScript twin: the kernels of assembly/ on an ArrayBuffer, in float64, for hosts without WebAssembly SIMD. */
import type { Engine } from "../kernels";
import { attentionKernels } from "./attention";
import { hardmaxKernel } from "./rows/hardmax";
import { logSoftmaxKernel } from "./rows/logSoftmax";
import { logSumExpKernel } from "./rows/logSumExp";
import { softmaxKernel, softmaxRow } from "./rows/softmax";
import { entmaxKernel } from "./sparse/entmax";
import { scores } from "./sparse/scores";
import { views } from "./state";
import { vocabularyKernels } from "./vocabulary";

export function jsEngine(bytes: number): Engine {
  const buffer = new ArrayBuffer(bytes);
  const memory = views(buffer);
  const entmax = entmaxKernel(memory);
  return {
    backend: "js",
    buffer,
    heapBase: 16, // 0 is the absent pointer
    kernels: {
      softmax: softmaxKernel(memory),
      softmaxRow: softmaxRow(memory),
      logSoftmax: logSoftmaxKernel(memory),
      logSumExp: logSumExpKernel(memory),
      hardmax: hardmaxKernel(memory),
      scores: scores(memory),
      sparsemax: entmax, // at alpha 2
      entmax15: entmax, // at alpha 1.5
      entmax,
      ...attentionKernels(memory),
      ...vocabularyKernels(memory),
    },
  };
}

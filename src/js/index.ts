/** The JavaScript twin: the kernels of assembly/ on an ArrayBuffer, in float64, for hosts without WebAssembly SIMD. */
import type { Engine } from "../kernels";
import { attentionKernels } from "./attention";
import { entmax } from "./entmax";
import { entmax15 } from "./entmax15";
import { hardmax } from "./hardmax";
import { logSoftmax } from "./logSoftmax";
import { logSumExp } from "./logSumExp";
import { scores } from "./scores";
import { softmax, softmaxRow } from "./softmax";
import { sparsemax } from "./sparsemax";
import { views } from "./state";
import { vocabularyKernels } from "./vocabulary";

export function jsEngine(bytes: number): Engine {
  const buffer = new ArrayBuffer(bytes);
  const memory = views(buffer);
  return {
    backend: "js",
    buffer,
    heapBase: 16, // 0 is the absent pointer
    kernels: {
      softmax: softmax(memory),
      softmaxRow: softmaxRow(memory),
      logSoftmax: logSoftmax(memory),
      logSumExp: logSumExp(memory),
      hardmax: hardmax(memory),
      scores: scores(memory),
      sparsemax: sparsemax(memory),
      entmax15: entmax15(memory),
      entmax: entmax(memory),
      ...attentionKernels(memory),
      ...vocabularyKernels(memory),
    },
  };
}

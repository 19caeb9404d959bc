/** assembly/vocabulary/ in JavaScript: the same passes, one token at a time, with weights in float64. */
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { halfKernels } from "../half";
import type { Memory } from "../state";
import { drawKernel, seekKernel } from "./draw";
import { gatherKernel } from "./gather";
import { binKernel, histogramKernel, totalKernel } from "./histogram";
import { cutKernel, orderKernel, sharesKernel, shiftKernel } from "./list";
import { bitsKernel } from "./mask";
import { maximaKernel, rangeKernel } from "./maxima";
import { residualKernel } from "./residual";
import { sumKernel } from "./sum";
import { tailKernel } from "./tail";

export const vocabularyKernels = (memory: Memory): VocabularyKernels => ({
  ...halfKernels(memory),
  vocabularyBits: bitsKernel(memory),
  vocabularyMaxima: maximaKernel(memory),
  vocabularyRange: rangeKernel(memory),
  vocabularySum: sumKernel(memory),
  vocabularyTail: tailKernel(memory),
  vocabularyHistogram: histogramKernel(memory),
  vocabularyTotal: totalKernel(memory),
  vocabularyBin: binKernel(memory),
  vocabularyGather: gatherKernel(memory),
  vocabularyOrder: orderKernel(memory),
  vocabularyShares: sharesKernel(memory),
  vocabularyShift: shiftKernel(memory),
  vocabularyCut: cutKernel(memory),
  vocabularyResidual: residualKernel(memory),
  vocabularySeek: seekKernel(memory),
  vocabularyDraw: drawKernel(memory),
});

/** softmax, logSoftmax, logSumExp, hardmax, entropy. */
import type { HalfKernels } from "./half";
import type { AxisKernel } from "./index";

export interface RowsKernels extends HalfKernels {
  readonly softmax: AxisKernel;
  /** softmax of one row of n floats, temperature 1, no mask: the short way for small calls. */
  readonly softmaxRow: (y: number, x: number, n: number) => void;
  readonly logSoftmax: AxisKernel;
  readonly logSumExp: AxisKernel;
  readonly hardmax: AxisKernel;
  readonly entropy: AxisKernel;
}

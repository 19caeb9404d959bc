/** softmax, logSoftmax, logSumExp, hardmax, entropy. */
import type { HalfKernels } from "./half";
import type { AxisKernel } from "./index";

export interface RowsKernels extends HalfKernels {
  readonly softmax: AxisKernel;
  readonly logSoftmax: AxisKernel;
  readonly logSumExp: AxisKernel;
  readonly hardmax: AxisKernel;
  readonly entropy: AxisKernel;
  // One row of n floats, temperature in (0, 2^64], no mask: the short way for small calls. Where n <= 16, x goes on with -Infinity up to
  // 16 floats, and y has room for as many.
  readonly softmaxRow: (y: number, x: number, n: number, temperature: number) => void;
  readonly logSoftmaxRow: (y: number, x: number, n: number, temperature: number) => void;
  readonly logSumExpRow: (x: number, n: number, temperature: number) => number;
}

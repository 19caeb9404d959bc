import type { Core } from "../../heap";
import type { RowsKernels } from "../../kernels/rows";
import { ENTROPY, expectHalf, expectKnown, LSE, MASK, P, X } from "../known";
import type { Rows } from ".";

const P_MASKED = [
  0.0771199574, 0.163262951, 0, 0.305015348, 9.38683972e-20, 0.2691751, 0.0194989789, 0, 0.0387783499, 0.127149314, 0,
];

const COLUMNS = { shape: [X.length, 2], axis: 0 };

/** @throws {Error} naming the first function that is off */
export function testRows(
  { softmax, logSoftmax, logSumExp, hardmax, entropy }: Rows,
  { heap }: Core<RowsKernels>,
): void {
  expectHalf(heap);
  const columns = Float32Array.from({ length: 2 * X.length }, (_, i) => X[i >> 1]);
  expectKnown("softmax", softmax(X), (j) => P[j]);
  expectKnown("softmax across columns", softmax(columns, COLUMNS), (j) => P[j >> 1]);
  expectKnown("softmax of more floats", softmax(columns), (j) => P[j >> 1] / 2);
  expectKnown("softmax under a mask", softmax(X, { mask: MASK }), (j) => P_MASKED[j]);
  expectKnown("logSoftmax", logSoftmax(X), (j) => X[j] - LSE);
  expectKnown("logSoftmax of more floats", logSoftmax(columns), (j) => X[j >> 1] - LSE - Math.LN2);
  expectKnown("logSoftmax across columns", logSoftmax(columns, COLUMNS), (j) => X[j >> 1] - LSE);
  expectKnown("logSumExp", [logSumExp(X)], () => LSE);
  expectKnown("logSumExp of more floats", [logSumExp(columns)], () => LSE + Math.LN2);
  expectKnown("logSumExp across columns", logSumExp(columns, COLUMNS), () => LSE);
  expectKnown("hardmax", hardmax(X), (j) => (j === 2 ? 1 : 0));
  expectKnown("entropy", [entropy(X)], () => ENTROPY);
  expectKnown("entropy across columns", entropy(columns, COLUMNS), () => ENTROPY);
}

import type { Core } from "../../heap";
import type { SparseKernels } from "../../kernels/sparse";
import { expectHalf, expectKnown, MASK, P, X } from "../known";
import type { Sparse } from ".";

/** entmax of X by bisection in float64, with its alpha: sparsemax, entmax15, and either side of them. */
const SPARSE: readonly (readonly [alpha: number, y: readonly number[]])[] = [
  [2, [0, 0, 0.625, 0.25, 0, 0.125, 0, 0, 0, 0, 0]],
  [1.5, [0, 0.0399193745, 0.489717709, 0.262449584, 0, 0.202318542, 0, 0, 0, 0.00559479086, 0]],
  [
    1.25,
    [
      0.0153457783, 0.0846929431, 0.388443191, 0.234272287, 0, 0.194932241, 0, 0.0295082741, 0.00105181852,
      0.0517534622, 0,
    ],
  ],
  [3, [0, 0, 0.875, 0.125, 0, 0, 0, 0, 0, 0, 0]],
];

/** @throws {Error} naming the first function that is off */
export function testSparse({ sparsemax, entmax15, entmax }: Sparse, { heap }: Core<SparseKernels>): void {
  expectHalf(heap);
  for (const [alpha, want] of SPARSE) expectKnown(`entmax at ${alpha}`, entmax(X, { alpha }), (j) => want[j], 1e-6);
  expectKnown("entmax at 1", entmax(X, { alpha: 1 }), (j) => P[j]); // with the bound of softmax, which shows every term of exp
  expectKnown("entmax at temperature 0", entmax(X, { alpha: 2, temperature: 0 }), (j) => (j === 2 ? 1 : 0));
  expectKnown("sparsemax", sparsemax(X), (j) => SPARSE[0][1][j], 1e-6);
  const masked = sparsemax(X, { mask: MASK, temperature: 0.5 });
  expectKnown("sparsemax under a mask", masked, (j) => (j === 3 ? 0.625 : j === 5 ? 0.375 : 0), 1e-6);
  expectKnown("entmax15", entmax15(X), (j) => SPARSE[1][1][j], 1e-6);
}

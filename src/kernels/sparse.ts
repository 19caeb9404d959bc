/** sparsemax, entmax15, entmax. */
import { FEWEST_POSITIONS } from "../../assembly/layout";
import type { HalfKernels } from "./half";
import type { AxisKernel } from "./index";
import type { RowsKernels } from "./rows";

/** How often a column of `axis` positions is cut to an eighth: τ of its first positions is a bound, and a pass over them is short. */
export function eighths(axis: number): number {
  let k = 0;
  while (axis >>> (3 * (k + 1)) >= FEWEST_POSITIONS) k++;
  return k;
}

/** Whether columns are solved together, so that a strip of them may come in tiles. */
export const solvedTogether = (alpha: number): boolean => alpha === 1.5 || alpha === 2;

/**
 * A function with exact zeros along the middle of three axes, f32[outer, axis, inner], row-major.
 *
 * @param y        where the result goes; may be x
 * @param support  u32[outer, inner], how many of each row's results are not 0; 0 for nowhere
 * @param x        scores
 * @param alpha    of entmax, > 1; 2 for sparsemax, 1.5 for entmax15
 * @param temperature  > 0 for entmax above alpha = 2; else 1, because `scores` has divided by the temperature already
 * @param state    STATE_BYTES, 16-byte aligned
 * @param phases   ALL_SPARSE, with MASKED after `scores`; or, in tiles, INIT with the first and MAX with every tile, then SUM with
 *                 every tile and SETTLE once with none until that returns 0, then FINISH with every tile. At alpha 1.5 and 2 also
 *                 strips of columns, SUM first over fewer positions (eighths), each time with WIDEN
 * @returns        of SETTLE: not 0 when another pass of SUM is needed
 */
export type SparseKernel = (
  y: number,
  support: number,
  x: number,
  outer: number,
  axis: number,
  inner: number,
  alpha: number,
  temperature: number,
  state: number,
  phases: number,
) => number;

/** Includes softmax, which is entmax at alpha = 1, and hardmax, which is every function at temperature 0. */
export interface SparseKernels extends HalfKernels, Pick<RowsKernels, "softmax" | "hardmax"> {
  /** (x - max) / T, or x at T = 1, -Infinity where masked. Where there is a mask or a temperature the three below take these as x. */
  readonly scores: AxisKernel;
  readonly sparsemax: SparseKernel;
  readonly entmax15: SparseKernel;
  readonly entmax: SparseKernel;
}

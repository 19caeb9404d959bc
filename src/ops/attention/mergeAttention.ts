import { checkApart, checkArray, checkLength, checkSize, refuseValue } from "../../check";
import type { Core, Heap } from "../../heap";
import type { AttentionKernels } from "../../kernels/attention";
import { checkObject, ownOptions } from "../../options";
import { lengthOf } from "../../typedArray";
import { BLOCK_FLOATS } from "../axis";
import { type Block, bring, isOutside, type Operand, take, tensor } from "./operands";

/** Options of mergeAttention. */
export interface MergeAttentionOptions {
  /** Floats of an output row, an integer >= 1. */
  valueDim: number;
}

/** The type of mergeAttention. */
export interface MergeAttention {
  /**
   * Attention over keys A and keys B together, from attention over each: outputs weighted by their log-sum-exps.
   *
   *     lse = log(exp(lseA) + exp(lseB))        out = outA·exp(lseA - lse) + outB·exp(lseB - lse)
   *
   * In place into A; B is left as it is. Associative and, up to rounding, the same for every split of the keys: that makes
   * shared prefixes, caches in chunks and several workers possible. A side that saw no key (lse -Infinity) adds nothing.
   * An lse of NaN makes its row NaN, also beside -Infinity. Two of FLT_MAX (scores beyond float32) share equally, however many keys
   * each stands for. A sink belongs to one side alone.
   *
   * Error at most 2e-6 · max|v|, lse 2e-6 · max(1, |lse|) (test/functions/mergeAttention.test.ts).
   * Source: Dao et al. 2022, arXiv:2205.14135; Ye et al. 2025 (FlashInfer), arXiv:2501.01005.
   *
   * @param outA  attention's output over keys A, rows of valueDim floats in the order of lseA
   * @param lseA  its lse
   * @param outB  over keys B
   * @param lseB  its lse
   * @param options  valueDim
   * @returns     { out: outA, lse: lseA }, overwritten
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} lengths do not match, or an array overlaps another
   * @example
   * import { attention, mergeAttention } from "softmax-wasm";
   * const [lseA, lseB] = [new Float32Array(1), new Float32Array(1)];
   * const outA = attention([1], [1], [5], { headDim: 1, lse: lseA }); // [5]
   * const outB = attention([1], [2, 3], [6, 7], { headDim: 1, lse: lseB }); // [6.7311]
   * mergeAttention(outA, lseA, outB, lseB, { valueDim: 1 }); // as attention over all three
   * outA; // [6.5752]
   */
  <Out extends Float32Array, Lse extends Float32Array>(
    outA: Out,
    lseA: Lse,
    outB: Float32Array,
    lseB: Float32Array,
    options: MergeAttentionOptions,
  ): { out: Out; lse: Lse };
}

const MERGE_ATTENTION = "mergeAttention";

/** @returns valueDim */
function checkMerge(
  outA: Float32Array,
  lseA: Float32Array,
  outB: Float32Array,
  lseB: Float32Array,
  options: MergeAttentionOptions,
): number {
  checkObject(MERGE_ATTENTION, "options", options, "valueDim");
  // before the arrays are looked at: it may be a getter
  const { valueDim } = ownOptions(MERGE_ATTENTION, options, { valueDim: options.valueDim });
  const ofA = checkArray(MERGE_ATTENTION, "outA", outA, "Float32Array");
  const rows = checkArray(MERGE_ATTENTION, "lseA", lseA, "Float32Array");
  const ofB = checkArray(MERGE_ATTENTION, "outB", outB, "Float32Array");
  const rowsB = checkArray(MERGE_ATTENTION, "lseB", lseB, "Float32Array");
  checkSize(MERGE_ATTENTION, "valueDim", valueDim);
  const floats = rows * valueDim;
  checkLength(MERGE_ATTENTION, "outA", ofA, floats, `lseA.length = ${rows} rows of valueDim = ${valueDim}`);
  checkLength(MERGE_ATTENTION, "lseB", rowsB, rows, "as lseA");
  checkLength(MERGE_ATTENTION, "outB", ofB, floats, "as outA");
  checkApart(MERGE_ATTENTION, "outA", outA, [
    ["lseA", lseA],
    ["outB", outB],
    ["lseB", lseB],
  ]);
  checkApart(MERGE_ATTENTION, "lseA", lseA, [
    ["outB", outB],
    ["lseB", lseB],
  ]);
  return valueDim;
}

/** How many rows go through the kernel together, where each takes `perRow` floats of the workspace. */
function rowsTogether(heap: Heap, rows: number, perRow: number, valueDim: number): number {
  if (perRow === 0) return rows;
  const room = heap.room - 16;
  if (perRow > room) {
    const hint = "createRuntime({ heapBytes }) makes a larger one";
    const expected = `rows of which two fit the ${4 * room} bytes left of the heap (${hint})`;
    refuseValue(MERGE_ATTENTION, "valueDim", expected, valueDim);
  }
  return Math.max(1, Math.floor(Math.min(BLOCK_FLOATS, room) / perRow));
}

export function mergeAttentionOn({ heap, kernels }: Core<AttentionKernels>): MergeAttention {
  return (outA, lseA, outB, lseB, options) => {
    const valueDim = checkMerge(outA, lseA, outB, lseB, options);
    const rows = lengthOf(lseA);
    const a = tensor(heap, outA, 1, rows, valueDim);
    const b = tensor(heap, outB, 1, rows, valueDim);
    const aLse = tensor(heap, lseA, 1, rows, 1);
    const bLse = tensor(heap, lseB, 1, rows, 1);
    const [aFloats, bFloats, aLseFloats] = [stagedFloats(a), stagedFloats(b), stagedFloats(aLse)];
    const perRow = aFloats + bFloats + aLseFloats + stagedFloats(bLse);
    const together = rowsTogether(heap, rows, perRow, valueDim);
    const aStage = heap.workspace;
    const bStage = aStage + 4 * together * aFloats;
    const aLseStage = bStage + 4 * together * bFloats;
    const bLseStage = aLseStage + 4 * together * aLseFloats;
    for (let i = 0; i < rows; i += together) {
      const block: Block = { b: 0, h: 0, heads: 1, i, rows: Math.min(together, rows - i) };
      kernels.mergeAttention(
        bring(heap, a, block, 0, valueDim, aStage).at,
        bring(heap, aLse, block, 0, 1, aLseStage).at,
        bring(heap, b, block, 0, valueDim, bStage).at,
        bring(heap, bLse, block, 0, 1, bLseStage).at,
        block.rows,
        valueDim,
      );
      take(heap, a, block, 0, valueDim, aStage);
      take(heap, aLse, block, 0, 1, aLseStage);
    }
    return { out: outA, lse: lseA };
  };
}

/** Floats that each row of an array takes of the workspace. */
const stagedFloats = (x: Operand): number => (isOutside(x) ? x.row : 0);

import { checkApart, checkAttached, isFloat32Array, kind } from "../../check";
import type { Core } from "../../heap";
import type { AttentionKernels } from "../../kernels/attention";
import { checkObject, ownOptions } from "../../options";
import { lengthOf, offsetOf } from "../../typedArray";
import { BLOCK_FLOATS } from "../axis";

export interface MergeAttentionOptions {
  /** Floats of an output row. */
  valueDim: number;
}

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
   * Error at most 2e-6 · max|v|, lse 2e-6 · max(1, |lse|) (test/mergeAttention.test.ts).
   * Source: Dao et al. 2022, arXiv:2205.14135; Ye et al. 2025 (FlashInfer), arXiv:2501.01005.
   *
   * @param outA  attention's output over keys A, rows of valueDim floats in the order of lseA
   * @param lseA  its lse
   * @param outB  over keys B
   * @param lseB  its lse
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

function checkView(fn: string, name: string, value: Float32Array): void {
  if (!isFloat32Array(value)) throw new TypeError(`${fn}: "${name}" expected a Float32Array, got ${kind(value)}`);
  if (lengthOf(value) === 0) checkAttached(fn, name, value);
}

function checkLengthOf(fn: string, name: string, value: Float32Array, length: number, of: string): void {
  if (lengthOf(value) !== length)
    throw new RangeError(`${fn}: "${name}" expected length ${length} (${of}), got ${lengthOf(value)}`);
}

const MERGE_ATTENTION = "mergeAttention";

export function mergeAttentionOn(core: Core<AttentionKernels>): MergeAttention {
  const { heap, kernels } = core;
  return (outA, lseA, outB, lseB, options) => {
    checkObject(MERGE_ATTENTION, "options", options, "valueDim");
    const { valueDim } = ownOptions(MERGE_ATTENTION, options, { valueDim: options.valueDim }); // before the views are looked at: it may be a getter
    const names = ["outA", "lseA", "outB", "lseB"];
    const views = [outA, lseA, outB, lseB];
    views.forEach((view, n) => {
      checkView(MERGE_ATTENTION, names[n], view);
    });
    if (typeof valueDim !== "number")
      throw new TypeError(`${MERGE_ATTENTION}: "valueDim" expected a number, got ${kind(valueDim)}`);
    if (!(Number.isSafeInteger(valueDim) && valueDim >= 1)) {
      throw new RangeError(`${MERGE_ATTENTION}: "valueDim" expected an integer >= 1, got ${valueDim}`);
    }
    const rows = lengthOf(lseA);
    checkLengthOf(
      MERGE_ATTENTION,
      "outA",
      outA,
      rows * valueDim,
      `lseA.length = ${rows} rows of valueDim = ${valueDim}`,
    );
    checkLengthOf(MERGE_ATTENTION, "lseB", lseB, rows, "as lseA");
    checkLengthOf(MERGE_ATTENTION, "outB", outB, rows * valueDim, "as outA");
    checkApart(MERGE_ATTENTION, "outA", outA, [
      ["lseA", lseA, 4],
      ["outB", outB, 4],
      ["lseB", lseB, 4],
    ]);
    checkApart(MERGE_ATTENTION, "lseA", lseA, [
      ["outB", outB, 4],
      ["lseB", lseB, 4],
    ]);

    const widths = [valueDim, 1, valueDim, 1];
    const homes = views.map((view) => heap.locate(view, offsetOf(view)));
    const perRow = widths.reduce((sum, width, n) => sum + (homes[n] === 0 ? width : 0), 0);
    const room = heap.room - 16;
    if (perRow > room) {
      throw new RangeError(
        `${MERGE_ATTENTION}: "valueDim" expected rows of which two fit the ${4 * room} bytes left of the heap (createRuntime({ heapBytes }) ` +
          `makes a larger one), got ${valueDim}`,
      );
    }
    const block = perRow === 0 ? rows : Math.max(1, Math.floor(Math.min(BLOCK_FLOATS, room) / perRow));
    for (let r = 0; r < rows; r += block) {
      const count = Math.min(block, rows - r);
      let free = heap.workspace;
      const at = homes.map((home, n) => {
        if (home !== 0) return home + 4 * r * widths[n];
        const stage = free;
        heap.write(stage, views[n], r * widths[n], count * widths[n]);
        free += 4 * count * widths[n];
        return stage;
      });
      kernels.mergeAttention(at[0], at[1], at[2], at[3], count, valueDim);
      for (const n of [0, 1]) if (homes[n] === 0) heap.read(views[n], r * widths[n], at[n], count * widths[n]);
    }
    return { out: outA, lse: lseA };
  };
}

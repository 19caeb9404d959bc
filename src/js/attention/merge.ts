import type { AttentionKernels } from "../../kernels/attention";
import { exp } from "../exp";
import type { Memory } from "../state";

/** assembly/attention/merge.ts in JavaScript: o = (a·oA + b·oB) / (a + b), lse = m + log(a + b). */
export function mergeAttentionKernel({ f32 }: Memory): AttentionKernels["mergeAttention"] {
  return (oA, lseA, oB, lseB, rows, valueDim) => {
    for (let r = 0; r < rows; r++) {
      const at = (oA >>> 2) + r * valueDim;
      const from = (oB >>> 2) + r * valueDim;
      const a = f32[(lseA >>> 2) + r];
      const b = f32[(lseB >>> 2) + r];
      if (a !== a || b !== b) {
        f32.fill(Number.NaN, at, at + valueDim);
        f32[(lseA >>> 2) + r] = Number.NaN;
        continue;
      }
      if (b === -Infinity) continue;
      if (a === -Infinity) {
        f32.copyWithin(at, from, from + valueDim);
        f32[(lseA >>> 2) + r] = b;
        continue;
      }
      const m = Math.max(a, b);
      const wA = exp(a - m);
      const wB = exp(b - m);
      const s = wA + wB;
      for (let d = 0; d < valueDim; d++) f32[at + d] = (wA * f32[at + d] + wB * f32[from + d]) / s;
      f32[(lseA >>> 2) + r] = m + Math.log(s);
    }
  };
}

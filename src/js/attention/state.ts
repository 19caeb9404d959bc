/** assembly/attention/state.ts in JavaScript: before and after the keys. Each query's m and l, and its o, are float64s. */
import { type AttentionKernels, COLUMNS_MULTIPLE } from "../../kernels";
import { exp } from "../exp";
import type { Memory } from "../state";

export const padded = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;
/** Index of row r's m among the float64s; its l is the next. */
export const queryAt = (query: number, r: number): number => (query >>> 3) + 2 * r;

export function attentionStart({ f32, f64 }: Memory): AttentionKernels["attentionStart"] {
  return (q, o, query, source, sinks, heads, queries, headDim, valueDim, headPitch, rowPitch, scale) => {
    const qPitch = padded(headDim, 4);
    const oPitch = padded(valueDim, COLUMNS_MULTIPLE);
    f64.fill(0, o >>> 3, (o >>> 3) + heads * queries * oPitch);
    for (let g = 0, r = 0; g < heads; g++) {
      const sink = sinks === 0 ? -Infinity : f32[(sinks >>> 2) + g];
      for (let i = 0; i < queries; i++, r++) {
        const from = (source >>> 2) + g * headPitch + i * rowPitch;
        const to = (q >>> 2) + r * qPitch;
        for (let d = 0; d < headDim; d++) f32[to + d] = f32[from + d] * scale;
        f64[queryAt(query, r)] = sink;
        f64[queryAt(query, r) + 1] = sink === -Infinity ? 0 : 1 + (sink - sink);
      }
    }
  };
}

export function attentionFinish({ f32, f64 }: Memory): AttentionKernels["attentionFinish"] {
  return (out, lse, o, query, heads, queries, valueDim, headPitch, rowPitch, lsePitch) => {
    const oPitch = padded(valueDim, COLUMNS_MULTIPLE);
    for (let g = 0, r = 0; g < heads; g++) {
      for (let i = 0; i < queries; i++, r++) {
        const m = f64[queryAt(query, r)];
        const l = f64[queryAt(query, r) + 1];
        const by = l === 0 ? 0 : 1 / l;
        const from = (o >>> 3) + r * oPitch;
        const to = (out >>> 2) + g * headPitch + i * rowPitch;
        for (let d = 0; d < valueDim; d++) f32[to + d] = f64[from + d] * by;
        if (lse !== 0) f32[(lse >>> 2) + g * lsePitch + i] = m - m === 0 ? m + Math.log(l) : m + l * 0;
      }
    }
  };
}

export function attentionWeights({ f32, f64 }: Memory): AttentionKernels["attentionWeights"] {
  return (w, query, heads, queries, keys, headPitch, rowPitch) => {
    for (let g = 0, r = 0; g < heads; g++) {
      for (let i = 0; i < queries; i++, r++) {
        const top = f64[queryAt(query, r)];
        const l = f64[queryAt(query, r) + 1];
        const m = top === -Infinity ? 0 : top;
        const by = l === 0 ? 0 : 1 / l;
        const at = (w >>> 2) + g * headPitch + i * rowPitch;
        for (let j = at; j < at + keys; j++) f32[j] = exp(f32[j] - m) * by;
      }
    }
  };
}

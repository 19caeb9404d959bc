/** assembly/attention/state.ts in JavaScript: the steps before the first chunk of keys and after the last. */
import type { AttentionKernels } from "../../kernels/attention";
import { exp } from "../exp";
import type { Memory } from "../state";
import { scaleIsPlain, startWide } from "./overflow";
import { exponentAt, maximumAt, oPitch, qPitch, sumAt } from "./query";

export function attentionStart({ f32, f64 }: Memory): AttentionKernels["attentionStart"] {
  return (q, o, query, source, sinks, heads, queries, headDim, valueDim, headPitch, rowPitch, scale) => {
    const qRow = qPitch(headDim);
    const plain = scaleIsPlain(scale);
    f64.fill(0, o >>> 3, (o >>> 3) + heads * queries * oPitch(valueDim));
    for (let g = 0, r = 0; g < heads; g++) {
      const sink = sinks === 0 ? -Infinity : f32[(sinks >>> 2) + g];
      for (let i = 0; i < queries; i++, r++) {
        const from = (source >>> 2) + g * headPitch + i * rowPitch;
        const to = (q >>> 2) + r * qRow;
        let inRange = plain;
        for (let d = 0; d < headDim; d++) {
          f32[to + d] = f32[from + d] * scale;
          if (Math.abs(f32[to + d]) === Infinity) inRange = false;
        }
        f32[maximumAt(query, r)] = sink;
        f32[exponentAt(query, r)] = inRange ? 0 : startWide(f32, to, from, headDim, scale);
        f64[sumAt(query, r)] = sink === -Infinity ? 0 : 1 + (sink - sink);
      }
    }
  };
}

export function attentionFinish({ f32, f64 }: Memory): AttentionKernels["attentionFinish"] {
  return (out, lse, o, query, heads, queries, valueDim, headPitch, rowPitch, lsePitch) => {
    const oRow = oPitch(valueDim);
    for (let g = 0, r = 0; g < heads; g++) {
      for (let i = 0; i < queries; i++, r++) {
        const m = f32[maximumAt(query, r)];
        const l = f64[sumAt(query, r)];
        const by = l === 0 ? 0 : 1 / l;
        const from = (o >>> 3) + r * oRow;
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
        const top = f32[maximumAt(query, r)];
        const l = f64[sumAt(query, r)];
        const m = top === -Infinity ? 0 : top;
        const by = l === 0 ? 0 : 1 / l;
        const at = (w >>> 2) + g * headPitch + i * rowPitch;
        for (let j = at; j < at + keys; j++) f32[j] = exp(f32[j] - m) * by;
      }
    }
  };
}

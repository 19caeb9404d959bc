/** The loops that people write: bench/ops, bench/plainSampling.mjs and an attention in three loops. */
import { OPS } from "../../cases.mjs";
import { sample } from "../../plainSampling.mjs";

/** softmax(q kᵀ / √d) v, a row of scores at a time. */
function attention(y, { q, k, v }, { heads, queries, keys, dim, causal }) {
  const scores = new Float64Array(keys);
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < queries; i++) {
      const from = (h * queries + i) * dim;
      const seen = causal ? i + keys - queries + 1 : keys;
      let m = -Infinity;
      for (let j = 0; j < seen; j++) {
        let dot = 0;
        for (let d = 0; d < dim; d++) dot += q[from + d] * k[(h * keys + j) * dim + d];
        scores[j] = dot / Math.sqrt(dim);
        if (scores[j] > m) m = scores[j];
      }
      let s = 0;
      for (let j = 0; j < seen; j++) s += scores[j] = Math.exp(scores[j] - m);
      y.fill(0, from, from + dim);
      for (let j = 0; j < seen; j++) {
        const p = scores[j] / s;
        for (let d = 0; d < dim; d++) y[from + d] += p * v[(h * keys + j) * dim + d];
      }
    }
  }
}

export function start() {
  return {
    prepare(work, operands) {
      const { op, rows, cols, options } = work;
      const { x, q } = operands;
      if (op === "sample") {
        const draw = (share) => sample(x, { ...options, random: () => share });
        return { call: () => draw(0.618), read: () => draw };
      }
      const out = new Float32Array(op === "logSumExp" ? rows : (q ?? x).length);
      const run = op === "attention" ? attention : (y) => OPS[op].plain(y, x, rows, cols, 1);
      const call = () => {
        run(out, operands, work);
        return out;
      };
      return { call, read: call };
    },
  };
}

/** How far a contender's result is from the definition in float64, and how far it may be. */
import { logSoftmaxBound, logSumExpBound, OUT_BOUND, SPARSE_BOUND, softmaxBound } from "../../test/judge/bounds.mjs";
import { entmax64 } from "../../test/judge/entmax64.mjs";
import { softmax64 } from "../../test/judge/softmax64.mjs";
import { ordered, truncated } from "../../test/judge/vocabularyReference.mjs";

/** What others may be off by: beyond it they compute something else. */
export const PEER_BOUND = 1e-3;
const STEP = 2 ** -23; // a float32's own, beside the bounds
export const SHARES = [0, 0.1, 0.25, 0.5, 0.618, 0.75, 0.9, 0.999];
const QUERY_STEP = 61; // which queries of attention are looked at, beside the last

/** In what each error is counted. */
export const UNITS = {
  softmax: "relative",
  logSoftmax: "absolute, relative above 1",
  logSumExp: "absolute, relative above 1",
  sparsemax: "absolute",
  attention: "of the largest |v|",
  sample: "of the token's probability, relative",
};

/** The largest error, and the largest share of this package's own bound. NaN stays. */
function worst() {
  const found = { error: 0, ofBound: 0, sumError: 0 };
  const take = (field, value) => {
    if (!Number.isNaN(found[field]) && !(value <= found[field])) found[field] = value;
  };
  const add = (got, want, unit, bound) => {
    take("error", Math.abs(got - want) / unit);
    take("ofBound", Math.abs(got - want) / bound);
  };
  return { found, add, sum: (got, want) => take("sumError", Math.abs(got - want)) };
}

function rowsError({ op, rows, cols }, { x }, y) {
  const { found, add, sum } = worst();
  for (let r = 0; r < rows; r++) {
    const row = Array.from(x.subarray(r * cols, (r + 1) * cols));
    const { m, s, logSumExp } = softmax64(row);
    if (op === "logSumExp") {
      add(y[r], logSumExp, Math.max(1, Math.abs(logSumExp)), logSumExpBound(logSumExp) + STEP * Math.abs(logSumExp));
      continue;
    }
    const shares = op === "sparsemax" ? entmax64(row, 2) : undefined;
    let total = 0;
    row.forEach((value, j) => {
      const got = y[r * cols + j];
      total += got;
      if (op === "sparsemax") add(got, shares[j], 1, SPARSE_BOUND);
      if (op === "softmax") {
        const want = Math.exp(value - m) / s;
        if (want >= 2 ** -126) add(got, want, want, want * softmaxBound(m - value));
      }
      if (op === "logSoftmax") {
        const want = value - m - Math.log(s);
        add(got, want, Math.max(1, Math.abs(want)), logSoftmaxBound(want));
      }
    });
    if (op === "softmax") sum(total, 1);
  }
  return found;
}

/** Some queries of every head, by the definition. */
function attentionError({ heads, queries, keys, dim, causal }, { q, k, v }, out) {
  const { found, add } = worst();
  const most = v.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const looked = new Set([queries - 1]);
  for (let i = 0; i < queries; i += QUERY_STEP) looked.add(i);
  for (let h = 0; h < heads; h++) {
    for (const i of looked) {
      const at = (h * queries + i) * dim;
      const seen = causal ? i + keys - queries + 1 : keys;
      const scores = Array.from({ length: seen }, (_, j) => {
        let s = 0;
        for (let d = 0; d < dim; d++) s += q[at + d] * k[(h * keys + j) * dim + d];
        return s / Math.sqrt(dim);
      });
      const { probs } = softmax64(scores);
      const want = new Float64Array(dim);
      probs.forEach((p, j) => {
        for (let d = 0; d < dim; d++) want[d] += p * v[(h * keys + j) * dim + d];
      });
      for (let d = 0; d < dim; d++) add(out[at + d], want[d], most, OUT_BOUND * most);
    }
  }
  return found;
}

/** Whatever is drawn must be one of the tokens that are left, with its probability among them. */
function drawError({ options }, { x }, draw) {
  const { found, add } = worst();
  const { kept, probs } = truncated({ x, ...options }, ordered(x));
  for (const share of SHARES) {
    const { index, prob } = draw(share);
    const at = kept.indexOf(index);
    if (at < 0) throw new Error(`token ${index} is not one of the ${kept.length} left`);
    add(prob, probs[at], probs[at], 1e-5 * probs[at]);
  }
  return found;
}

/** @returns error and, of softmax, the error of a row's sum; ofBound: error over this package's own bound */
export function errorOf(work, operands, result) {
  if (work.op === "sample") return drawError(work, operands, result);
  return work.op === "attention" ? attentionError(work, operands, result) : rowsError(work, operands, result);
}

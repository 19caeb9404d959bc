/**
 * JavaScript written with care: rows one by one, four running maxima, one exp a float, a product instead of a quotient, and for sampling no
 * sort of the vocabulary: a heap of the k best, as llama.cpp's samplers select.
 */
import { heapSample } from "../samplers/heap.mjs";

function largest(x, from, to) {
  let [a, b, c, d] = [-Infinity, -Infinity, -Infinity, -Infinity];
  let i = from;
  for (; i + 4 <= to; i += 4) {
    if (x[i] > a) a = x[i];
    if (x[i + 1] > b) b = x[i + 1];
    if (x[i + 2] > c) c = x[i + 2];
    if (x[i + 3] > d) d = x[i + 3];
  }
  for (; i < to; i++) if (x[i] > a) a = x[i];
  return Math.max(a, b, c, d);
}

const rowOf = {
  softmax(y, x, from, to) {
    const m = largest(x, from, to);
    let s = 0;
    for (let i = from; i < to; i++) {
      const e = Math.exp(x[i] - m);
      y[i] = e;
      s += e;
    }
    const r = 1 / s;
    for (let i = from; i < to; i++) y[i] *= r;
  },
  logSoftmax(y, x, from, to) {
    const m = largest(x, from, to);
    let s = 0;
    for (let i = from; i < to; i++) s += Math.exp(x[i] - m);
    const log = Math.log(s);
    for (let i = from; i < to; i++) y[i] = x[i] - m - log;
  },
  logSumExp(y, x, from, to, row) {
    const m = largest(x, from, to);
    let s = 0;
    for (let i = from; i < to; i++) s += Math.exp(x[i] - m);
    y[row] = m + Math.log(s);
  },
  /** Only what is within 1 of the maximum can have a share: that little is sorted. */
  sparsemax(y, x, from, to) {
    const m = largest(x, from, to);
    const near = x.subarray(from, to).filter((value) => value > m - 1);
    near.sort().reverse();
    let prefix = 0;
    let tau = 0;
    for (let k = 0; k < near.length; k++) {
      prefix += near[k];
      if (1 + (k + 1) * near[k] > prefix) tau = (prefix - 1) / (k + 1);
    }
    for (let i = from; i < to; i++) y[i] = x[i] > tau ? x[i] - tau : 0;
  },
};

export function start() {
  return {
    prepare({ op, rows, cols, options }, { x }) {
      if (op === "sample") {
        const draw = (share) => heapSample(x, options, share);
        return { call: () => draw(0.618), read: () => draw };
      }
      const out = new Float32Array(op === "logSumExp" ? rows : x.length);
      const row = rowOf[op];
      const call = () => {
        for (let r = 0; r < rows; r++) row(out, x, r * cols, (r + 1) * cols, r);
        return out;
      };
      return { call, read: call };
    },
  };
}

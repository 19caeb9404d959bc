/** The softmax family as it is written by hand: three loops a row, Math.exp, float64 in between. */

export function softmax(x, { shape: [rows, cols], out }) {
  for (let r = 0; r < rows; r++) {
    const from = r * cols;
    const to = from + cols;
    let m = -Infinity;
    for (let j = from; j < to; j++) if (x[j] > m) m = x[j];
    let s = 0;
    for (let j = from; j < to; j++) {
      const e = Math.exp(x[j] - m);
      out[j] = e;
      s += e;
    }
    for (let j = from; j < to; j++) out[j] /= s;
  }
  return out;
}

export function logSoftmax(x, { shape: [rows, cols], out }) {
  for (let r = 0; r < rows; r++) {
    const from = r * cols;
    const to = from + cols;
    let m = -Infinity;
    for (let j = from; j < to; j++) if (x[j] > m) m = x[j];
    let s = 0;
    for (let j = from; j < to; j++) s += Math.exp(x[j] - m);
    const logS = Math.log(s);
    for (let j = from; j < to; j++) out[j] = x[j] - m - logS;
  }
  return out;
}

export function logSumExp(x, { shape: [rows, cols], out }) {
  for (let r = 0; r < rows; r++) {
    const from = r * cols;
    const to = from + cols;
    let m = -Infinity;
    for (let j = from; j < to; j++) if (x[j] > m) m = x[j];
    let s = 0;
    for (let j = from; j < to; j++) s += Math.exp(x[j] - m);
    out[r] = m + Math.log(s);
  }
  return out;
}

export function hardmax(x, { shape: [rows, cols], out }) {
  for (let r = 0; r < rows; r++) {
    const from = r * cols;
    const to = from + cols;
    let best = from;
    for (let j = from; j < to; j++) if (x[j] > x[best]) best = j;
    out.fill(0, from, to);
    out[best] = 1;
  }
  return out;
}

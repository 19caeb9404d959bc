/** Attention: three queries, four keys, every number on the way. */
import { attention } from "softmax-wasm";
import { heading, remark, sum, table } from "./terminal.mjs";

const Q = [
  [1, 0, 1, 0],
  [0, 2, 0, 1],
  [1, 1, 0, 0],
];
const K = [
  [1, 0, 1, 0],
  [0, 1, 0, 1],
  [1, 1, 1, 1],
  [2, 0, 0, 1],
];
const V = [
  [1, 0, 0, 2],
  [0, 1, 0, 2],
  [0, 0, 1, 2],
  [1, 1, 1, 2],
];
const DIM = 4;

export function attentionTable() {
  heading("Attention: three queries look at four keys");
  const weights = new Float32Array(Q.length * K.length);
  const out = attention(Q.flat(), K.flat(), V.flat(), { headDim: DIM, weights });
  const causal = new Float32Array(Q.length * K.length);
  attention(Q.flat(), K.flat(), V.flat(), { headDim: DIM, causal: true, weights: causal });

  const row = (x, i, width) => Array.from(x.subarray(i * width, (i + 1) * width));
  const keys = K.map((_, j) => `k${j + 1}`);
  const section = (title, head, of) => {
    table(
      [title, ...head],
      Q.map((_, i) => [`q${i + 1}`, ...of(i)]),
    );
    console.log();
  };
  const dots = Q.map((q) => K.map((k) => sum(q.map((v, d) => v * k[d]))));
  const four = (x) => x.map((v) => v.toFixed(4));
  section("scores Q·Kᵀ, plain JS", keys, (i) => dots[i]);
  section(`scores / √${DIM}, plain JS`, keys, (i) => dots[i].map((s) => (s / Math.sqrt(DIM)).toFixed(2)));
  section("weights", [...keys, "sum"], (i) => {
    const w = row(weights, i, K.length);
    return four([...w, sum(w)]);
  });
  section("output", ["1", "2", "3", "4"], (i) => four(row(out, i, DIM)));
  section("weights, causal", [...keys, "sum"], (i) => {
    const w = row(causal, i, K.length);
    return four([...w, sum(w)]);
  });
  remark(
    "Each output is the mean of the values under its weights. The fourth column is 2 in every value,",
    "so it stays 2.",
    "Causal puts the last query at the last key, as FlashAttention does; queryOffset: 0 is PyTorch's.",
  );
}

/** node bench/attentionRun.mjs BACKEND SHAPE MS     one shape on one backend, checked first; { ns } as JSON */
import { do_not_optimize } from "mitata";
import { createRuntime } from "softmax-wasm";
import { logits } from "./cases.mjs";
import { median } from "./rounds.mjs";

const [backend, shapeJson, roundMs] = process.argv.slice(2);
const { heads, kvHeads, queries, keys, dim, causal } = JSON.parse(shapeJson);
const runtime = createRuntime({ backend, heapBytes: 128 << 20 });
const draw = (n) => {
  const view = runtime.alloc(n);
  view.set(logits(n).map((v) => v / 3));
  return view;
};
const q = draw(heads * queries * dim);
const k = draw(kvHeads * keys * dim);
const v = draw(kvHeads * keys * dim);
const out = runtime.alloc(q.length);
const options = { headDim: dim, heads, kvHeads, causal, out };
const call = () => do_not_optimize(runtime.attention(q, k, v, options));

/** The last query of the last head, by the definition; it sees every key, causal or not. */
function judge() {
  call();
  const at = q.length - dim;
  const from = (kvHeads - 1) * keys * dim;
  const scores = Array.from({ length: keys }, (_, j) => {
    let s = 0;
    for (let d = 0; d < dim; d++) s += q[at + d] * k[from + j * dim + d];
    return s / Math.sqrt(dim);
  });
  const m = Math.max(...scores);
  const weights = scores.map((s) => Math.exp(s - m));
  const sum = weights.reduce((a, b) => a + b);
  const most = v.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  for (let d = 0; d < dim; d++) {
    const want = weights.reduce((y, w, j) => y + (w / sum) * v[from + j * dim + d], 0);
    if (!(Math.abs(out[at + d] - want) <= 2e-6 * most))
      throw new Error(`${shapeJson}: [${d}] ${out[at + d]}, not ${want}`);
  }
}

judge();
const timed = (calls) => {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return (1e6 * (performance.now() - start)) / calls;
};
for (const end = performance.now() + 2 * Number(roundMs); performance.now() < end; ) call();
const calls = Math.max(1, Math.round((1e6 * Number(roundMs)) / 9 / timed(1)));
console.log(JSON.stringify({ ns: median(Array.from({ length: 9 }, () => timed(calls))) }));

/** attention on one backend, shape after shape, native C in turn with it, arrays in the runtime's own memory. */
import { do_not_optimize } from "mitata";
import { createRuntime } from "softmax-wasm";
import { OUT_BOUND } from "../test/judge/bounds.mjs";
import { softmax64 } from "../test/judge/softmax64.mjs";
import { halfGroups } from "./attentionHalves.mjs";
import { logits } from "./cases.mjs";
import { runNative } from "./native.mjs";
import { stopwatch } from "./rounds.mjs";

const SHAPES = [
  { heads: 8, queries: 512, keys: 512, dim: 64 },
  { heads: 12, queries: 197, keys: 197, dim: 64 },
  { heads: 1, queries: 4096, keys: 4096, dim: 64 },
  { heads: 8, queries: 1024, keys: 1024, dim: 64 },
  { heads: 8, queries: 1024, keys: 1024, dim: 64, causal: true },
  { heads: 8, queries: 512, keys: 512, dim: 128 },
  { heads: 8, queries: 4, keys: 1024, dim: 64, kvHeads: 2 },
  { heads: 12, queries: 1, keys: 2048, dim: 64 },
  { heads: 32, queries: 1, keys: 4096, dim: 128, kvHeads: 8 },
  { heads: 12, queries: 1, keys: 64, dim: 64 },
].map(({ kvHeads, causal = false, ...sizes }) => ({ ...sizes, kvHeads: kvHeads ?? sizes.heads, causal }));

const nameOf = ({ heads, kvHeads, queries, keys, dim, causal }) =>
  `${heads}×${queries}×${keys}×${dim}${kvHeads < heads ? `, ${kvHeads} kv heads` : ""}${causal ? ", causal" : ""}`;

/** The last query of the last head, by the definition; it sees every key, causal or not. */
function judge(label, out, q, k, v, { kvHeads, keys, dim }) {
  const at = q.length - dim;
  const from = (kvHeads - 1) * keys * dim;
  const scores = Array.from({ length: keys }, (_, j) => {
    let s = 0;
    for (let d = 0; d < dim; d++) s += q[at + d] * k[from + j * dim + d];
    return s / Math.sqrt(dim);
  });
  const { probs } = softmax64(scores);
  const most = v.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  for (let d = 0; d < dim; d++) {
    const want = probs.reduce((y, p, j) => y + p * v[from + j * dim + d], 0);
    if (!(Math.abs(out[at + d] - want) <= OUT_BOUND * most))
      throw new Error(`${label}: [${d}] expected ${want}, got ${out[at + d]}`);
  }
}

/** One process of native C reads two clocks: attention's, and that of plain reading K and V. */
function nativeClocks(native, { heads, kvHeads, queries, keys, dim }, rounds) {
  let last;
  const attention = () => {
    last = runNative(native, [heads, kvHeads, queries, keys, dim]);
    return last.ns;
  };
  return { native: { read: attention, rounds }, read: { read: () => last.readNs, rounds } };
}

export function* groups(backend, effort, native) {
  const runtime = createRuntime({ backend, heapBytes: 128 << 20 });
  for (const shape of SHAPES) {
    const { heads, kvHeads, queries, keys, dim, causal } = shape;
    const flops = 4 * heads * queries * keys * dim;
    if (backend === "js" && flops > 2e9) continue; // seconds a call
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
    runtime.attention(q, k, v, options);
    judge(`${backend}, ${nameOf(shape)}`, out, q, k, v, shape);
    const clocks = {
      own: stopwatch(() => do_not_optimize(runtime.attention(q, k, v, options)), effort),
      ...(native !== undefined && !causal && nativeClocks(native, shape, effort.rounds)),
    };
    yield [{ name: nameOf(shape), queries, causal, flops, clocks }];
    runtime.free();
  }
  yield* halfGroups(backend, effort);
}

/**
 * node examples/workers.mjs        one attention over a long cache, split over two workers
 *
 * Each worker attends to its half of the keys and hands back its output and log-sum-exp; mergeAttention makes attention over
 * all keys of the two. The same works for a prefix that several conversations share, or a cache that lives in chunks.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { attention, mergeAttention } from "softmax-wasm";

const HEADS = 8;
const DIM = 64;
const QUERIES = 16;
const KEYS = 8192;

/** Any numbers will do: sines of growing frequency, shared with the workers instead of copied. */
function waves(length, phase) {
  const floats = new Float32Array(new SharedArrayBuffer(4 * length));
  return floats.map((_, i) => Math.sin(phase + i * 0.37 + (i % 97) ** 2));
}

/** Attention over keys from … to of every head. */
function part({ q, k, v, from, to }) {
  const cut = (x) => {
    const some = new Float32Array(HEADS * (to - from) * DIM);
    for (let h = 0; h < HEADS; h++) {
      some.set(x.subarray((h * KEYS + from) * DIM, (h * KEYS + to) * DIM), h * (to - from) * DIM);
    }
    return some;
  };
  const lse = new Float32Array(HEADS * QUERIES);
  return { out: attention(q, cut(k), cut(v), { heads: HEADS, headDim: DIM, lse }), lse };
}

function inWorker(data) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: data });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

if (!isMainThread) {
  parentPort.postMessage(part(workerData));
} else {
  const [q, k, v] = [QUERIES, KEYS, KEYS].map((length, n) => waves(HEADS * length * DIM, n));
  const half = KEYS / 2;
  const [a, b] = await Promise.all([
    inWorker({ q, k, v, from: 0, to: half }),
    inWorker({ q, k, v, from: half, to: KEYS }),
  ]);
  const { out } = mergeAttention(a.out, a.lse, b.out, b.lse, { valueDim: DIM });

  const whole = part({ q, k, v, from: 0, to: KEYS });
  const off = out.reduce((most, y, i) => Math.max(most, Math.abs(y - whole.out[i])), 0);
  console.log(`${HEADS} heads, ${QUERIES} queries, ${KEYS} keys: half of the keys in each of two workers`);
  console.log(`merged and undivided differ by at most ${off.toExponential(1)}; values are between -1 and 1`);
  if (!(off <= 2e-6)) process.exitCode = 1;
}

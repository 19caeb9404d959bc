// node --expose-gc calls.mjs BACKEND N        N calls of every kind; prints what is left of them, as JSON
import { createRuntime } from "softmax-wasm";

const [backend, calls] = process.argv.slice(2);
const CALLS = Number(calls);
if (!(CALLS >= 1000)) throw new RangeError(`expected at least 1000 calls, got ${calls}`);

const runtime = createRuntime({ backend, heapBytes: 1 << 17 });
const floats = (n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
const x = floats(24);
const long = floats(40_000); // longer than the heap
const [mask, support] = [new Uint8Array(24).fill(1), new Uint32Array(3)];
const [out, lse] = [new Float32Array(24), new Float32Array(6)];
const shape = [3, 8];

const refused = (run) => {
  try {
    run();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return;
    throw error;
  }
  throw new Error("a bad call was not refused");
};

/** Every kind of call; new arrays, given arrays, views, lists, errors. */
const KINDS = [
  () => runtime.softmax(x),
  () => runtime.softmax(x, { shape, mask, temperature: 0.7, out }),
  () => runtime.logSoftmax(x, { shape, axis: 0 }),
  () => runtime.logSumExp(x),
  () => runtime.logSumExp(x, { shape, mask }),
  () => runtime.entropy(x, { shape, mask }),
  () => runtime.hardmax([1, 2, 3]),
  () => runtime.sparsemax(x, { shape, support }),
  () => runtime.entmax15(x, { out }),
  () => runtime.entmax(x, { alpha: 1.3, shape, axis: 0 }),
  () => runtime.attention(x, x, x, { headDim: 4, out, lse }),
  () => runtime.attention(x, x, x, { headDim: 2, causal: true, heads: 2, weights: new Float32Array(72) }),
  () => runtime.topK(x, 5),
  () => runtime.sample(x, { topK: 10, topP: 0.9, random: () => 0.5 }),
  () => runtime.sample(long, { temperature: 0 }),
  () => runtime.verifyDraft(x, [1, 2], { draft: x.subarray(0, 16), penalties: { tokens: [3], repetition: 1.2 } }),
  () => runtime.mergeAttention(out, lse, x, lse.slice(), { valueDim: 4 }),
  () => {
    const view = runtime.alloc(100);
    view.set(x);
    runtime.softmax(view, { out: view });
  },
  () => runtime.free(),
  () => refused(() => runtime.softmax(x, { shape: [5, 5] })),
  () => refused(() => runtime.softmax("x")),
  () => refused(() => runtime.attention(x, x, x, { headDim: 7 })),
  () => runtime.free(runtime.alloc(300)),
  () => refused(() => runtime.alloc(1e9)),
];

const markOf = () => runtime.alloc(0).byteOffset;
const measure = () => {
  for (let i = 0; i < 4; i++) globalThis.gc();
  return process.memoryUsage();
};

function make(count) {
  for (let i = 0; i < count; i++) {
    KINDS[i % KINDS.length]();
    if (i % 50_000 === 0) runtime.softmax(long);
  }
  runtime.free();
}

const start = markOf();
make(Math.max(100_000, CALLS / 5)); // until all is compiled and the garbage collector has its size
const before = measure();
make(CALLS);
const after = measure();

const grown = Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));
console.log(JSON.stringify({ grown, mark: { start, end: markOf() } }));

// node scripts/soak.mjs [--calls N]     a million calls of every kind on each backend: memory stays where it was
// Reads dist/: build first. The last line counts the backends: "N passed, N failed".
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRuntime } from "softmax-wasm";
import { relaxedNode } from "./engines.mjs";

const { calls, backend } = parseArgs({
  options: { calls: { type: "string", default: "1000000" }, backend: { type: "string" } },
}).values;
const CALLS = Number(calls);
if (!(CALLS >= 1000)) throw new RangeError(`--calls expected at least 1000, got ${calls}`);

/** What may be left of a million calls; one float of each would be 4 MB. */
const MOST = { heapUsed: 1 << 20, external: 1 << 20, arrayBuffers: 1 << 20, rss: 16 << 20 };

if (backend === undefined) {
  let passed = 0;
  let failed = 0;
  for (const name of ["wasm-relaxed", "wasm", "js"]) {
    const node = name === "wasm-relaxed" ? relaxedNode() : process.execPath;
    const args = ["--expose-gc", fileURLToPath(import.meta.url), "--calls", calls, "--backend", name];
    const { status } = spawnSync(node, args, { stdio: "inherit" });
    if (status === 0) passed++;
    else failed++;
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}

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
  () => runtime.hardmax([1, 2, 3]),
  () => runtime.sparsemax(x, { shape, support }),
  () => runtime.entmax15(x, { out }),
  () => runtime.entmax(x, { alpha: 1.3, shape, axis: 0 }),
  () => runtime.attention(x, x, x, { headDim: 4, out, lse }),
  () => runtime.attention(x, x, x, { headDim: 2, causal: true, heads: 2, weights: new Float32Array(72) }),
  () => runtime.topK(x, 5),
  () => runtime.sample(x, { topK: 10, topP: 0.9, random: () => 0.5 }),
  () => runtime.sample(long, { temperature: 0 }),
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

const grown = Object.entries(MOST).map(([name, most]) => ({ name, bytes: after[name] - before[name], most }));
const bad = grown.filter(({ bytes, most }) => !(bytes <= most));
const figures = grown.map(({ name, bytes }) => `${name} ${(bytes / 1024).toFixed(0)} KiB`).join(", ");
const stays = markOf() === start;
console.log(
  `${bad.length === 0 && stays ? "ok    " : "FAILED"}  ${backend}, Node ${process.versions.node}: ${CALLS} calls, grown by ${figures}` +
    `; the heap's mark is ${stays ? "back" : `${markOf()} and was ${start}`}`,
);
process.exit(bad.length === 0 && stays ? 0 : 1);

/**
 * node bench/pool.mjs [--quick] [--threads N] [--backend NAME]     a pool against the plain function: times, and the median ratio
 *
 * Reads dist/: build first. Shapes are heads × queries × keys × dim; arrays are in shared memory unless a name says otherwise. Results are
 * compared bit for bit before anything is timed.
 */
import { availableParallelism, cpus } from "node:os";
import { createRuntime } from "softmax-wasm";
import { createPool } from "softmax-wasm/pool";
import { table } from "./table.mjs";

const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const quick = process.argv.includes("--quick");
const threads = Number(option("--threads") ?? 2);
const backend = option("--backend") ?? createRuntime().backend;
const ROUNDS = quick ? 7 : 31;
const WARM_MS = quick ? 100 : 400;

const runtime = createRuntime({ backend });
const pool = await createPool({ threads, backend });
if (pool.mode.kind !== "shared") throw new Error(`no shared memory here: ${pool.mode.reason}`);

let state = 1;
function draw(floats) {
  for (let i = 0; i < floats.length; i++) {
    state = (state * 1664525 + 1013904223) >>> 0;
    floats[i] = state / 2 ** 31 - 1;
  }
  return floats;
}

/** Heads, queries, keys, floats, causal; and how many times as fast two threads are to be, or one at least. */
const ATTENTION = [
  [8, 512, 512, 64, false, 1.75],
  [12, 197, 197, 64, false, 1.75],
  [8, 1024, 1024, 64, false, 1.75],
  [8, 1024, 1024, 64, true, 1.75],
  [1, 128, 128, 64, false, 1 / 1.05],
];

function attentionCase([heads, queries, keys, headDim, causal, target]) {
  const [q, k, v] = [queries, keys, keys].map((rows) => draw(pool.alloc(heads * rows * headDim)));
  const own = [q, k, v].map((array) => new Float32Array(array));
  const options = { heads, headDim, causal, out: pool.alloc(q.length) };
  const ordinary = { ...options, out: new Float32Array(q.length) };
  return {
    name: `${heads}×${queries}×${keys}×${headDim}${causal ? " causal" : ""}`,
    target,
    out: [options.out, ordinary.out],
    plain: () => runtime.attention(q, k, v, options),
    ways: {
      sync: () => pool.sync.attention(q, k, v, options),
      promise: () => pool.attention(q, k, v, options),
      "ordinary arrays": () => pool.sync.attention(...own, ordinary),
    },
  };
}

function softmaxCase(rows, length, target) {
  const x = draw(pool.alloc(rows * length));
  const options = { shape: [rows, length], out: pool.alloc(x.length) };
  return {
    name: `softmax of ${rows}×${length}`,
    target,
    out: [options.out],
    plain: () => runtime.softmax(x, options),
    ways: { sync: () => pool.sync.softmax(x, options), promise: () => pool.softmax(x, options) },
  };
}

async function check({ name, out, plain, ways }) {
  const want = plain().slice();
  for (const [way, call] of Object.entries(ways)) {
    for (const array of out) array.fill(0);
    await call();
    if (!out.some((array) => array.every((value, i) => value === want[i])))
      throw new Error(`${name}, ${way}: other bits`);
  }
}

async function timeOf(call) {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** Each way beside the plain function, in turn, round after round. */
async function measure({ name, target, plain, ways }) {
  const calls = { plain, ...ways };
  for (const call of Object.values(calls)) {
    const start = performance.now();
    while (performance.now() - start < WARM_MS) await call();
  }
  const times = Object.fromEntries(Object.keys(calls).map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [way, call] of Object.entries(calls)) times[way].push(await timeOf(call));
  }
  const ratio = (way) => median(times[way].map((ms, round) => times.plain[round] / ms));
  const ratios = Object.keys(ways).map((way) => [way, ratio(way)]);
  return { name, target, ratios: Object.fromEntries(ratios), ms: median(times.plain.slice()) };
}

console.log(
  `softmax-wasm/pool, ${cpus()[0].model}, ${availableParallelism()} processors, Node ${process.version}, ${backend}, ${threads} threads\n`,
);
const rows = [];
for (const one of [...ATTENTION.map(attentionCase), softmaxCase(32, 128256, 1.5)]) {
  await check(one);
  const { name, target, ratios, ms } = await measure(one);
  const cells = ["sync", "promise", "ordinary arrays"].map((way) => ratios[way]?.toFixed(2) ?? "");
  rows.push([name, ms.toFixed(3), ...cells, target.toFixed(2), ratios.sync >= target ? "yes" : "no"]);
}
console.log(table([["", "ms, one thread", "sync", "promise", "ordinary arrays", "wanted of sync", "is so"], ...rows]));
await pool.close();

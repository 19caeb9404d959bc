// node --expose-gc test/soak/pools.mjs CALLS POOLS: how much memory and how many threads a pool's calls leave behind, and pools that
// were made and closed; one JSON line. Reads dist/.
import { readdirSync } from "node:fs";
import { createPool } from "softmax-wasm/pool";

const [CALLS, POOLS] = process.argv.slice(2).map(Number);

/** The threads of this process, where the system tells; V8's own come and go, a few. */
const threadsOf = () => (process.platform === "linux" ? readdirSync("/proc/self/task").length : 0);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await pause(20);
  }
  return { ...process.memoryUsage(), threads: threadsOf() };
}

const grownFrom = async (before) =>
  Object.fromEntries(Object.entries(await measure()).map(([name, value]) => [name, value - before[name]]));

const small = new Float32Array(24).map((_, i) => Math.sin(i));
const rows = new Float32Array(8 * 60_000).map((_, i) => 10 * Math.sin(i)); // some 0.3 ms: workers compute it
const shape = [8, 60_000];

/** One call in five hundred is for the workers: shared and ordinary arrays, stopped ones, and some that are refused. */
async function make(pool, count) {
  const x = pool.alloc(rows.length);
  x.set(rows);
  const out = pool.alloc(rows.length);
  const calls = [
    () => pool.softmax(x, { shape, out }),
    () => pool.sync.softmax(x, { shape, out }),
    () => pool.logSumExp(rows, { shape }),
    () => pool.topK(x, 5, { shape }),
    () => pool.softmax(x, { shape, out }, { signal: AbortSignal.abort() }).catch(() => undefined),
    () => pool.softmax(x, { shape: [7] }).catch(() => undefined),
    () => pool.softmax(x, { shape, out }, { onProgress: () => undefined }),
  ];
  for (let i = 0; i < count; i++) {
    if (i % 500 === 0) await calls[(i / 500) % calls.length]();
    else if (i % 2 === 0) await pool.softmax(small);
    else pool.sync.attention(small, small, small, { headDim: 4 });
  }
  for (const view of [x, out]) pool.free(view); // they are given out again; what free() lets go stays until the workers collect their garbage
}

const pool = await createPool({ threads: 2 });
await make(pool, Math.max(50_000, CALLS / 5));
const beforeCalls = await measure();
await make(pool, CALLS);
const calls = await grownFrom(beforeCalls);
await pool.close();

async function makePools(count) {
  for (let i = 0; i < count; i++) {
    const made = await createPool({ threads: 2 });
    if (made.mode.kind !== "shared") throw new Error(`no workers: ${made.mode.reason}`);
    if (i % 20 === 0) await made.softmax(rows, { shape });
    await made.close();
  }
}

await makePools(30);
const beforePools = await measure();
await makePools(POOLS);
console.log(JSON.stringify({ calls, pools: await grownFrom(beforePools) }));

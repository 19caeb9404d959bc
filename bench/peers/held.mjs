/**
 * node --expose-gc bench/peers/held.mjs ID     memory of the process around one softmax of 500 rows of 131072 floats, which are 250 MiB
 *
 * Prints MiB: before (the input is there, and a small softmax has been made), and beyond that at most, and after everything was
 * freed as the contender frees it.
 */
import { CONTENDERS } from "./contenders.mjs";

const SMALL = { op: "softmax", rows: 1, cols: 1000 };
const LARGE = { op: "softmax", rows: 500, cols: 131_072 };
const MIB = 2 ** 20;

const { file, options } = CONTENDERS.find(({ id }) => id === process.argv[2]);
const { start } = await import(`./contenders/${file}.mjs`);
const filled = ({ rows, cols }) => Float32Array.from({ length: cols }, (_, i) => 3 * Math.sin(i * i + rows));

/** @returns the sum of the last row's result */
async function once(started, { rows, cols, ...work }, x) {
  const { read, end } = await started.prepare({ rows, cols, ...work }, { x });
  const y = await read();
  const sum = y.subarray((rows - 1) * cols).reduce((total, p) => total + p, 0);
  await end?.();
  return sum;
}

const started = await start(options);
const x = new Float32Array(LARGE.rows * LARGE.cols);
const row = filled(LARGE);
for (let r = 0; r < LARGE.rows; r++) x.set(row, r * LARGE.cols);
await once(started, SMALL, filled(SMALL));
globalThis.gc();
const before = process.memoryUsage().rss / MIB;
const sum = await once(started, LARGE, x);
if (!(Math.abs(sum - 1) < 1e-3)) throw new Error(`a softmax that sums to ${sum}`);
globalThis.gc();
await new Promise((resolve) => setTimeout(resolve, 200)); // what the collector has let go of is given back a little later
globalThis.gc();
const after = process.memoryUsage().rss / MIB;
const most = process.resourceUsage().maxRSS / 1024; // KiB
console.log(JSON.stringify({ beforeMiB: before, mostMiB: most - before, afterMiB: after - before, floats: x.length }));
process.exit();

/**
 * node bench/peers/firstResult.mjs [ID]     from an empty process to the first result: softmax of 1000 floats. Prints ms by the clock and of
 * CPU since the process began; without ID, of the process alone.
 */
import { CONTENDERS } from "./contenders.mjs";

const COLS = 1000;
const [id] = process.argv.slice(2);
if (id !== undefined) {
  const { file, options } = CONTENDERS.find((contender) => contender.id === id);
  const { start } = await import(`./contenders/${file}.mjs`);
  const started = await start(options);
  const x = Float32Array.from({ length: COLS }, (_, i) => 3 * Math.sin(i * i));
  const { read } = await started.prepare({ op: "softmax", rows: 1, cols: COLS }, { x });
  const sum = (await read()).reduce((total, y) => total + y, 0);
  if (!(Math.abs(sum - 1) < 1e-4)) throw new Error(`a softmax that sums to ${sum}`);
}
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ wallMs: performance.now(), cpuMs: (user + system) / 1000 }));
process.exit(); // some keep threads that wait

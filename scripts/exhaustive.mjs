// node scripts/exhaustive.mjs [--step N]     test/house/everyFloat.test.ts over every float32 (or every N-th), on this Node and, where
// that is older than 22, at the same time on one that has relaxed SIMD. All of them take minutes.
// A line for each function and backend: the worst error, in units of its bound, and where. The last line: "N passed, N failed".
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { relaxedNode } from "./engines.mjs";
import { printSum, readWorst, reportName } from "./reports.mjs";
import { VITEST, vitest } from "./vitest.mjs";

const { step } = parseArgs({ options: { step: { type: "string", default: "1" } } }).values;
if (!(Number.isInteger(Number(step)) && Number(step) >= 1)) {
  throw new RangeError(`--step expected a whole number >= 1, got ${step}`);
}

if (spawnSync(process.execPath, ["scripts/build-wasm.mjs"], { stdio: "inherit" }).status !== 0) process.exit(1);

const HOUR = 3_600_000;
const relaxed = relaxedNode();
const others = process.execPath === relaxed ? [] : [[`exhaustive on Node 24`, relaxed, ["-t", "on wasm-relaxed"]]];
const runs = await Promise.all(
  [[`exhaustive on Node ${process.version}`, process.execPath, []], ...others].map(async ([name, node, filter]) => {
    const command = [node, VITEST, "run", "--project", "unit", "test/house/everyFloat.test.ts", ...filter];
    return [name, await vitest(name, [...command, "--testTimeout", String(HOUR)], { FLOAT_STEP: step })];
  }),
);

console.log("\nworst errors, in units of their bounds (docs/numerics.md):");
for (const { of, error, at } of runs.flatMap(([name]) => readWorst(reportName(name)))) {
  console.log(`${of.padEnd(20)} ${error.toFixed(4)}  at ${at}`);
}
process.exit(printSum(runs));

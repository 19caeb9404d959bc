// node scripts/fuzz.mjs [--seconds N] [--seed S]     test/contract/fuzz.test.ts for N seconds (60), every backend, this Node and 24
// node scripts/fuzz.mjs --only "BACKEND TEST" [--seconds N] [--seed S] [--path P]     one test of it, or one case, as a failure prints it
// The last line: "N passed, N failed".
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { relaxedNode } from "./engines.mjs";
import { printSum } from "./reports.mjs";
import { VITEST, vitest } from "./vitest.mjs";

const { seconds, seed, only, path } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "20261122" },
    only: { type: "string" },
    path: { type: "string" },
  },
}).values;
if (!(Number(seconds) > 0) || !Number.isInteger(Number(seed))) {
  throw new RangeError(`--seconds expected a number > 0 and --seed an integer, got ${seconds} and ${seed}`);
}
if (path !== undefined && only === undefined)
  throw new TypeError("--path expected --only beside it: it is of one test");

if (spawnSync(process.execPath, ["scripts/build-wasm.mjs"], { stdio: "inherit" }).status !== 0) process.exit(1);

// each way of computing where it is at its best; both have "js" and "wasm"
const relaxed = relaxedNode();
const nodes = only?.startsWith("wasm-relaxed ") ? [relaxed] : [...new Set([process.execPath, relaxed])];
const share = String(Number(seconds) / nodes.length);
const filter = only === undefined ? [] : ["-t", `^fuzz on ${only.replaceAll(/[^\w ]/g, "\\$&")}$`];
const limit = ["--testTimeout", String(10_000 + 1000 * Number(seconds))]; // shrinking takes longer than the share
const runs = [];
for (const node of nodes) {
  const name = `fuzz on ${node === process.execPath ? `Node ${process.version}` : "Node 24"}`;
  console.log(`\n${name} for ${share} s`);
  const command = [node, VITEST, "run", "--project", "unit", "test/contract/fuzz.test.ts", ...filter, ...limit];
  const variables = {
    FUZZ_SEED: seed,
    ...(path === undefined ? { FUZZ_SECONDS: share } : { FUZZ_PATH: path }),
    ...(only === undefined ? {} : { FUZZ_ONLY: only }),
  };
  // no report of a process that was ended: a call on memory that changes did not end by itself (test/contract/fuzz/writerThread.ts)
  runs.push([name, await vitest(name, command, variables)]);
}
if (runs.some(([, { failed, problem }]) => failed > 0 || problem !== undefined)) {
  const one = only === undefined ? "" : ` --only "${only}"`;
  console.log(`\nonce more: npm run test:fuzz -- --seconds ${seconds} --seed ${seed}${one}`);
}
process.exit(printSum(runs));

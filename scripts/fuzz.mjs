// node scripts/fuzz.mjs [--seconds N] [--seed S]     test/contract/fuzz.test.ts for N seconds (60), every backend, this Node and 24
// node scripts/fuzz.mjs --only "BACKEND TEST" [--seconds N] [--seed S] [--path P]     one test of it, or one case, as a failure prints it
// The last line counts the tests: "N passed, N failed".
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { relaxedNode } from "./engines.mjs";

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

const run = (command, args, env) =>
  spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } }).status ?? 1;

if (run(process.execPath, ["scripts/build-wasm.mjs"]) !== 0) process.exit(1);
mkdirSync(".cache", { recursive: true });

// each way of computing where it is at its best; both have "js" and "wasm"
const relaxed = relaxedNode();
const nodes = only?.startsWith("wasm-relaxed ") ? [relaxed] : [...new Set([process.execPath, relaxed])];
const share = String(Number(seconds) / nodes.length);
let passed = 0;
let failed = 0;
for (const [i, node] of nodes.entries()) {
  const report = `.cache/fuzz-${process.pid}-${i}.json`;
  const args = ["run", "test/contract/fuzz.test.ts", "--reporter=default", "--reporter=json", `--outputFile=${report}`];
  if (only !== undefined) args.push("-t", `^fuzz on ${only.replaceAll(/[^\w ]/g, "\\$&")}$`);
  const limit = ["--testTimeout", String(10_000 + 1000 * Number(seconds))]; // shrinking takes longer than the share
  console.log(`\nfuzzing for ${share} s under ${node === process.execPath ? `Node ${process.version}` : "Node 24"}`);
  const status = run(node, ["node_modules/vitest/vitest.mjs", ...args, ...limit], {
    FUZZ_SEED: seed,
    ...(path === undefined ? { FUZZ_SECONDS: share } : { FUZZ_PATH: path }),
    ...(only === undefined ? {} : { FUZZ_ONLY: only }),
  });
  // no report of a process that was ended: a call on memory that changes did not end by itself (test/contract/fuzz/writerThread.ts)
  const result = existsSync(report)
    ? JSON.parse(readFileSync(report, "utf8"))
    : { numPassedTests: 0, numFailedTests: 0 };
  rmSync(report, { force: true });
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  // a file that does not load has no tests that could fail
  if (status !== 0 && result.numFailedTests === 0) failed++;
}
if (failed > 0) {
  const one = only === undefined ? "" : ` --only "${only}"`;
  console.log(`\nonce more: npm run test:fuzz -- --seconds ${seconds} --seed ${seed}${one}`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

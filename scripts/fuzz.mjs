// node scripts/fuzz.mjs [--seconds N] [--seed S]     test/fuzz.test.ts for N seconds (60), every backend, this Node and 24
// The last line counts the tests: "N passed, N failed".
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { relaxedNode } from "./engines.mjs";

const { seconds, seed } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string", default: "20261122" } },
}).values;
if (!(Number(seconds) > 0) || !Number.isInteger(Number(seed))) {
  throw new RangeError(`--seconds expected a number > 0 and --seed an integer, got ${seconds} and ${seed}`);
}

const run = (command, args, env) =>
  spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } }).status ?? 1;

if (run(process.execPath, ["scripts/build-wasm.mjs"]) !== 0) process.exit(1);
mkdirSync(".cache", { recursive: true });

const nodes = [...new Set([process.execPath, relaxedNode()])];
const share = String(Number(seconds) / nodes.length);
let passed = 0;
let failed = 0;
for (const [i, node] of nodes.entries()) {
  const report = `.cache/fuzz-${i}.json`;
  const args = ["run", "test/fuzz.test.ts", "--reporter=default", "--reporter=json", `--outputFile=${report}`];
  const limit = ["--testTimeout", String(10_000 + 1000 * Number(seconds))]; // shrinking takes longer than the share
  console.log(`\nfuzzing for ${share} s under ${node === process.execPath ? `Node ${process.version}` : "Node 24"}`);
  const status = run(node, ["node_modules/vitest/vitest.mjs", ...args, ...limit], {
    FUZZ_SECONDS: share,
    FUZZ_SEED: seed,
  });
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  // a file that does not load has no tests that could fail
  if (status !== 0 && result.numFailedTests === 0) failed++;
}
if (failed > 0) console.log(`\nonce more: npm run test:fuzz -- --seconds ${seconds} --seed ${seed}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

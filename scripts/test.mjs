// The one test suite, under this Node and, where that is older than 22, once more under Node 24, which has relaxed SIMD.
// Arguments go to vitest. The last line counts both runs: "N passed, N failed".
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { relaxedNode } from "./engines.mjs";

const run = (command, args) => spawnSync(command, args, { stdio: "inherit" }).status ?? 1;

if (run(process.execPath, ["scripts/build-wasm.mjs"]) !== 0) process.exit(1);
mkdirSync(".cache", { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
let status = 0;
for (const node of new Set([process.execPath, relaxedNode()])) {
  const report = `.cache/vitest-${total.passed === 0 ? "this" : "24"}.json`;
  const args = ["run", ...process.argv.slice(2), "--reporter=default", "--reporter=json", `--outputFile=${report}`];
  console.log(`\nvitest under ${node === process.execPath ? `Node ${process.version}` : "Node 24"}`);
  status ||= run(node, ["node_modules/vitest/vitest.mjs", ...args]);
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(readFileSync(report));
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  total.skipped += numPendingTests;
  if (numPassedTests + numFailedTests === 0) status ||= 1;
  if (numFailedTests === 0 && numFailedTestSuites > 0) total.failed += numFailedTestSuites; // a file that does not load
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exit(status || (total.failed > 0 ? 1 : 0));

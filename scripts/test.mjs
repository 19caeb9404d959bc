// The one test suite, by vitest, under one engine after the other:
//   node scripts/test.mjs              this Node and, where that is older than 22, one that has relaxed SIMD
//   node scripts/test.mjs --engines    Node 20, 22, 24 and 26, Node 24 without fused multiply-add, Bun, Deno
//   node scripts/test.mjs --browsers   Chromium, Firefox, WebKitGTK
// ONLY=Bun,Deno takes those of them alone; other arguments go to vitest. An engine that cannot be had is named at the end, and
// fails in CI. The last line counts all runs: "N passed, N failed".
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { findBrowser } from "./browsers.mjs";
import { bun, deno, node, nodeMajor, relaxedNode } from "./engines.mjs";

const VITEST = "node_modules/vitest/vitest.mjs";
const onNode = (major) => [`Node ${major}`, () => [node(major), VITEST]];
const inBrowser = (name) => [
  name,
  () => {
    findBrowser(name);
    return [process.execPath, VITEST, "--config", "vitest.browser.config.mjs", "--project", name];
  },
];

/** Names and how to start vitest there, which throws where that engine cannot be had. */
const RUNS = {
  here: [onNode(nodeMajor), ...(nodeMajor < 22 ? [["Node 24", () => [relaxedNode(), VITEST]]] : [])],
  "--engines": [
    onNode(20),
    onNode(22),
    onNode(24),
    onNode(26),
    // V8's flag takes FMA3 from x64; other processors have no multiply-add that does not fuse.
    ...(process.arch === "x64" ? [["Node 24, unfused", () => [node(24), VITEST, "--execArgv=--no-enable-fma3"]]] : []),
    ["Bun", () => [bun(), VITEST]],
    ["Deno", () => [deno(), "run", "--allow-all", VITEST]],
  ],
  "--browsers": [inBrowser("Chromium"), inBrowser("Firefox"), inBrowser("WebKitGTK")],
};

const args = process.argv.slice(2);
const set = args[0] in RUNS ? args.shift() : "here";
const only = process.env.ONLY?.split(/,(?! )/); // "Node 24, unfused" is one name
const total = { passed: 0, failed: 0, skipped: 0 };
const missing = [];
const crashes = [];

/** @param again whether this run stands for one whose page was closed */
function run(name, [binary, ...before], again = false) {
  const report = `.cache/vitest-${name.replaceAll(/\W+/g, "-")}.json`;
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
  const { status } = spawnSync(binary, [...before, "run", ...args, ...reporters], {
    stdio: "inherit",
    env: { ...process.env, SOFTMAX_WASM_ENGINE: name },
  });
  if (!existsSync(report)) {
    console.log(`vitest under ${name} ended with ${status} and left no report`);
    total.failed++;
    return;
  }
  const results = JSON.parse(readFileSync(report));
  const { numTotalTests, numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = results;
  // A browser that crashes takes its page with it: tests are left undone and none failed. Once may be its own fault, twice is ours.
  const undone = numTotalTests - numPassedTests - numFailedTests - numPendingTests;
  const unfinished = undone > 0 || numTotalTests === 0;
  const crashed = set === "--browsers" && unfinished && numFailedTests + numFailedTestSuites === 0;
  if (crashed && !again) {
    crashes.push(
      `${name} closed its page and was started again; it had said:\n${readFileSync(`.cache/${name}.log`, "utf8")}`,
    );
    return run(name, [binary, ...before], true);
  }
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  total.skipped += numPendingTests;
  if (numFailedTests > 0) return;
  if (numFailedTestSuites > 0)
    total.failed += numFailedTestSuites; // files that do not load
  else if (status !== 0 || numPassedTests === 0) total.failed++; // an error outside of any test, or none that ran
}

if (spawnSync(process.execPath, ["scripts/build-wasm.mjs"], { stdio: "inherit" }).status !== 0) process.exit(1);
mkdirSync(".cache", { recursive: true });
for (const [name, command] of RUNS[set].filter(([name]) => only === undefined || only.includes(name))) {
  console.log(`\nvitest under ${name}`);
  let start;
  try {
    start = command();
  } catch (error) {
    missing.push(`${name} was not run: ${error.message}`);
    continue;
  }
  run(name, start);
}

if (crashes.length > 0) console.log(`\n${crashes.join("\n")}`);
if (missing.length > 0) console.log(`\n${missing.join("\n")}`);
if (process.env.CI) total.failed += missing.length;
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

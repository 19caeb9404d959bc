// The unit tests, by vitest, under one engine after the other:
//   node scripts/test.mjs              this Node and, where that is older than 22, one that has relaxed SIMD
//   node scripts/test.mjs --engines    Node 20, 22, 24 and 26, Node 24 without fused multiply-add, Bun, Deno
//   node scripts/test.mjs --browsers   Chromium, Firefox, WebKitGTK
// ONLY=Bun,Deno takes those of them alone; --install-browsers installs browsers that are missing (Debian, as root); other
// arguments go to vitest. An engine that cannot be had is named at the end, and fails in CI.
// At the end: how many tests ran on which backend, a line a run, and the sum of all: "N passed, N failed".
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { printBackends } from "./backends.mjs";
import { findBrowser } from "./browsers.mjs";
import { bun, deno, node, nodeMajor, relaxedNode } from "./engines.mjs";
import { printSum } from "./reports.mjs";
import { VITEST, vitest } from "./vitest.mjs";

const UNIT = [VITEST, "run", "--project", "unit"];
const onNode = (major) => [`Node ${major}`, () => [node(major), ...UNIT]];
const inBrowser = (name) => [
  name,
  () => {
    findBrowser(name);
    return [process.execPath, VITEST, "run", "--config", "vitest.browser.config.mjs", "--project", name];
  },
];

/** Names and how to start vitest there, which throws where that engine cannot be had. */
const RUNS = {
  here: [onNode(nodeMajor), ...(nodeMajor < 22 ? [["Node 24", () => [relaxedNode(), ...UNIT]]] : [])],
  "--engines": [
    onNode(20),
    onNode(22),
    onNode(24),
    onNode(26),
    // vitest.config.ts takes FMA3 from x64; other processors have no multiply-add that does not fuse.
    ...(process.arch === "x64" ? [["Node 24, unfused", () => [node(24), ...UNIT]]] : []),
    ["Bun", () => [bun(), ...UNIT]],
    ["Deno", () => [deno(), "run", "--allow-all", ...UNIT]],
  ],
  "--browsers": [inBrowser("Chromium"), inBrowser("Firefox"), inBrowser("WebKitGTK")],
};

const args = process.argv.slice(2);
const set = args[0] in RUNS ? args.shift() : "here";
const only = process.env.ONLY?.split(/,(?! )/); // "Node 24, unfused" is one name
const install = args.indexOf("--install-browsers");
if (install >= 0) {
  args.splice(install, 1);
  process.env.INSTALL_BROWSERS = "1"; // for browsers.mjs
}
const crashes = [];

/** A browser that crashes takes its page with it, and no test fails. Once may be its own fault, twice is ours. */
async function run(name, command) {
  const start = () => vitest(name, [...command, ...args], { SOFTMAX_WASM_ENGINE: name });
  console.log(`\nvitest under ${name}`);
  const result = await start();
  const log = `.cache/${name}.log`; // of browsers.mjs
  if (set !== "--browsers" || result.failed > 0 || !result.unfinished || !existsSync(log)) return result;
  const said = readFileSync(log, "utf8");
  crashes.push(`${name} ${result.problem} and was started again; it had said:\n${said}`);
  return start();
}

if (spawnSync(process.execPath, ["scripts/build-wasm.mjs"], { stdio: "inherit" }).status !== 0) process.exit(1);
const asked = RUNS[set].filter(([name]) => only === undefined || only.includes(name));
const waiting = asked.slice();
const results = new Map();
const missing = [];

async function runWaiting() {
  while (waiting.length > 0) {
    const [name, command] = waiting.shift();
    let start;
    try {
      start = command();
    } catch (error) {
      missing.push(`${name} was not run: ${error.message}`);
      continue;
    }
    results.set(name, await run(name, start));
  }
}

// A browser's tests are one page, and a page is one thread: two at a time. Other engines use all processors by themselves.
await Promise.all(Array.from({ length: set === "--browsers" ? 2 : 1 }, runWaiting));
const runs = asked.filter(([name]) => results.has(name)).map(([name]) => [name, results.get(name)]);

if (crashes.length > 0) console.log(`\n${crashes.join("\n")}`);
if (missing.length > 0 && !process.env.CI) console.log(`\n${missing.join("\n")}`);
printBackends(runs);
process.exit(printSum(runs, process.env.CI ? missing : []));

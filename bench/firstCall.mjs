/**
 * What a program pays for its first softmax, import included: fresh processes, in turn with an empty script of the same kind.
 *
 * CPU time of the process, all its threads, up to its exit: what counts on a machine with neighbours. The clock's time beside it.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { median } from "./rounds.mjs";

const FOLDER = fileURLToPath(new URL("../.cache/firstCall/", import.meta.url)); // where the package goes by its name
const METER = "meter.cjs";
const FILES = {
  [METER]: 'process.on("exit", () => require("node:fs").writeSync(1, JSON.stringify(process.cpuUsage())));',
  "empty.cjs": "",
  "empty.mjs": "",
  "require.cjs": 'require("softmax-wasm").softmax(new Float32Array([1, 2, 3]));',
  "import.mjs": 'import { softmax } from "softmax-wasm"; softmax(new Float32Array([1, 2, 3]));',
};

function start(file) {
  const from = performance.now();
  const args = ["--require", `${FOLDER}${METER}`, `${FOLDER}${file}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const wallMs = performance.now() - from;
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  const { user, system } = JSON.parse(stdout);
  return { cpuMs: (user + system) / 1000, wallMs };
}

/** @returns for require and import, ms of the empty script, and what loading the package and calling softmax once adds */
export function firstCall(starts) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, text] of Object.entries(FILES)) writeFileSync(`${FOLDER}${file}`, text);
  const doors = { require: ["empty.cjs", "require.cjs"], import: ["empty.mjs", "import.mjs"] };
  const pairs = { require: [], import: [] };
  for (let i = 0; i < starts; i++) for (const door of ["require", "import"]) pairs[door].push(doors[door].map(start));
  const figures = (of) => ({
    emptyMs: median(of.map(([empty]) => empty.cpuMs)),
    addedMs: median(of.map(([empty, full]) => full.cpuMs - empty.cpuMs)),
    emptyWallMs: median(of.map(([empty]) => empty.wallMs)),
    addedWallMs: median(of.map(([empty, full]) => full.wallMs - empty.wallMs)),
  });
  return { require: figures(pairs.require), import: figures(pairs.import) };
}

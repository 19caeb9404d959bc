/**
 * node bench/peers/index.mjs [--quick] [--only GROUP,…] [--json FILE]     this package beside what people use
 *
 * Installs the peers, checks every contender against float64, times them in turn. Groups are those of works.mjs, and accuracy, first,
 * memory, bytes. What was measured goes to .cache/peers/; a whole run is published (publish.mjs), unless it ends with 1: a result is off, or
 * something fails that is not known to be missing. Reads dist/: build first.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { relaxedNode } from "../../scripts/engines.mjs";
import { execute } from "../../scripts/execute.mjs";
import { SEED } from "../cases.mjs";
import { contendersOf } from "./contenders.mjs";
import { install, versions } from "./install.mjs";
import { machine } from "./machine.mjs";

const {
  quick = false,
  only,
  json,
} = parseArgs({
  options: { quick: { type: "boolean" }, only: { type: "string" }, json: { type: "string" } },
}).values;

install();
const { accuracy } = await import("./accuracy.mjs");
const { bytes } = await import("./bytes.mjs");
const { drawCharts } = await import("./charts.mjs");
const { coldStart } = await import("./coldStart.mjs");
const { memory } = await import("./memory.mjs");
const { problemsOf } = await import("./problems.mjs");
const { publish } = await import("./publish.mjs");
const { race } = await import("./race.mjs");
const { residentRatios } = await import("./residentRatios.mjs");
const { report } = await import("./report.mjs");
const { accuracyWorks, GROUPS, works } = await import("./works.mjs");

const EFFORT = quick
  ? { rounds: 3, roundMs: 5, warmMs: 20, mostMs: 300 }
  : { rounds: 15, roundMs: 25, warmMs: 200, mostMs: 1500 };
const STARTS = quick ? 1 : 9;
/** Beside the engine that has everything: softmax on the one that this was started with. */
const BOTH_ENGINES = ["own-wasm", "plain", "tensorflow", "onnx"];

const PARTS = [...GROUPS, "accuracy", "first", "memory", "bytes"];
const groups = only?.split(",") ?? PARTS;
const unknown = groups.filter((name) => !PARTS.includes(name));
if (unknown.length > 0) throw new Error(`--only ${unknown.join(",")}: expected some of ${PARTS.join(", ")}`);
const notes = [];
const [load] = loadavg(); // of others, before this begins

function bestNode() {
  try {
    return relaxedNode();
  } catch (error) {
    notes.push(`wasm-relaxed is left out: ${error.message}`);
    return process.execPath;
  }
}
const binary = bestNode();
const engineOf = (node) => JSON.parse(execute(node, ["-p", "JSON.stringify(process.versions)"]).stdout);
const runsRelaxed = (node) => Number.parseInt(engineOf(node).node, 10) >= 22;
const taking = (group, node, starts) =>
  contendersOf(group, starts).filter(({ options }) => options.backend !== "wasm-relaxed" || runsRelaxed(node));

const results = [];
async function raceOn(node, group, starts) {
  const some = works(quick).filter((work) => work.group === group);
  const of = some.length > 0 ? await race(taking(group, node, starts), some, node, EFFORT) : [];
  results.push(...of.map((result) => ({ ...result, node: engineOf(node).node })));
}
for (const group of GROUPS.filter((name) => groups.includes(name))) await raceOn(binary, group);
if (groups.includes("softmax") && binary !== process.execPath) await raceOn(process.execPath, "softmax", BOTH_ENGINES);

/** Each package once, as it is used without thought of its memory. */
const simple = taking("softmax", binary).filter(({ resident, limit }) => !resident && !limit);
const isOn = (group) => groups.includes(group);
const figures = {
  date: new Date().toISOString(),
  machine: machine(),
  load,
  engines: [...new Set([binary, process.execPath])].map((node) => ({
    node: engineOf(node).node,
    v8: engineOf(node).v8,
  })),
  versions: {
    "softmax-wasm": JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version,
    ...versions(),
  },
  quick,
  seed: SEED,
  results: results.map(({ rounds, ...result }) => result),
  residentRatios: residentRatios(results),
  accuracy: isOn("accuracy") ? await accuracy(simple, accuracyWorks(quick), binary) : [],
  first: isOn("first") ? coldStart(simple, binary, STARTS) : [],
  memory: isOn("memory") ? memory(quick ? simple.slice(0, 1) : simple, binary) : [],
  bytes: isOn("bytes") ? await bytes() : [],
  notes,
};
figures.problems = problemsOf(figures);

console.log(report(figures));
const folder = new URL("../../.cache/peers/", import.meta.url);
await drawCharts(figures, folder);
const text = `${JSON.stringify(figures, null, 1)}\n`;
for (const file of [new URL("results.json", folder), ...(json ? [json] : [])]) writeFileSync(file, text);
if (figures.problems.length > 0) {
  console.error(`\n${figures.problems.join("\n")}`);
  process.exitCode = 1;
} else if (!quick && only === undefined) await publish(figures);

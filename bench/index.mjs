/**
 * node bench/index.mjs [--quick] [--json FILE]
 *
 * Every backend against the softmax loop that people write, and the kernels against C. Reads dist/: build first.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { relaxedNode } from "../scripts/engines.mjs";
import { CASES, SEED } from "./cases.mjs";
import { firstCall } from "./firstCall.mjs";
import { compileNative } from "./native.mjs";
import { FULL, median, medianRatio, QUICK } from "./rounds.mjs";
import { casesTable, kernelsTable, table } from "./table.mjs";
import { targets } from "./targets.mjs";

const { quick, json } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "string" } } }).values;
const { passes, starts } = quick ? QUICK : FULL;

function child(binary, script, args) {
  const argv = [fileURLToPath(new URL(script, import.meta.url)), ...args, ...(quick ? ["--quick"] : [])];
  const { error, status, stdout } = spawnSync(binary, argv, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw error ?? new Error(`bench/${script} ${args.join(" ")} failed`);
  return JSON.parse(stdout);
}

const notes = [];
const backends = [];
for (const name of ["wasm-relaxed", "wasm", "js"]) {
  try {
    backends.push({ name, binary: name === "wasm-relaxed" ? relaxedNode() : process.execPath, runs: [] });
  } catch (error) {
    notes.push(`${name} is left out: ${error.message}`);
  }
}
for (let pass = 0; pass < passes; pass++) {
  for (const { name, binary, runs } of backends) {
    console.error(`pass ${pass + 1} of ${passes}: ${name}`);
    runs.push(child(binary, "facade.mjs", [name]));
  }
}
for (const backend of backends) {
  backend.node = backend.runs[0].node;
  backend.v8 = backend.runs[0].v8;
}
const engines = [...new Set(backends.map(({ node }) => node))];

const cases = CASES.map(({ name, floats }, c) => {
  const pooled = (runs, key) => runs.flatMap(({ results }) => results[c][key]);
  const figures = ({ name, node, runs }) => {
    const speedup = medianRatio(pooled(runs, "plainNs"), pooled(runs, "ns"));
    return [name, { node, ns: median(pooled(runs, "ns")), speedup }];
  };
  const plainOn = (node) => {
    const runs = backends.filter((backend) => backend.node === node).flatMap((backend) => backend.runs);
    return [node, median(pooled(runs, "plainNs"))];
  };
  const of = Object.fromEntries(backends.map(figures));
  return { name, floats, backends: of, plain: Object.fromEntries(engines.map(plainOn)) };
});

const kernels = [];
for (const { name: backend, binary } of backends.filter(({ name }) => name !== "js")) {
  let native;
  try {
    native = compileNative(backend);
  } catch (error) {
    notes.push(`native C beside ${backend} is left out: ${error.message}`);
    continue;
  }
  console.error(`${backend}: its kernel against native C`);
  for (const { name, floats, ns, nativeNs } of child(binary, "kernel.mjs", [backend, native])) {
    const ratio = medianRatio(ns, nativeNs);
    kernels.push({ name, floats, backend, ns: median(ns), nativeNs: median(nativeNs), ratio });
  }
}

const figures = {
  date: new Date().toISOString(),
  machine: `${cpus()[0].model}, ${cpus().length} cores, ${process.platform} ${process.arch}`,
  engines: engines.map((node) => ({ node, v8: backends.find((backend) => backend.node === node).v8 })),
  quick: quick === true,
  inputs: `N(0, 3²), seed ${SEED}`,
  cases,
  kernels,
  firstCall: firstCall(starts),
};

const { date, machine, firstCall: first } = figures;
const versions = figures.engines.map(({ node, v8 }) => `Node ${node} (V8 ${v8})`).join(" and ");
console.log(`softmax-wasm bench, ${date}${quick ? ", --quick: rough figures" : ""}\n${machine}\n${versions}`);
console.log(`inputs ${figures.inputs}, float32, with out; times are medians over rounds, speed-ups medians of the`);
console.log("ratio to the plain loop of the same round, process and engine\n");
console.log(casesTable(cases, backends, engines));
if (kernels.length > 0) {
  console.log(
    "\nThe kernel alone, on memory of its own, against the same algorithm in 128-bit C intrinsics (ns a float)\n",
  );
  console.log(kernelsTable(kernels));
}
console.log(`\nA first softmax, import included: Node alone ${first.bareMs.toFixed(1)} ms,`);
console.log(`with require ${first.requireMs.toFixed(1)} ms more, with import ${first.importMs.toFixed(1)} ms more`);
console.log("\nTargets\n");
console.log(table([["", "target", "measured"], ...targets(figures)]));
if (notes.length > 0) console.log(`\n${notes.join("\n")}`);
if (json) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);

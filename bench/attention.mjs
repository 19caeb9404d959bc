/**
 * node bench/attention.mjs [--quick] [--json FILE]     attention on every backend against native C and the plain loop
 *
 * One process for each backend (bench/facade.mjs says why), native C in turn with it, arrays in the runtime's own memory.
 * Reads dist/: build first. Shapes are heads × queries × keys × dim.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { relaxedNode } from "../scripts/engines.mjs";
import { compileNative } from "./native.mjs";
import { median } from "./rounds.mjs";
import { table } from "./table.mjs";

const { quick, json } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "string" } } }).values;
const ROUNDS = quick ? 2 : 5;

export const SHAPES = [
  { heads: 8, queries: 512, keys: 512, dim: 64 },
  { heads: 12, queries: 197, keys: 197, dim: 64 },
  { heads: 1, queries: 4096, keys: 4096, dim: 64 },
  { heads: 8, queries: 1024, keys: 1024, dim: 64 },
  { heads: 8, queries: 1024, keys: 1024, dim: 64, causal: true },
  { heads: 8, queries: 512, keys: 512, dim: 128 },
  { heads: 8, queries: 4, keys: 1024, dim: 64, kvHeads: 2 },
  { heads: 12, queries: 1, keys: 2048, dim: 64 },
  { heads: 32, queries: 1, keys: 4096, dim: 128, kvHeads: 8 },
  { heads: 12, queries: 1, keys: 64, dim: 64 },
].map(({ kvHeads, causal = false, ...sizes }) => ({ ...sizes, kvHeads: kvHeads ?? sizes.heads, causal }));

const nameOf = ({ heads, kvHeads, queries, keys, dim, causal }) =>
  `${heads}×${queries}×${keys}×${dim}${kvHeads < heads ? `, ${kvHeads} kv heads` : ""}${causal ? ", causal" : ""}`;
const flops = ({ heads, queries, keys, dim }) => 4 * heads * queries * keys * dim;

function run(binary, args) {
  const { error, status, stdout } = spawnSync(binary, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw error ?? new Error(`${binary} ${args.join(" ")} failed`);
  return JSON.parse(stdout);
}

const script = fileURLToPath(new URL("attentionRun.mjs", import.meta.url));
const notes = [];
const results = [];
for (const backend of ["wasm-relaxed", "wasm", "js"]) {
  let binary = process.execPath;
  let native;
  try {
    if (backend === "wasm-relaxed") binary = relaxedNode();
    if (backend !== "js") native = compileNative(backend, "attention");
  } catch (error) {
    notes.push(`${backend}: ${error.message}`);
    if (backend === "wasm-relaxed" && binary === process.execPath) continue;
  }
  for (const shape of SHAPES) {
    if (backend === "js" && flops(shape) > 2e9) continue; // seconds a call
    console.error(`${backend}: ${nameOf(shape)}`);
    const ns = [];
    const nativeNs = [];
    const readNs = [];
    for (let r = 0; r < ROUNDS; r++) {
      ns.push(run(binary, [script, backend, JSON.stringify(shape), quick ? "60" : "120"]).ns);
      if (native === undefined || shape.causal) continue;
      const { heads, kvHeads, queries, keys, dim } = shape;
      const c = run(native, [heads, kvHeads, queries, keys, dim].map(String));
      nativeNs.push(c.ns);
      readNs.push(c.readNs);
    }
    const ratio = (over) => (over.length > 0 ? median(over.map((value, r) => value / ns[r])) : undefined);
    results.push({
      name: nameOf(shape),
      backend,
      ns: median(ns),
      gflops: flops(shape) / median(ns),
      ofNative: ratio(nativeNs),
      ofRead: shape.queries === 1 ? ratio(readNs) : undefined,
    });
  }
}

const causal = (backend) => {
  const ns = (name) => results.find((r) => r.backend === backend && r.name === name)?.ns;
  return ns("8×1024×1024×64, causal") / ns("8×1024×1024×64");
};
const times = (value) => (value === undefined ? "" : `${value.toFixed(2)}×`);
console.log(`softmax-wasm attention, ${cpus()[0].model}, one thread${quick ? ", --quick: rough figures" : ""}\n`);
console.log(
  table([
    ["", "backend", "ms a call", "GFLOP/s", "of native C's speed", "of plain reading K and V"],
    ...results.map(({ name, backend, ns, gflops, ofNative, ofRead }) => [
      name,
      backend,
      (ns / 1e6).toFixed(3),
      gflops.toFixed(1),
      times(ofNative),
      times(ofRead),
    ]),
  ]),
);
console.log(
  "\nTargets: many queries at least 0.85× of native C on wasm and 0.9× on wasm-relaxed; one query at least 0.8× of reading;",
);
console.log("12×1×64×64 under 0.015 ms; causal at most 0.6× the time of plain at 1024:");
for (const backend of ["wasm-relaxed", "wasm"]) {
  if (Number.isFinite(causal(backend))) console.log(`  ${backend}: ${times(causal(backend))}`);
}
if (notes.length > 0) console.log(`\n${notes.join("\n")}`);
if (json) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);

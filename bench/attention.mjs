/**
 * node bench/attention.mjs [--quick] [--json FILE]     attention on every backend against native C
 *
 * Reads dist/: build first. Shapes are heads × queries × keys × dim.
 */
import { writeFileSync } from "node:fs";
import { compare, json, MACHINE, notes, quick } from "./compare.mjs";
import { table, times } from "./table.mjs";
import { attentionTargets, halfTargets } from "./targets.mjs";

const figures = compare("attentionCalls", "attention");
const halves = figures
  .filter(({ dtype }) => dtype !== undefined)
  .map(({ name, backend, dtype, ns, ofOwn }) => ({ name, backend, dtype, ns: ns.own, overFloat32: 1 / ofOwn.wide }));
const results = figures
  .filter(({ dtype }) => dtype === undefined)
  .map(({ name, backend, queries, causal, flops, ns, ofOwn }) => ({
    name,
    backend,
    queries,
    causal,
    ns: ns.own,
    gflops: flops / ns.own,
    ofNative: ofOwn.native,
    ofRead: queries === 1 ? ofOwn.read : undefined,
  }));

console.log(`softmax-wasm attention, ${MACHINE}, one thread${quick ? ", --quick: rough figures" : ""}\n`);
const cell = (value) => (value === undefined ? "" : times(value));
console.log(
  table([
    ["", "backend", "ms a call", "GFLOP/s", "of native C's speed", "of plain reading K and V"],
    ...results.map(({ name, backend, ns, gflops, ofNative, ofRead }) => [
      name,
      backend,
      (ns / 1e6).toFixed(3),
      gflops.toFixed(1),
      cell(ofNative),
      cell(ofRead),
    ]),
  ]),
);
console.log("\nKeys and values of 16 bits in the runtime's memory\n");
console.log(
  table([
    ["", "backend", "k and v", "ms a call", "time over float32's"],
    ...halves.map(({ name, backend, dtype, ns, overFloat32 }) => [
      name,
      backend,
      dtype,
      (ns / 1e6).toFixed(3),
      times(overFloat32),
    ]),
  ]),
);
console.log("\nTargets\n");
console.log(table([...attentionTargets(results), ...halfTargets(halves)]));
if (notes.length > 0) console.log(`\n${notes.join("\n")}`);
if (json) writeFileSync(json, `${JSON.stringify({ results, halves }, null, 2)}\n`);

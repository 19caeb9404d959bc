/**
 * node bench/attention.mjs [--quick] [--json FILE]     attention on every backend against native C
 *
 * Reads dist/: build first. Shapes are heads × queries × keys × dim.
 */
import { writeFileSync } from "node:fs";
import { compare, json, MACHINE, notes, quick } from "./compare.mjs";
import { table, times } from "./table.mjs";
import { attentionTargets } from "./targets.mjs";

const results = compare("attentionCalls", "attention").map(({ name, backend, queries, causal, flops, ns, ofOwn }) => ({
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
console.log("\nTargets\n");
console.log(table(attentionTargets(results)));
if (notes.length > 0) console.log(`\n${notes.join("\n")}`);
if (json) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);

/**
 * node bench/index.mjs [--quick] [--json FILE]
 *
 * Every backend against the softmax loop that people write, and the kernels against C. Reads dist/: build first.
 */
import { writeFileSync } from "node:fs";
import { CASES, SEED } from "./cases.mjs";
import { coldCode } from "./coldCode.mjs";
import { compare, json, MACHINE, nodes, notes, quick } from "./compare.mjs";
import { firstCall } from "./firstCall.mjs";
import { median } from "./rounds.mjs";
import { casesTable, coldCodeText, firstCallText, kernelsTable, table } from "./table.mjs";
import { indexTargets } from "./targets.mjs";

const measured = compare("facade");
const engineOf = new Map(measured.map(({ node, v8 }) => [node, v8]));
const backends = [...new Map(measured.map(({ backend, node }) => [backend, { name: backend, node }])).values()];
const engines = [...engineOf.keys()];

const cases = CASES.map(({ name, floats }) => {
  const own = measured.filter((figure) => figure.name === name);
  const of = own.map(({ backend, node, ns, ofOwn }) => [
    backend,
    { node, ns: ns.own, speedup: ofOwn.plain ?? Number.NaN },
  ]);
  const plainOn = (engine) =>
    median(own.filter(({ node }) => node === engine).flatMap(({ rounds }) => rounds.plain ?? []));
  const plain = engines.map((node) => [node, plainOn(node)]);
  return { name, floats, backends: Object.fromEntries(of), plain: Object.fromEntries(plain) };
});

const kernels = compare("kernel", "softmax", ["wasm-relaxed", "wasm"]).map(({ name, floats, backend, ns, ofOwn }) => ({
  name,
  floats,
  backend,
  ns: ns.own,
  nativeNs: ns.native,
  ratio: 1 / ofOwn.native,
}));

const figures = {
  date: new Date().toISOString(),
  machine: MACHINE,
  engines: engines.map((node) => ({ node, v8: engineOf.get(node) })),
  quick,
  inputs: `N(0, 3²), seed ${SEED}`,
  cases,
  kernels,
  firstCall: firstCall(quick ? 5 : 15),
  coldCode: coldCode(nodes(), quick ? 3 : 9),
};

const versions = figures.engines.map(({ node, v8 }) => `Node ${node} (V8 ${v8})`).join(" and ");
console.log(`softmax-wasm bench, ${figures.date}${quick ? ", --quick: rough figures" : ""}\n${MACHINE}\n${versions}`);
console.log(`inputs ${figures.inputs}, float32, with out; times are medians over rounds, speed-ups medians of the`);
console.log("ratio to the plain loop of the same round, process and engine\n");
console.log(casesTable(cases, backends, engines));
if (kernels.length > 0) {
  console.log(
    "\nThe kernel alone, on memory of its own, against the same algorithm in 128-bit C intrinsics (ns a float)\n",
  );
  console.log(kernelsTable(kernels));
}
console.log(`\n${firstCallText(figures.firstCall)}`);
console.log(`\n${coldCodeText(figures.coldCode)}`);
console.log("\nTargets\n");
console.log(table(indexTargets(figures)));
if (notes.length > 0) console.log(`\n${notes.join("\n")}`);
if (json) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);

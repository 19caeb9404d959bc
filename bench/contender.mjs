/**
 * node bench/contender.mjs BENCH BACKEND [NATIVE] [--quick]     the cases of bench/BENCH.mjs on one backend, as JSON
 *
 * A process for each backend: a program has one runtime, and with several in one process the facade's call sites turn
 * megamorphic, which makes 16 floats three times as slow as any user sees them. NATIVE is native.mjs's binary.
 */
import { parseArgs } from "node:util";
import { effortOf, inTurn } from "./rounds.mjs";

const { values, positionals } = parseArgs({ options: { quick: { type: "boolean" } }, allowPositionals: true });
const [bench, backend, native] = positionals;
const { groups } = await import(`./${bench}.mjs`);

const results = [];
for (const group of groups(backend, effortOf(bench, values.quick), native)) results.push(...(await inTurn(group)));
console.log(JSON.stringify({ node: process.versions.node, v8: process.versions.v8, results }));

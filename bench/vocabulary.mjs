/**
 * node bench/vocabulary.mjs [--quick] [--json FILE]     topK and sample on every backend, and the JavaScript that people write
 *
 * One process for each backend (bench/facade.mjs says why), five of them in turn, everything that is compared in the same one.
 * Reads dist/: build first.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { relaxedNode } from "../scripts/engines.mjs";
import { median, medianRatio } from "./rounds.mjs";
import { table } from "./table.mjs";

const { quick, json } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "string" } } }).values;
const PASSES = quick ? 1 : 5; // processes differ: the same call took 4.7 to 5.2 times logSumExp
const script = fileURLToPath(new URL("vocabularyRun.mjs", import.meta.url));

/** Calls, the rows they are about, at most this many times logSumExp. */
const TARGETS = [
  ["topK 1", ["N(0, 3²)", "real, tiled"], 1.15],
  ["greedy", ["N(0, 3²)", "real, tiled"], 0.3],
  ["topK 50", ["N(0, 3²)", "real, tiled"], 1.5],
  ["0.8, topK 50, topP 0.95", ["N(0, 3²)", "real, tiled"], 2],
  ["topP 0.95", ["N(0, 0.3²)", "N(0, 0.01²)"], 5],
  ["topP 0.95", ["5 + N(0, 1e-6²)"], 8],
  ["topK 50", ["all equal"], 3],
  ["topK 1000", ["N(0, 3²)"], 1.6],
  ["topK 5000", ["N(0, 3²)"], 3],
  ["topK 20000", ["N(0, 3²)"], 8],
  ["topK 151936", ["N(0, 3²)"], 25],
  ["sample, topK 20000", ["N(0, 3²)"], 3],
];
const LEAST_OVER_PLAIN = 40;
/** Rows that are spread as a model's are, or wider. */
const SPREAD = ["N(0, 3²)", "real, tiled", "N(0, 0.3²)"];

const notes = [];
const runs = []; // { backend, node, results }
const binaries = {};
for (const backend of ["wasm-relaxed", "wasm", "js"]) {
  try {
    binaries[backend] = backend === "wasm-relaxed" ? relaxedNode() : process.execPath;
  } catch (error) {
    notes.push(`${backend} is left out: ${error.message}`);
  }
}
for (let pass = 0; pass < PASSES; pass++) {
  for (const [backend, binary] of Object.entries(binaries)) {
    console.error(`pass ${pass + 1} of ${PASSES}: ${backend}`);
    const args = [script, backend, ...(quick ? ["--quick"] : [])];
    const { error, status, stdout } = spawnSync(binary, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw error ?? new Error(`bench/vocabularyRun.mjs ${backend} failed`);
    runs.push(JSON.parse(stdout));
  }
}

/** One figure for a call on a row and a backend, from all passes. */
const figures = runs[0].results.flatMap(({ row, name, left, sorts }, at) =>
  Object.keys(binaries).map((backend) => {
    const own = runs.filter((run) => run.backend === backend);
    const pooled = (of) => own.flatMap(({ results }) => of(results[at], results));
    const ns = pooled((result) => result.ns);
    const yardstick = pooled((_, results) => results.find((r) => r.row === row && r.name === "logSumExp").ns);
    const plainNs = pooled((result) => result.plainNs);
    const beside = pooled((result) => result.ns.slice(0, result.plainNs.length)); // of the same rounds
    return {
      row,
      name,
      left,
      sorts,
      backend,
      node: own[0].node,
      ns: median(ns),
      overLogSumExp: medianRatio(ns, yardstick),
      ...(plainNs.length > 0 && { plainNs: median(plainNs), overPlain: medianRatio(plainNs, beside) }),
    };
  }),
);

const us = (ns) => (ns < 1e6 ? (ns / 1e3).toFixed(0) : Math.round(ns / 1e3).toLocaleString("en-US"));
const times = (value, digits) => `${value.toFixed(digits)}×`;
const of = (row, name, backend) => figures.find((f) => f.row === row && f.name === name && f.backend === backend);
const title = ({ row, name, left }) =>
  `${row}, ${name}${name === "topP 0.95" ? ` (${left.toLocaleString("en-US")} left)` : ""}`;

console.log(`softmax-wasm topK and sample, 151936 logits${quick ? ", --quick: rough figures" : ""}`);
console.log(`${cpus()[0].model}, ${cpus().length} cores, ${process.platform} ${process.arch}`);
console.log("µs of CPU a call, copy in included; ratios are medians over rounds: of logSumExp's time on the same row,");
console.log("and how many times as long plain JavaScript takes on the same engine, where * says that it sorts\n");
const cells = ({ ns, overLogSumExp, overPlain, sorts }) => {
  const speedup = overPlain === undefined ? "" : `${times(overPlain, overPlain < 20 ? 1 : 0)}${sorts ? "*" : " "}`;
  return `${us(ns).padStart(6)}  ${times(overLogSumExp, 2).padStart(12)}  ${speedup.padStart(10)}`;
};
const backends = Object.keys(binaries);
const rows = figures.filter(({ backend }) => backend === backends[0]);
const engine = (backend) => `${backend}, Node ${Number.parseInt(of(rows[0].row, rows[0].name, backend).node, 10)}`;
console.log(
  table([
    ["", ...backends.map((backend) => engine(backend).padEnd(32))],
    ["", ...backends.map(() => "    µs  of logSumExp  over plain")],
    ...rows.map((f) => [title(f), ...backends.map((backend) => cells(of(f.row, f.name, backend)))]),
  ]),
);

const verdict = (met) => (met ? "met" : "missed");
const targets = [];
for (const backend of backends.filter((name) => name !== "js")) {
  for (const [name, about, most] of TARGETS) {
    for (const row of about) {
      const { overLogSumExp } = of(row, name, backend);
      const what = `${backend}: ${row}, ${name}, time over logSumExp's`;
      targets.push([what, `≤ ${most}×`, times(overLogSumExp, 2), verdict(overLogSumExp <= most)]);
    }
  }
  // thousands in order take sorting, and equal logits are sorted in no time
  const usual = ({ row, name }) => SPREAD.includes(row) && !/\d{4}/.test(name);
  const sorted = figures.filter((f) => f.backend === backend && f.sorts && usual(f));
  const least = Math.min(...sorted.map((f) => f.overPlain));
  const what = `${backend}: speed-up over plain JavaScript that sorts, the least on ${SPREAD.join("; ")}`;
  targets.push([what, `≥ ${LEAST_OVER_PLAIN}×`, times(least, 0), verdict(least >= LEAST_OVER_PLAIN)]);
}
console.log("\nTargets\n");
console.log(table([["", "target", "measured", ""], ...targets]));
if (notes.length > 0) console.log(`\n${notes.join("\n")}`);
if (json) writeFileSync(json, `${JSON.stringify({ date: new Date().toISOString(), figures }, null, 2)}\n`);

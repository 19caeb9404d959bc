/** A bench's cases on every backend that this host has, each backend in a process of its own: bench/contender.mjs. */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { relaxedNode } from "../scripts/engines.mjs";
import { compileNative } from "./native.mjs";
import { effortOf, median } from "./rounds.mjs";

const SCRIPT = fileURLToPath(new URL("contender.mjs", import.meta.url));

/** The command line of every bench: [--quick] [--json FILE]. */
export const { quick = false, json } = parseArgs({
  options: { quick: { type: "boolean" }, json: { type: "string" } },
}).values;

export const MACHINE = `${cpus()[0].model}, ${cpus().length} cores, ${process.platform} ${process.arch}`;

/** A line for each backend and native binary that this host does not have. */
export const notes = [];

function orNote(what, make) {
  try {
    return make();
  } catch (error) {
    const note = `${what} is left out: ${error.message}`;
    if (!notes.includes(note)) notes.push(note);
    return undefined;
  }
}

/** The Nodes that the bench runs on: one with relaxed SIMD, if there is one, and this one. */
export const nodes = () => [...new Set([orNote("wasm-relaxed", relaxedNode) ?? process.execPath, process.execPath])];

function run(binary, args) {
  const { error, status, stdout } = spawnSync(binary, [SCRIPT, ...args, ...(quick ? ["--quick"] : [])], {
    encoding: "utf8",
    maxBuffer: Infinity,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw error ?? new Error(`bench/contender.mjs ${args.join(" ")} failed`);
  return JSON.parse(stdout);
}

/** What one case's clocks read in all passes: by clock, every round, the median, and that of its ratio to our own clock's. */
function figure(cases) {
  const [{ ns: clocks, ...labels }] = cases;
  const of = (value) => Object.fromEntries(Object.keys(clocks).map((clock) => [clock, value(clock)]));
  const rounds = of((clock) => cases.flatMap(({ ns }) => ns[clock]));
  const ratio = (clock) => median(cases.flatMap(({ ns }) => ns[clock].map((value, r) => value / ns.own[r])));
  return { ...labels, rounds, ns: of((clock) => median(rounds[clock])), ofOwn: of(ratio) };
}

/**
 * @param bench     a file here that exports groups(backend, effort, native): of cases, labels and their clocks, one of them own
 * @param source    of native C beside the wasm backends, if there is one: bench/native/
 * @param backends  to run it on, where this host has them
 * @returns         a row for each backend and case: the labels, backend, node, v8 and the figures
 */
export function compare(bench, source, backends = ["wasm-relaxed", "wasm", "js"]) {
  const { passes } = effortOf(bench, quick);
  const contenders = backends.flatMap((backend) => {
    const binary = backend === "wasm-relaxed" ? orNote(backend, relaxedNode) : process.execPath;
    if (binary === undefined) return [];
    const native =
      source && backend !== "js" && orNote(`native C beside ${backend}`, () => compileNative(backend, source));
    return [{ binary, args: [bench, backend, ...(native ? [native] : [])], backend, runs: [] }];
  });
  for (let pass = 0; pass < passes; pass++) {
    for (const { binary, args, backend, runs } of contenders) {
      console.error(`${bench}, pass ${pass + 1} of ${passes}: ${backend}`);
      runs.push(run(binary, args));
    }
  }
  return contenders.flatMap(({ backend, runs }) => {
    const [{ node, v8, results }] = runs;
    return results.map((_, at) => ({ backend, node, v8, ...figure(runs.map((pass) => pass.results[at])) }));
  });
}

/**
 * How long cold code lasts: V8 runs a fresh process's first calls in its baseline compilers, JavaScript's and WebAssembly's, and compiles
 * what is hot once more, on another thread. Fresh processes, each calling one function over and over, with the best backend of the engine.
 *
 * node bench/coldCode.mjs CALL     one process: what a CALL took until it was at most WARM times as long as at the end
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./rounds.mjs";

const WARM = 1.2;
/** Calls that are looked at together, so that a neighbour's short work moves no figure. */
const WINDOW = 5;

const SCRIPT = fileURLToPath(import.meta.url);

const filled = (n) => Float32Array.from({ length: n }, (_, i) => 3 * Math.sin(i * i));

/** How often each is called, and the call. */
const CALLS = {
  "softmax 1000": {
    calls: 6000,
    prepare: ({ softmax }) => {
      const x = filled(1000);
      const out = new Float32Array(1000);
      return () => softmax(x, { out });
    },
  },
  "attention 1×128×128×64": {
    calls: 400,
    prepare: ({ attention }) => {
      const [q, k, v] = [filled(8192), filled(8192), filled(8192)];
      const out = new Float32Array(8192);
      return () => attention(q, k, v, { headDim: 64, out });
    },
  },
};

/** In a process of its own: nothing has been compiled. */
async function measure({ calls, prepare }) {
  const call = prepare(await import("softmax-wasm"));
  call(); // starts the backend, compiles and tests: bench/firstCall.mjs has it
  const ns = new Float64Array(calls);
  for (let i = 0; i < calls; i++) {
    const from = performance.now();
    call();
    ns[i] = 1e6 * (performance.now() - from);
  }
  const end = median(ns.subarray(calls >> 1));
  let cold = 0;
  while (median(ns.subarray(cold, cold + WINDOW)) > WARM * end) cold++;
  const ms = ns.subarray(0, cold).reduce((sum, one) => sum + one, 0) / 1e6;
  return { node: process.versions.node, cold, ms, firstNs: ns[0], endNs: end };
}

/** @returns for each Node and call, medians over `starts` processes: how many calls are cold, their ms, ns of the first and the last ones */
export function coldCode(binaries, starts) {
  return binaries.flatMap((binary) =>
    Object.keys(CALLS).map((name) => {
      const runs = Array.from({ length: starts }, () => {
        const { status, stdout, stderr } = spawnSync(binary, [SCRIPT, name], { encoding: "utf8" });
        if (status !== 0) throw new Error(`${name}: ${stderr}`);
        return JSON.parse(stdout);
      });
      const of = (field) => median(runs.map((run) => run[field]));
      const { node } = runs[0];
      return { name, node, cold: of("cold"), ms: of("ms"), firstNs: of("firstNs"), endNs: of("endNs") };
    }),
  );
}

if (process.argv[1] === SCRIPT) console.log(JSON.stringify(await measure(CALLS[process.argv[2]])));

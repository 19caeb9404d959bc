/**
 * node bench/vocabularyRun.mjs BACKEND [--quick]     topK and sample on one backend, as JSON
 *
 * Every result is judged first. Then all calls on all rows in turn, a millisecond each, round after round, so that a second with a
 * busy neighbour spoils some rounds of every call and not all rounds of one; in the first rounds the plain JavaScript too. CPU
 * time, not the clock's: the plain sort takes so long that a neighbour gets its turn in the middle of it.
 */
import { readFileSync } from "node:fs";
import { do_not_optimize } from "mitata";
import { createRuntime } from "softmax-wasm";
import { logits } from "./cases.mjs";
import { definition, judgeLogSumExp, judgeSample, judgeTopK } from "./judgeSampling.mjs";
import * as plain from "./plainSampling.mjs";
import { cpuStopwatch } from "./rounds.mjs";

const TOKENS = 151_936;
const [backend, quick] = process.argv.slice(2);
const { rounds, plainRounds, warmMs } = quick
  ? { rounds: 6, plainRounds: 1, warmMs: 40 }
  : { rounds: 30, plainRounds: 3, warmMs: 120 };
const BATCH_MS = 1;

const normal = logits(TOKENS);
/** The example's data (examples/data/README.md), little-endian as every host that this runs on. */
const real = new Float32Array(
  new Uint8Array(readFileSync(new URL("../examples/data/stories-logits.f32", import.meta.url))).buffer,
);
const rows = {
  "N(0, 3²)": normal,
  "real, tiled": Float32Array.from({ length: TOKENS }, (_, i) => real[i % real.length]),
  "N(0, 0.3²)": normal.map((x) => x / 10),
  "N(0, 0.01²)": normal.map((x) => x / 300),
  "5 + N(0, 1e-6²)": normal.map((x) => 5 + x / 3e6),
  "all equal": new Float32Array(TOKENS).fill(0.7),
};
/** Calls that plain JavaScript would sort for just the same: it is timed beside the shorter ones alone. */
const LONG = ["N(0, 3²)", "N(0, 0.01²)", "all equal"];
const KS = [1000, 5000, 20_000, TOKENS];

const runtime = createRuntime({ backend });
const random = () => 0.618; // draws somewhere past the middle, in every contender the same
const both = { temperature: 0.8, topK: 50, topP: 0.95 };
const nucleus = { topP: 0.95 };

/** Everything that is timed on row x, by name: the package's call, the plain one if there is one, and whether that one sorts. */
const contenders = (row, x) => ({
  logSumExp: { own: () => runtime.logSumExp(x) },
  "topK 1": { own: () => runtime.topK(x, 1), loop: () => plain.likeliest(x) },
  "topK 50": { own: () => runtime.topK(x, 50), loop: () => plain.topK(x, 50), sorts: true },
  greedy: { own: () => runtime.sample(x, { temperature: 0, random }), loop: () => plain.argmax(x) },
  "0.8, topK 50, topP 0.95": {
    own: () => runtime.sample(x, { ...both, random }),
    loop: () => plain.sample(x, { ...both, random }),
    sorts: true,
  },
  "topP 0.95": {
    own: () => runtime.sample(x, { ...nucleus, random }),
    loop: () => plain.sample(x, { ...nucleus, random }),
    sorts: true,
  },
  "no option": { own: () => runtime.sample(x, { random }), loop: () => plain.sampleAll(x, 1, random) },
  ...(LONG.includes(row) && {
    ...Object.fromEntries(KS.map((k) => [`topK ${k}`, { own: () => runtime.topK(x, k) }])),
    "sample, topK 20000": { own: () => runtime.sample(x, { topK: 20_000, random }) },
  }),
});

/** @returns how many tokens topP leaves of row x */
function judge(label, x) {
  const one = definition(x, 1);
  const cold = definition(x, both.temperature);
  judgeLogSumExp(`${label}, ${backend}`, runtime.logSumExp(x), one);
  judgeTopK(`${label}, ${backend}, topK 1`, 1, runtime.topK(x, 1), one);
  judgeTopK(`${label}, plain, topK 1`, 1, plain.likeliest(x), one);
  const first = runtime.sample(x, { temperature: 0, random }).index;
  for (const index of [first, plain.argmax(x).index]) {
    if (index !== one.order[0]) throw new Error(`${label}: greedy expected token ${one.order[0]}, got ${index}`);
  }
  let left;
  for (const [name, { topK, sample }] of Object.entries({ [backend]: runtime, plain })) {
    const of = `${label}, ${name}`;
    judgeTopK(`${of}, topK 50`, 50, topK(x, 50), one);
    const draw = (options) => (share) => sample(x, { ...options, random: () => share });
    const shares = name === "plain" ? [random()] : undefined;
    judgeSample(`${of}, 0.8/50/0.95`, both, draw(both), cold, shares);
    left = judgeSample(`${of}, topP 0.95`, nucleus, draw(nucleus), one, shares);
  }
  if (LONG.includes(label)) {
    for (const k of KS) judgeTopK(`${label}, ${backend}, topK ${k}`, k, runtime.topK(x, k), one);
    const long = { topK: 20_000 };
    judgeSample(
      `${label}, ${backend}, topK 20000`,
      long,
      (share) => runtime.sample(x, { ...long, random: () => share }),
      one,
    );
  }
  judgeSample(`${label}, ${backend}`, {}, (share) => runtime.sample(x, { random: () => share }), one);
  judgeSample(`${label}, plain`, {}, (share) => plain.sampleAll(x, 1, () => share), one);
  return left;
}

const timed = Object.entries(rows).flatMap(([row, x]) => {
  const left = judge(row, x);
  return Object.entries(contenders(row, x)).map(([name, { own, loop, sorts = false }]) => ({
    row,
    left,
    name,
    sorts,
    own: cpuStopwatch(() => do_not_optimize(own()), warmMs, BATCH_MS),
    loop: loop && cpuStopwatch(() => do_not_optimize(loop()), sorts ? 0 : warmMs, BATCH_MS),
    ns: [],
    plainNs: [], // one for each of the first rounds of ns
  }));
});
for (let r = 0; r < rounds; r++) {
  for (const { own, loop, ns, plainNs } of timed) {
    ns.push(own());
    if (loop && r < plainRounds) plainNs.push(loop());
  }
}
const results = timed.map(({ own, loop, ...figures }) => figures);
console.log(JSON.stringify({ backend: runtime.backend, node: process.versions.node, results }));

/**
 * The functions of a vocabulary on one backend. Every result is judged first. Then all calls on all rows in turn, a millisecond each, round
 * after round, so that a second with a busy neighbour spoils some rounds of every call and not all rounds of one; in the first
 * rounds the plain JavaScript too. CPU time, not the clock's: the plain sort takes so long that a neighbour gets its turn in
 * the middle of it.
 */
import { readFileSync } from "node:fs";
import { do_not_optimize } from "mitata";
import { createRuntime } from "softmax-wasm";
import { normals, random as uniform } from "../test/judge/random.mjs";
import { logits } from "./cases.mjs";
import { draftsOf } from "./drafts.mjs";
import { halvesOf } from "./halves.mjs";
import { definition, judgeLogProbs, judgeLogSumExp, judgeSample, judgeTopK, judgeTruncate } from "./judgeSampling.mjs";
import * as plain from "./plainSampling.mjs";
import { cpuStopwatch } from "./rounds.mjs";

const TOKENS = 151_936;

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

const random = () => 0.618; // draws somewhere past the middle, in every contender the same
const both = { temperature: 0.8, topK: 50, topP: 0.95 };
const nucleus = { topP: 0.95 };
const long = { topK: 20_000 };

/** What was there before: 2048 tokens, the likelier ones more often. */
const next = uniform(2);
const penalties = {
  tokens: Uint32Array.from({ length: 2048 }, () => Math.floor(TOKENS * next() ** 4)),
  promptLength: 100,
  repetition: 1.1,
  frequency: 0.1,
  presence: 0.1,
};
const GIVEN = Uint32Array.of(7);

/** Everything that is timed on row x, by name: the package's call, the plain one if there is one, and whether that one sorts. */
const contenders = (runtime, row, x) => ({
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
    logProbs: { own: () => runtime.logProbs(x, GIVEN) },
    truncate: { own: () => runtime.truncate(x, both) },
    "0.8, topK 50, topP 0.95, penalties": { own: () => runtime.sample(x, { ...both, penalties, random }) },
    "sample, topK 20000": { own: () => runtime.sample(x, { ...long, random }) },
  }),
});

/** @returns how many tokens topP leaves of row x */
function judge(runtime, row, x) {
  const want = definition(x);
  const own = `${row}, ${runtime.backend}`;
  judgeLogSumExp(own, runtime.logSumExp(x), want);
  judgeTopK(`${own}, topK 1`, 1, runtime.topK(x, 1), want);
  judgeTopK(`${row}, plain, topK 1`, 1, plain.likeliest(x), want);
  const first = runtime.sample(x, { temperature: 0, random }).index;
  for (const index of [first, plain.argmax(x).index]) {
    if (index !== want.order[0]) throw new Error(`${row}: greedy expected token ${want.order[0]}, got ${index}`);
  }
  let left;
  const drawn = ({ sample }, options) => [options, (share) => sample(x, { ...options, random: () => share }), want];
  for (const [name, contender] of Object.entries({ [runtime.backend]: runtime, plain })) {
    const of = `${row}, ${name}`;
    judgeTopK(`${of}, topK 50`, 50, contender.topK(x, 50), want);
    const shares = name === "plain" ? [random()] : undefined;
    judgeSample(`${of}, 0.8/50/0.95`, ...drawn(contender, both), shares);
    left = judgeSample(`${of}, topP 0.95`, ...drawn(contender, nucleus), shares);
  }
  if (LONG.includes(row)) {
    for (const k of KS) judgeTopK(`${own}, topK ${k}`, k, runtime.topK(x, k), want);
    judgeSample(`${own}, topK 20000`, ...drawn(runtime, long));
    judgeLogProbs(own, GIVEN, runtime.logProbs(x, GIVEN), want);
    judgeTruncate(`${own}, truncate`, both, runtime.truncate(x, both), want);
    judgeSample(`${own}, penalties`, ...drawn(runtime, { ...both, penalties }));
  }
  judgeSample(own, ...drawn(runtime, {}));
  judgeSample(`${row}, plain`, {}, (share) => plain.sampleAll(x, 1, () => share), want);
  return left;
}

/** 64 rows in one call, beside a loop of calls that each draw from one; the law of both is a test's (test/functions/tokenRows.test.ts). */
function rowsOf(runtime, tokens, effort) {
  const x = normals(3)(64 * tokens);
  const each = Array.from({ length: 64 }, (_, r) => x.subarray(r * tokens, (r + 1) * tokens));
  const shape = [64, tokens];
  const given = new Uint32Array(64);
  const calls = {
    sample: [() => runtime.sample(x, { random, shape }), (row) => runtime.sample(row, { random })],
    "sample, topK 50, topP 0.95": [
      () => runtime.sample(x, { ...both, random, shape }),
      (row) => runtime.sample(row, { ...both, random }),
    ],
    "topK 10": [() => runtime.topK(x, 10, { shape }), (row) => runtime.topK(row, 10)],
    logProbs: [() => runtime.logProbs(x, given, { shape }), (row) => runtime.logProbs(row, GIVEN)],
  };
  return Object.entries(calls).map(([name, [call, one]]) => ({
    row: `64×${tokens}`,
    name,
    clocks: {
      own: cpuStopwatch(() => do_not_optimize(call()), effort),
      loop: cpuStopwatch(() => {
        for (const row of each) do_not_optimize(one(row));
      }, effort),
    },
  }));
}

/** All calls on whole vocabularies, each beside logSumExp on the same row; then rows, drafts that are verified, and 16 bits. */
export function* groups(backend, effort) {
  const runtime = createRuntime({ backend });
  yield Object.entries(rows).flatMap(([row, x]) => {
    const left = judge(runtime, row, x);
    let logSumExp;
    return Object.entries(contenders(runtime, row, x)).map(([name, { own: call, loop, sorts = false }]) => {
      const own = cpuStopwatch(() => do_not_optimize(call()), effort);
      logSumExp ??= own;
      const plainEffort = { ...effort, rounds: effort.plainRounds, warmMs: sorts ? 0 : effort.warmMs };
      const clocks = {
        own,
        logSumExp,
        ...(loop && { plain: cpuStopwatch(() => do_not_optimize(loop()), plainEffort) }),
      };
      return { row, left, name, sorts, clocks };
    });
  });
  for (const tokens of [1024, 4096]) yield rowsOf(runtime, tokens, effort);
  yield draftsOf(runtime, "N(0, 3²)", normal, both, effort);
  yield halvesOf(runtime, normal, effort);
}

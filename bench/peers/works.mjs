/** What every contender is given to do, and the seeded operands of it. */
import { readFileSync } from "node:fs";
import { random } from "../../test/judge/random.mjs";
import { logits, SEED } from "../cases.mjs";

const AXIS = {
  softmax: [
    [1, 16],
    [1, 1000],
    [1, 4096],
    [1, 32000],
    [1, 128256],
    [64, 1000],
    [512, 512],
  ],
  logSoftmax: [
    [1, 4096],
    [1, 128256],
    [64, 1000],
  ],
  logSumExp: [
    [1, 4096],
    [1, 128256],
    [64, 1000],
  ],
  sparsemax: [
    [1, 32000],
    [64, 1000],
  ],
};

const ATTENTION = [
  { name: "prefill 8×512×512×64", heads: 8, queries: 512, keys: 512, dim: 64 },
  { name: "prefill 12×197×197×64", heads: 12, queries: 197, keys: 197, dim: 64 },
  { name: "causal 8×1024×1024×64", heads: 8, queries: 1024, keys: 1024, dim: 64, causal: true },
  { name: "decode 12×1×2048×64", heads: 12, queries: 1, keys: 2048, dim: 64 },
  { name: "decode 32×1×2048×128", heads: 32, queries: 1, keys: 2048, dim: 128 },
];

const SAMPLING = [
  { name: "temperature 0.8, topK 50, topP 0.95", options: { temperature: 0.8, topK: 50, topP: 0.95 } },
  { name: "topP 0.95, real logits", options: { topP: 0.95 }, real: true },
];

/** Of --quick: what CI runs. */
const SHORT = ["softmax 1×4096", "softmax 64×1000", "logSumExp 1×4096", "sparsemax 64×1000"];
const SHORT_OTHERS = ["prefill 12×197×197×64", "decode 12×1×2048×64", SAMPLING[0].name];

const TOKENS = 151_936;

const ALL = [
  ...Object.entries(AXIS).flatMap(([op, shapes]) =>
    shapes.map(([rows, cols]) => ({ group: op, op, name: `${op} ${rows}×${cols}`, rows, cols })),
  ),
  ...ATTENTION.map((work) => ({ group: "attention", op: "attention", causal: false, ...work })),
  ...SAMPLING.map((work) => ({ group: "sampling", op: "sample", tokens: TOKENS, ...work })),
];

export const GROUPS = [...new Set(ALL.map(({ group }) => group))];

export const works = (quick) => (quick ? ALL.filter(({ name }) => [...SHORT, ...SHORT_OTHERS].includes(name)) : ALL);

/** The logits of the example (examples/data/README.md), little-endian as every host that this runs on, over and over. */
function realLogits() {
  const file = readFileSync(new URL("../../examples/data/stories-logits.f32", import.meta.url));
  const real = new Float32Array(new Uint8Array(file).buffer);
  return Float32Array.from({ length: TOKENS }, (_, i) => real[i % real.length]);
}

/** Of the accuracy: n floats of each kind. */
const RANGES = {
  "±1": (next) => () => 2 * next() - 1,
  "±30": (next) => () => 60 * next() - 30,
  "90 to 100": (next) => () => 90 + 10 * next(),
  "one at 20, the rest at 0": () => (_, i) => (i === 0 ? 20 : 0),
  "all equal": () => () => 0.7,
};
const LENGTHS = { quick: [5, 1000, 4099], whole: [1, 5, 64, 1000, 4099, 128256, 1 << 20] };

export const accuracyWorks = (quick) =>
  ["softmax", "logSoftmax", "logSumExp"].flatMap((op) =>
    LENGTHS[quick ? "quick" : "whole"].flatMap((cols) =>
      Object.keys(RANGES).map((range) => ({ group: op, op, name: `${op} ${cols}, ${range}`, rows: 1, cols, range })),
    ),
  );

/** @returns x, of attention q, k and v */
export function operandsOf(work) {
  if (work.op === "sample") return { x: work.real ? realLogits() : logits(TOKENS) };
  if (work.range) return { x: Float32Array.from({ length: work.cols }, RANGES[work.range](random(SEED))) };
  if (work.op !== "attention") return { x: logits(work.rows * work.cols) };
  const { heads, queries, keys, dim } = work;
  const next = random(SEED);
  const drawn = (n) => Float32Array.from({ length: n }, () => 4 * next() - 2);
  return { q: drawn(heads * queries * dim), k: drawn(heads * keys * dim), v: drawn(heads * keys * dim) };
}

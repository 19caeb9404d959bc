/** Truncation leaves exactly the tokens that sorting everything in float64 leaves, whatever the vocabulary. */
import { describe, expect, it } from "vitest";
import { Heap } from "../../src/heap";
import type { Backend } from "../../src/kernels";
import { truncateOn } from "../../src/ops/vocabulary/truncate";
import { BACKENDS } from "../judge/backends";
import { some } from "../judge/drawn";
import { machineOf } from "../judge/engines";
import { normal, random } from "../judge/random.mjs";
import { allowed, ordered, truncated, type VocabularyCase } from "../judge/vocabularyReference.mjs";

type Fill = (next: () => number, j: number, n: number) => number;

const VOCABULARIES: Record<string, Fill> = {
  "N(0, 3²)": (next) => 3 * normal(next),
  flat: (next) => 0.1 * normal(next),
  "flat to the last bits": (next) => 1 + next() * 1e-5,
  equal: () => 0.7,
  "tied in steps": (next) => Math.round(4 * normal(next)) / 2,
  "two levels": (next) => (next() < 0.3 ? 1.3 : 0.4),
  spiky: (next, j, n) => (j === n >> 1 ? 14 : normal(next)),
  "a model's": (next, j) => (j % 97 === 7 ? 13 : 0) + 2 * normal(next),
  "few far above": (next) => (next() < 0.002 ? 12 : 0),
  "far below a spike": (next, j) => (j === 0 ? 60 : next()),
  "mostly -Infinity": (next) => (next() < 0.9 ? -Infinity : 2 * normal(next)),
  descending: (_, j, n) => (-8 * j) / n,
  ascending: (_, j, n) => (8 * j) / n,
  "powers of two": (next) => -(2 ** (-30 * next())),
  denormal: (next) => next() * 1e-41,
  "signed zeros": (next) => (next() < 0.5 ? -0 : 0),
  "huge and tiny": (next) => (next() < 0.5 ? 3.4e38 : -3.4e38 * next()),
};

const OPTIONS: Omit<VocabularyCase, "x" | "mask">[] = [
  { topK: 1 },
  { topK: 3 },
  { topK: 50 },
  { topK: 1000 },
  { topK: 20000 },
  { topP: 1e-9 },
  { topP: 0.1 },
  { topP: 0.5 },
  { topP: 0.95 },
  { topP: 0.999999 },
  { topP: 0.9, temperature: 0.3 },
  { topP: 0.9, temperature: 7 },
  { topP: 0.7, temperature: 1e30 },
  { topK: 50, topP: 0.95 },
  { topK: 40000, topP: 0.6, temperature: 2 },
  { minP: 0.05 },
  { minP: 1 },
  { topK: 100, topP: 0.9, minP: 0.1, temperature: 1.5 },
];

const SIZES = [1, 2, 3, 17, 255, 256, 257, 1000, 4097];

const coreOf = (backend: Backend, bytes: number) => {
  const engine = machineOf(backend, bytes);
  return { heap: new Heap(engine.buffer), kernels: engine.kernels };
};

/** What is left of vocabularies without a mask: sorted once for all backends. */
const SORTED = new Map<string, Uint32Array>();

describe.each(BACKENDS)("%s", (backend) => {
  const cores = [coreOf(backend, 8 << 20), coreOf(backend, 65536)];

  function check(label: string, x: Float32Array, mask?: Uint32Array, options = OPTIONS): void {
    let order: Uint32Array | undefined;
    for (const o of options) {
      const key = `${label} ${x.length} ${JSON.stringify(o)}`;
      let want = mask === undefined ? SORTED.get(key) : undefined;
      if (want === undefined) {
        order ??= ordered(x, mask);
        want = Uint32Array.from(truncated({ x, mask, ...o }, order).kept).sort();
        if (mask === undefined) SORTED.set(key, want);
      }
      for (const core of cores) {
        const got = truncateOn(core)(x, { ...o, mask }).indices;
        const where = `${label} ${x.length} ${JSON.stringify(o)} in ${core.heap.room} floats`;
        if (got.length !== want.length) expect.fail(`${where}: ${got.length} tokens instead of ${want.length}`);
        for (let j = 0; j < got.length; j++) {
          if (got[j] !== want[j]) expect.fail(`${where}: token ${got[j]} instead of ${want[j]}`);
        }
      }
    }
  }

  describe.each(Object.entries(VOCABULARIES))("%s", (name, fill) => {
    const vocabulary = (n: number): Float32Array => {
      const next = random(n);
      const x = Float32Array.from({ length: n }, (_, j) => fill(next, j, n));
      if (!x.some((v) => v > -Infinity)) x[n >> 1] = 1;
      return x;
    };

    it.each(SIZES)("keeps what sorting keeps, of %i", (n) => check(name, vocabulary(n)));

    it.each(some(Object.keys(VOCABULARIES)).includes(name) ? [262144] : [40000])(
      "keeps what sorting keeps, of %i",
      (n) => {
        check(name, vocabulary(n), undefined, [
          { topK: 50 },
          { topK: 5000, topP: 0.5 },
          { topP: 0.3 },
          { topP: 0.6, temperature: 0.8 },
          { topP: 0.95 },
          { topP: 0.9, temperature: 0.5, minP: 1e-3 },
        ]);
      },
    );

    it.each([31, 32, 33, 300, 5000])("keeps what sorting keeps where a mask allows, of %i", (n) => {
      const x = vocabulary(n);
      for (const share of [0.02, 0.5]) {
        const next = random(n + 1);
        const mask = new Uint32Array(Math.ceil(n / 32));
        for (let i = 0; i < 32 * mask.length; i++) if (next() < share || i === n >> 1) mask[i >> 5] |= 1 << (i & 31);
        const poisoned = x.map((v, i) => (allowed(mask, i) ? v : [Number.NaN, Infinity, -Infinity, 3e38][i & 3]));
        if (!Number.isFinite(poisoned[n >> 1])) poisoned[n >> 1] = 1;
        check(name, poisoned, mask);
      }
    });
  });
});

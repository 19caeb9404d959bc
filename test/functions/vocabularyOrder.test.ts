/** Long lists of topK, and thresholds far down: every token is where sorting everything puts it, whatever the heap holds. */

import { describe, expect, it } from "vitest";
import { ALL_TIES, VOCABULARY_COUNT, VOCABULARY_LIST_TILE } from "../../assembly/layout";
import { Heap } from "../../src/heap";
import type { Backend } from "../../src/kernels";
import { writeTile } from "../../src/ops/vocabulary/row";
import { sampleOn } from "../../src/ops/vocabulary/sample";
import { topKOn } from "../../src/ops/vocabulary/topK";
import { truncateOn } from "../../src/ops/vocabulary/truncate";
import { keyOf, logitOf, orderPairs } from "../../src/order";
import { BACKENDS } from "../judge/backends";
import { denominatorBound, logSoftmaxBound } from "../judge/bounds.mjs";
import { some } from "../judge/drawn";
import { machineOf } from "../judge/engines";
import { normal, random } from "../judge/random.mjs";
import { allowed, ordered, truncated } from "../judge/vocabularyReference.mjs";

const TOKENS = 40_003;
const KS = [1000, 5000, 20_000, TOKENS];

const ROWS: Record<string, (next: () => number, j: number) => number> = {
  "N(0, 3²)": (next) => 3 * normal(next),
  "N(0, 0.01²)": (next) => 0.01 * normal(next),
  "5 + N(0, 1e-6²)": (next) => 5 + 1e-6 * normal(next),
  "all equal": () => -0.7,
  "two levels": (next) => (next() < 0.3 ? 1.3 : 0.4),
  "tied in steps": (next) => Math.round(4 * normal(next)) / 2,
  denormal: (next) => (next() - 0.5) * 1e-41,
  "signed zeros": (next) => (next() < 0.5 ? -0 : 0),
  ascending: (_, j) => j / 4096,
  descending: (_, j) => -j / 4096,
  "mostly -Infinity": (next) => (next() < 0.8 ? -Infinity : 2 * normal(next)),
  "beside a ban": (next, j) => (j % 50 === 7 ? -1e4 : 0.01 * normal(next)),
  "of every size": (next) => (next() < 0.5 ? -1 : 1) * 2 ** (250 * (next() - 0.5)),
};

const coreOf = (backend: Backend, bytes: number) => {
  const engine = machineOf(backend, bytes);
  return { heap: new Heap(engine.buffer), kernels: engine.kernels, buffer: engine.buffer };
};

interface Case {
  x: Float32Array;
  mask: Uint32Array | undefined;
  order: Uint32Array;
}

/** The rows and their order, sorted once for all backends. */
const CASES = new Map<string, Case>();
function caseOf(name: string, masked: boolean): Case {
  const key = `${name} ${masked}`;
  let found = CASES.get(key);
  if (found === undefined) {
    const next = random(7);
    const x = Float32Array.from({ length: TOKENS }, (_, j) => ROWS[name](next, j));
    const mask = masked ? new Uint32Array(Math.ceil(TOKENS / 32)).map(() => next() * 2 ** 32) : undefined;
    if (mask !== undefined) for (let i = 0; i < TOKENS; i += 3) if (!allowed(mask, i)) x[i] = Number.NaN;
    found = { x, mask, order: ordered(x, mask) };
    CASES.set(key, found);
  }
  return found;
}

describe.each(BACKENDS)("%s", (backend) => {
  const cores = [coreOf(backend, 8 << 20), coreOf(backend, 65536)];

  describe.each([false, true])("masked %j", (masked) => {
    it.each(some(Object.keys(ROWS)))("lists the first of %s", (name) => {
      const { x, mask, order } = caseOf(name, masked);
      const { logS, mean } = truncated({ x, mask }, order);
      for (const core of cores) {
        for (const k of KS) {
          const { indices, logProbs } = topKOn(core)(x, k, { mask });
          expect(indices.length).toBe(Math.min(k, order.length));
          const wrong = indices.findIndex((i, j) => i !== order[j]);
          if (wrong >= 0) expect.fail(`${k}: place ${wrong} has token ${indices[wrong]}, not ${order[wrong]}`);
          const off = logProbs.findIndex((y, j) => {
            const want = x[order[j]] - x[order[0]] - logS;
            return !(y === want || Math.abs(y - want) <= logSoftmaxBound(want) + denominatorBound(mean));
          });
          if (off >= 0) expect.fail(`${k}: place ${off} has log-probability ${logProbs[off]}`);
        }
      }
    });

    it.each(some(Object.keys(ROWS)))("keeps the first of %s", (name) => {
      const { x, mask, order } = caseOf(name, masked);
      for (const options of [
        ...KS.map((topK) => ({ topK })),
        { topK: 20_000, topP: 0.95 },
        { topP: 0.5 },
        { topP: 0.95 },
        { topP: 0.95, temperature: 0.1 },
      ]) {
        const want = truncated({ x, mask, ...options }, order).kept.sort((a, b) => a - b);
        for (const core of cores) {
          const got = truncateOn(core)(x, { ...options, mask }).indices;
          const label = `${JSON.stringify(options)} in ${core.heap.room} floats`;
          if (got.length !== want.length) expect.fail(`${label}: ${got.length} tokens instead of ${want.length}`);
          const wrong = got.findIndex((i, j) => i !== want[j]);
          if (wrong >= 0) expect.fail(`${label}: token ${got[wrong]} instead of ${want[wrong]}`);
        }
      }
    });
  });

  it("writes no more than a list has room for", () => {
    const { heap, kernels, buffer } = cores[0];
    const x = heap.workspace;
    heap.write(x, caseOf("tied in steps", false).x.map(Math.abs), 0, 4096);
    const bytes = new Uint8Array(buffer);
    for (const pairs of [0, 1]) {
      for (const capacity of [0, 1, 3, 16, 63, 64, 65, 200, 1000, 5000]) {
        const list = x + 4 * 4096;
        const end = list + (pairs ? 8 : 4) * capacity;
        bytes.fill(0xa5, list, list + 65536);
        const tile = heap.state + VOCABULARY_LIST_TILE;
        writeTile(heap, tile, x, 0, 0, 4096, 0);
        kernels.vocabularyGather(heap.state, tile, list, capacity, pairs, 0.5, Infinity, ALL_TIES);
        const count = new Uint32Array(buffer)[(heap.state + VOCABULARY_COUNT) / 4];
        expect(count).toBe(new Float32Array(buffer, x, 4096).filter((v) => v >= 0.5).length);
        expect(bytes.subarray(end, list + 65536).findIndex((b) => b !== 0xa5)).toBe(-1);
      }
    }
  });

  it("stays within the vocabulary and the heap where the logits change during the call", () => {
    const x = new Float32Array(TOKENS);
    const next = random(11);
    const scramble = () => {
      const kind = next();
      for (let i = Math.floor(64 * next()); i < TOKENS; i += 1 + Math.floor(64 * next())) {
        x[i] = kind < 0.3 ? 3 : kind < 0.4 ? -Infinity : kind < 0.5 ? Number.NaN : 4 * normal(next);
      }
    };
    const calls: Record<string, number> = { vocabularyTotal: 0, vocabularyBin: 0 };
    for (const { heap, kernels } of [coreOf(backend, 65536), coreOf(backend, 1 << 20)]) {
      const restless = Object.fromEntries(
        Object.entries(kernels as unknown as Record<string, (...args: number[]) => unknown>).map(([name, kernel]) => [
          name,
          (...args: number[]) => {
            const result = kernel(...args);
            calls[name]++;
            if (name !== "vocabularyMaxima") scramble();
            return result;
          },
        ]),
      ) as unknown as typeof kernels;
      const core = { heap, kernels: restless };
      for (let round = 0; round < 12; round++) {
        for (const k of [1, 50, 1000, 5000, TOKENS]) {
          for (let i = 0; i < TOKENS; i++) x[i] = 3 * normal(next);
          const { indices } = topKOn(core)(x, k);
          expect(indices.length).toBeLessThanOrEqual(k);
          expect(indices.every((i) => i < TOKENS)).toBe(true);
          for (let i = 0; i < TOKENS; i++) x[i] = 3 * normal(next);
          const { index } = sampleOn(core)(x, { topK: k, topP: round % 2 ? 0.95 : undefined, random: next });
          expect(index).toBeLessThan(TOKENS);
        }
      }
    }
    expect(calls.vocabularyTotal).toBeGreaterThan(0);
    expect(calls.vocabularyBin).toBeLessThanOrEqual(4 * calls.vocabularyTotal); // a search ends in four rounds
  });
});

describe("keys", () => {
  const VALUES = [Infinity, 3.4e38, 1, 2 ** -126, 1e-45, 0, -1e-45, -1, -3.4e38, -Infinity].map(Math.fround);

  it("grow as logits fall", () => {
    const keys = VALUES.map(keyOf);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
    expect(new Set(keys).size).toBe(VALUES.length);
    expect(keys.map(logitOf)).toEqual(VALUES);
    expect(keyOf(-0)).toBe(keyOf(0));
  });

  it.each([0, 1, 2, 100, 5000])("order %i pairs", (count) => {
    for (const bits of [0, 1, 11, 12, 32]) {
      const next = random(count + bits);
      const keys = Uint32Array.from({ length: count }, () => next() * 2 ** bits);
      const words = new Uint32Array(4 * count);
      keys.forEach((key, j) => {
        words.set([j, key], 2 * j);
      });
      const at = orderPairs(words, 0, 2 * count, count);
      const want = Uint32Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b] || a - b);
      expect(Array.from({ length: count }, (_, j) => words[at + 2 * j])).toEqual([...want]);
    }
  });
});

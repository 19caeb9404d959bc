/**
 * Memory that changes while a call reads it: here between any two of the call's kernels, so that each pass sees another row, and
 * by a thread that never stops writing. Results may be nonsense, but tokens are in range, nothing beside the call's own workspace is written, no
 * error is the engine's, and the next call is right.
 */
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import type { Backend, Dtype, Runtime } from "../../src/index";
import { BACKENDS } from "../judge/backends";
import { drawn, some } from "../judge/drawn";
import { machineOf, runtimeOnMachine, wrapped } from "../judge/engines";
import { bitsOf } from "../judge/everyCall";
import { DTYPES } from "../judge/half16";
import { random } from "../judge/random.mjs";

/** A runtime whose kernels call `before` first. */
function watched(backend: Backend, bytes: number, before: () => void): Runtime {
  return runtimeOnMachine(
    wrapped(machineOf(backend, bytes), (kernel) => (...args) => {
      before();
      return kernel(...args);
    }),
  );
}

const SIZES = Array.from({ length: 77 }, (_, e) => 10 ** (e - 38));

type Write = (x: Float32Array, next: () => number) => void;
const all =
  (value: (i: number, next: () => number) => number): Write =>
  (x, next) => {
    for (let i = 0; i < x.length; i++) x[i] = value(i, next);
  };

/** The values that are written over the logits. */
const WRITES: Record<string, Write> = {
  "larger and larger": (x, next) => {
    const step = 40 * next();
    for (let i = 0; i < x.length; i++) x[i] += step;
  },
  "smaller and smaller": (x, next) => {
    const step = 40 * next();
    for (let i = 0; i < x.length; i++) x[i] -= step;
  },
  "anything of any size": all((_, next) => (next() - 0.5) * SIZES[Math.floor(77 * next())]),
  "one value after another": (x, next) => x.fill(20 * next() - 10),
  "large or small all over": (x, next) => x.fill(next() < 0.5 ? 3.4e38 : -3.4e38),
  "a few far above the rest": all((_, next) => (next() < 0.001 ? 1e30 * next() : next())),
  "infinities, NaN": all((_, next) => [Infinity, -Infinity, Number.NaN, next(), 90 * next()][Math.floor(5 * next())]),
  "nothing above -Infinity": (x, next) => x.fill(next() < 0.6 ? 1 : -Infinity),
};

const N = 9000;
/** The logits, of 32 bits or with a dtype of 16; and the mask. */
type Logits = Float32Array | Uint16Array;
interface How {
  readonly mask?: Uint32Array | undefined;
  readonly dtype?: Dtype | undefined;
}

/** Calls of the vocabulary. @returns the tokens that came */
const VOCABULARY: [string, (runtime: Runtime, x: Logits, how: How, u: number) => ArrayLike<number>][] = [
  ...[{}, { temperature: 0 }, { temperature: 1e-3 }, { temperature: 1e30 }].map(
    (options) => [`sample ${JSON.stringify(options)}`, draw(options)] as (typeof VOCABULARY)[number],
  ),
  ...[
    { topP: 0.1 },
    { topP: 0.9 },
    { topP: 0.9999 },
    { minP: 0.01 },
    { topK: 40 },
    { topK: 4000, topP: 0.9, minP: 1e-3 },
  ].map((options) => [`sample ${JSON.stringify(options)}`, draw(options)] as (typeof VOCABULARY)[number]),
  ...[1, 50, 3000, N].map(
    (k) =>
      [
        `topK of ${k}`,
        (runtime, x, how) => {
          const { indices, logProbs } = runtime.topK(x, k, { ...how });
          expect(indices.length).toBeLessThanOrEqual(k);
          expect(logProbs.length).toBe(indices.length);
          return indices;
        },
      ] as (typeof VOCABULARY)[number],
  ),
];
function draw(options: object) {
  return (runtime: Runtime, x: Logits, how: How, u: number) => [
    runtime.sample(x, { ...options, ...how, random: () => u }).index,
  ];
}

/** Calls along an axis; the shapes go through the heap in one block, in blocks, in strips and in tiles. */
const ALONG: ((runtime: Runtime, x: Logits, options: object) => unknown)[] = [
  ...(["softmax", "logSoftmax", "logSumExp", "entropy", "hardmax", "sparsemax", "entmax15"] as const).map(
    (name) => (on: Runtime, x: Logits, options: object) => (on[name] as Runtime["softmax"])(x, options),
  ),
  ...[1.3, 3].map((alpha) => (on: Runtime, x: Logits, options: object) => on.entmax(x, { ...options, alpha })),
];
const SHAPES = [
  { shape: [N], axis: 0 },
  { shape: [90, 100], axis: 1 },
  { shape: [30, 300], axis: 0 },
  { shape: [3000, 3], axis: 0 },
];

const steady = Float32Array.from({ length: N }, (_, i) => ((i * 7919) % 1000) / 100);
function steadyResults(runtime: Runtime): unknown[] {
  const { topK, sample } = runtime;
  const mask = new Uint32Array(Math.ceil(N / 32)).fill(0xfdb97531);
  return [
    ...ALONG.map((f) => f(runtime, steady, { shape: [10, N / 10] })),
    ...[1, 50, 3000, N].map((k) => topK(steady, k)),
    ...[{}, { topP: 0.9 }, { topK: 40 }, { minP: 0.1, mask }].map((how) =>
      sample(steady, { ...how, random: () => 0.7 }),
    ),
  ];
}

/** Whatever comes, or an error of ours that names a token in range. */
function harmless(run: () => ArrayLike<number> | undefined): void {
  let tokens: ArrayLike<number> = [];
  try {
    tokens = run() ?? [];
  } catch (error) {
    const { message } = error as Error;
    expect(message).toMatch(/^(topK|sample): "(logits|mask)" expected .*, got (none|NaN at index \d+)$/);
    expect((error as Error).constructor).toBe(RangeError);
    tokens = [Number(/\d+$/.exec(message)?.[0] ?? 0)];
  }
  for (let j = 0; j < tokens.length; j++) {
    if (!(tokens[j] >= 0 && tokens[j] < N)) expect.fail(`place ${j} of ${tokens.length} has token ${tokens[j]}`);
  }
}

describe.each(BACKENDS)("live memory on %s", (backend) => {
  describe.each([65536, 1 << 20])("heap of %i", (bytes) => {
    let before: () => void = () => {};
    const runtime = watched(backend, bytes, () => before());
    const canary = runtime.alloc(1000).fill(1.5);
    const want = steadyResults(runtime);
    const atRest = (): void => {
      before = () => {};
      expect(canary.every((v) => v === 1.5)).toBe(true);
      expect(steadyResults(runtime)).toEqual(want);
    };

    it.each(some(Object.entries(WRITES)))("%s", (_, write) => {
      const next = random(7);
      const x = new Float32Array(N);
      const mask = new Uint32Array(Math.ceil(N / 32));
      for (const masked of [false, true]) {
        for (const [, call] of VOCABULARY) {
          for (let round = 0; round < drawn(2); round++) {
            let kernels = 0;
            before = () => {
              if (++kernels % (round + 1) > 0) return;
              if (masked && next() < 0.5) mask.fill(next() * 2 ** 32);
              else write(x, next);
            };
            for (let i = 0; i < N; i++) x[i] = 10 * next();
            mask.fill(0xffffffff);
            harmless(() => call(runtime, x, { mask: masked ? mask : undefined }, next()));
          }
        }
        atRest();
      }
      for (const f of ALONG) {
        for (const how of SHAPES) {
          before = () => write(x, next);
          for (let i = 0; i < N; i++) x[i] = 10 * next();
          harmless(() => void f(runtime, x, how));
          harmless(() => void f(runtime, x, { ...how, mask: new Uint8Array(x.buffer, 0, N) }));
        }
      }
      atRest();
    });
  });

  describe.each(DTYPES)("heap of 65536, logits of %s", (dtype) => {
    let before: () => void = () => {};
    const runtime = watched(backend, 65536, () => before());
    const want = steadyResults(runtime);

    it.each(some(Object.entries(WRITES)))("%s", (_, write) => {
      const next = random(8);
      const x = new Float32Array(N);
      // outside and in the heap, by turns
      const places = [new Uint16Array(N), runtime.alloc(N, dtype)];
      let turn = 0;
      const live = (call: (bits: Uint16Array) => ArrayLike<number> | undefined): void => {
        const bits = places[turn++ % 2];
        for (let i = 0; i < N; i++) x[i] = 10 * next();
        bits.set(bitsOf(x, dtype));
        before = () => {
          write(x, next);
          bits.set(bitsOf(x, dtype));
        };
        harmless(() => call(bits));
      };
      for (const [, call] of VOCABULARY) live((bits) => call(runtime, bits, { dtype }, next()));
      for (const f of ALONG) live((bits) => void f(runtime, bits, { ...SHAPES[turn % 4], dtype }));
      before = () => {};
      runtime.free();
      expect(steadyResults(runtime)).toEqual(want);
    });
  });

  it("a thread that never stops writing", async () => {
    const memory = new SharedArrayBuffer(4 * N + 4 * Math.ceil(N / 32));
    const [x, mask] = [new Float32Array(memory, 0, N), new Uint32Array(memory, 4 * N)];
    const bits = new Uint16Array(memory, 2 * N, N); // the upper half of the logits: as the writer has it, any bits at all
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const writer = new Worker(
      `const { workerData: [memory, stop, n], parentPort } = require("node:worker_threads");
       const x = new Float32Array(memory, 0, n), mask = new Uint32Array(memory, 4 * n);
       parentPort.postMessage("ready");
       for (let r = 1; Atomics.load(stop, 0) === 0; r++) {
         const scale = 10 ** (r % 60 - 20);
         for (let i = 0; i < n; i++) x[i] = scale * ((i * r * 7919) % 1009 - 500);
         for (let i = 0; i < mask.length; i++) mask[i] = (i * r * 2654435761) | 0;
       }`,
      { eval: true, workerData: [memory, stop, N] },
    );
    await new Promise((resolve) => writer.once("message", resolve));
    const runtimes = [65536, 1 << 20].map((bytes) => watched(backend, bytes, () => {}));
    const next = random(3);
    try {
      for (const end = Date.now() + 1500; Date.now() < end; ) {
        for (const runtime of runtimes) {
          for (const [, call] of VOCABULARY.slice(0, -1))
            harmless(() => call(runtime, x, { mask: next() < 0.3 ? mask : undefined }, next()));
          for (const f of ALONG) harmless(() => void f(runtime, x, SHAPES[Math.floor(4 * next())]));
          for (const dtype of DTYPES) {
            for (const [, call] of VOCABULARY.slice(0, -1)) harmless(() => call(runtime, bits, { dtype }, next()));
            for (const f of ALONG) harmless(() => void f(runtime, bits, { ...SHAPES[Math.floor(4 * next())], dtype }));
          }
        }
      }
    } finally {
      Atomics.store(stop, 0, 1);
      await writer.terminate();
    }
    const wanted = steadyResults(watched(backend, 65536, () => {}));
    for (const runtime of runtimes) expect(steadyResults(runtime)).toEqual(wanted);
  });
});

/**
 * A call of every function, with every array it can take: what holds for all of them is tested on each. A new function is a
 * new entry here.
 */
import type { Runtime, SampleResult, TopKResult, TruncateResult, VerifyDraftResult } from "../../src/index";
import { random } from "./random.mjs";

export type Values = Float32Array | Uint8Array | Uint16Array | Uint32Array;
export type Arrays = Record<string, Values>;

export interface Call {
  readonly name: Exclude<keyof Runtime, "backend" | "rejected" | "alloc" | "free">;
  /** What it is called where another call of the same function is too; default name. */
  readonly label?: string;
  /** Names of the arrays that may have 16 bits. */
  readonly halves?: readonly string[];
  /** Fresh arrays for `floats` of x (of k, of outA); an integer that is a multiple of 12. */
  readonly arrays: (floats: number) => Arrays;
  /** Names of the arrays that come before the options. */
  readonly positional: readonly string[];
  /** Arguments that are no arrays, which come after those. */
  readonly scalars?: readonly unknown[];
  /** Names of the arrays that are written to. */
  readonly outputs: readonly string[];
  /** The arrays of a result that the call made. */
  readonly result?: (result: unknown) => Arrays;
  readonly options: (floats: number) => Record<string, unknown>;
}

const next = random(6);
const draw = (n: number): Float32Array => Float32Array.from({ length: n }, () => 6 * next() - 3);
const flags = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i % 5 === 2 ? 0 : 1));
const words = (n: number): Uint32Array =>
  Uint32Array.from({ length: Math.ceil(n / 32) }, (_, i) => 0xdb6db6db >>> (i % 3));
const ROWS = 3;

const along = (name: Call["name"], options: object, more: (floats: number) => Arrays): Call => ({
  name,
  arrays: (n) => ({ x: draw(n), out: new Float32Array(n), ...more(n) }),
  positional: ["x"],
  halves: ["x", "out"],
  outputs: ["out", "support"],
  options: (n) => ({ shape: [ROWS, n / ROWS], ...options }),
});
const masked = (n: number): Arrays => ({ mask: flags(n) });
const supported = (n: number): Arrays => ({ ...masked(n), support: new Uint32Array(ROWS) });

/** Two heads, three queries of four floats; k and v have `floats`. */
const QUERIES = 3;
const DIM = 4;
const attention: Call = {
  name: "attention",
  arrays: (n) => {
    const keys = n / DIM;
    return {
      q: draw(2 * QUERIES * DIM),
      k: draw(n),
      v: draw(n),
      bias: draw(QUERIES * keys),
      mask: flags(QUERIES * keys),
      alibi: Float32Array.of(0.5, 0.25),
      sinks: Float32Array.of(0.1, -0.2),
      keyLengths: Uint32Array.of(keys - 1),
      out: new Float32Array(2 * QUERIES * DIM),
      lse: new Float32Array(2 * QUERIES),
      weights: new Float32Array(2 * QUERIES * keys),
    };
  },
  positional: ["q", "k", "v"],
  halves: ["q", "k", "v", "bias", "out"],
  outputs: ["out", "lse", "weights"],
  options: () => ({ headDim: DIM, heads: 2, kvHeads: 1 }),
};

export const EVERY_CALL: readonly Call[] = [
  along("softmax", {}, masked),
  along("logSoftmax", {}, masked),
  along("logSumExp", {}, (n) => ({ ...masked(n), out: new Float32Array(ROWS) })),
  along("entropy", { temperature: 0.7 }, (n) => ({ ...masked(n), out: new Float32Array(ROWS) })),
  along("hardmax", { temperature: 0.5 }, masked),
  along("sparsemax", { temperature: 0.5 }, supported),
  along("entmax15", { temperature: 2 }, supported),
  along("entmax", { alpha: 1.3, temperature: 0.5 }, supported),
  {
    name: "pack16",
    arrays: (n) => ({ x: draw(n), out: new Uint16Array(n) }),
    positional: ["x"],
    outputs: ["out"],
    options: () => ({ dtype: "float16" }),
  },
  {
    name: "unpack16",
    arrays: (n) => ({
      x: Uint16Array.from({ length: n }, () => 65536 * ((next() * 0.96) % 0.5)),
      out: new Float32Array(n),
    }),
    positional: ["x"],
    outputs: ["out"],
    options: () => ({ dtype: "bfloat16" }),
  },
  attention,
  {
    name: "mergeAttention",
    arrays: (n) => ({ outA: draw(n), lseA: draw(n / DIM), outB: draw(n), lseB: draw(n / DIM) }),
    positional: ["outA", "lseA", "outB", "lseB"],
    outputs: ["outA", "lseA"],
    options: () => ({ valueDim: DIM }),
  },
  {
    name: "topK",
    arrays: (n) => ({ logits: draw(n), mask: words(n) }),
    positional: ["logits"],
    halves: ["logits"],
    scalars: [7],
    outputs: [],
    options: () => ({ temperature: 0.7 }),
    result: (result) => {
      const { indices, logProbs, logSumExp } = result as TopKResult;
      return { indices, logProbs, logSumExp: Float32Array.of(logSumExp) };
    },
  },
  {
    name: "sample",
    arrays: (n) => ({ logits: draw(n), mask: words(n) }),
    positional: ["logits"],
    halves: ["logits"],
    outputs: [],
    options: () => ({ topP: 0.9, random: () => 0.6 }),
    result: (result) => ({ drawn: Float32Array.from(Object.values(result as SampleResult)) }),
  },
  {
    name: "truncate",
    arrays: (n) => ({ logits: draw(n), mask: words(n) }),
    positional: ["logits"],
    halves: ["logits"],
    outputs: [],
    options: () => ({ topK: 9, minP: 0.1 }),
    result: (result) => ({ ...(result as TruncateResult) }),
  },
  {
    name: "logProbs",
    arrays: (n) => ({ logits: draw(n), mask: words(n) }),
    positional: ["logits"],
    halves: ["logits"],
    scalars: [[1, 0, 1]],
    outputs: [], // out is written by the host, when all is done: test/functions/logProbs.test.ts
    options: (n) => ({ shape: [1, n], temperature: 0.8 }),
    result: (result) => ({ y: result as Float32Array }),
  },
  {
    name: "verifyDraft",
    arrays: (n) => {
      const target = draw(3 * n);
      return { target, draft: target.slice(0, 2 * n) }; // so that all is accepted, and each row is read once
    },
    positional: ["target"],
    halves: ["target", "draft"],
    scalars: [[0, 1]],
    outputs: [],
    options: (n) => ({ shape: [3, n], temperature: 0.8, random: () => 0.4 }),
    result: (result) => {
      const { logProbs, ...numbers } = result as VerifyDraftResult;
      return { logProbs, drawn: Float32Array.from(Object.values(numbers)) };
    },
  },
];

/** Floats as bits of a format, rounded: by definition where they have no more digits than it, else cut off, which serves as well. */
export function bitsOf(values: Values, dtype: "float16" | "bfloat16"): Uint16Array {
  const words = new Uint32Array(new Float32Array(values).buffer);
  const bits = new Uint16Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const exponent = Math.min(Math.max(((word >>> 23) & 255) - 112, 0), 31);
    const float16 = ((word >>> 16) & 0x8000) | (exponent << 10) | (exponent === 0 ? 0 : (word >>> 13) & 1023);
    bits[i] = dtype === "bfloat16" ? word >>> 16 : float16;
  }
  return bits;
}

/** The calls that take 16 bits, with as many arrays of them as there may be. */
export const HALF_CALLS: readonly Call[] = EVERY_CALL.filter(({ halves }) => halves !== undefined).flatMap((call) =>
  (["float16", "bfloat16"] as const).map((dtype) => ({
    ...call,
    label: `${call.name} of ${dtype}`,
    arrays: (n: number) =>
      Object.fromEntries(
        Object.entries(call.arrays(n)).map(([name, values]) => [
          name,
          call.halves?.includes(name) ? bitsOf(values, dtype) : values,
        ]),
      ),
    options: (n: number) => ({ ...call.options(n), dtype }),
  })),
);

/** The call's arguments from its arrays. */
export function argumentsOf(call: Call, arrays: Arrays, floats: number): unknown[] {
  const named = Object.entries(arrays).filter(([name]) => !call.positional.includes(name));
  const { scalars = [] } = call;
  return [
    ...call.positional.map((name) => arrays[name]),
    ...scalars,
    { ...call.options(floats), ...Object.fromEntries(named) },
  ];
}

export const run = (runtime: Runtime, call: Call, args: readonly unknown[]): unknown =>
  (runtime[call.name] as (...args: readonly unknown[]) => unknown)(...args);

/** The results of the call on ordinary arrays: the arrays that it wrote to, and those that it made. */
export function written(call: Call, arrays: Arrays, result: unknown): Arrays {
  const outputs = call.outputs.filter((name) => name in arrays).map((name) => [name, arrays[name]]);
  return { ...Object.fromEntries(outputs), ...call.result?.(result) };
}

/** Copies, ordinary arrays all of them. */
export const copies = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, values.slice()]));

/**
 * Arrays that another thread writes to while attention reads them, and arrays that lie about themselves. The other thread is
 * played by the kernels: around each of their calls every array of the caller's is written over, which is the most it could do
 * between two passes.
 */
import { describe, expect, it } from "vitest";
import type { AttentionOptions, Dtype, Runtime } from "../../src/index";
import { BACKENDS } from "../judge/backends";
import { drawn } from "../judge/drawn";
import { machineOf, runtimeOnMachine, wrapped } from "../judge/engines";
import { bitsOf } from "../judge/everyCall";
import { random } from "../judge/random.mjs";

type Values = Float32Array | Uint8Array | Uint16Array | Uint32Array;
type Arrays = Record<string, Values>;

const BYTES = 131072;

const next = random(18);
const draw = (n: number) => Float32Array.from({ length: n }, () => 2 * next() - 1);

interface Shape {
  readonly name: string;
  readonly arrays: () => Arrays;
  readonly run: (runtime: Runtime, arrays: Arrays) => unknown;
}

const attentionOf = (queries: number, keys: number, headDim: number, said: Partial<AttentionOptions> = {}): Shape => ({
  name: `attention ${queries}×${keys}×${headDim} ${JSON.stringify(said)}`,
  arrays: () => ({
    q: draw(2 * 2 * queries * headDim),
    k: draw(2 * (said.kvHeads ?? 1) * keys * headDim),
    v: draw(2 * (said.kvHeads ?? 1) * keys * headDim),
    bias: draw(queries * keys),
    mask: Uint8Array.from({ length: queries * keys }, () => (next() < 0.8 ? 1 : 0)),
    alibi: draw(2),
    sinks: draw(2),
    keyLengths: Uint32Array.of(keys, keys - 2),
    out: new Float32Array(2 * 2 * queries * headDim),
    lse: new Float32Array(2 * 2 * queries),
    weights: new Float32Array(2 * 2 * queries * keys),
  }),
  run: (runtime, { q, k, v, ...options }) =>
    runtime.attention(q as Float32Array, k as Float32Array, v as Float32Array, {
      headDim,
      heads: 2,
      kvHeads: 1,
      batch: 2,
      ...said,
      ...options,
    }),
});

/** The same with q, k, v, bias and out of 16 bits. */
const halved = ({ name, arrays, run }: Shape, dtype: Dtype): Shape => ({
  name: `${name} of ${dtype}`,
  arrays: () =>
    Object.fromEntries(
      Object.entries(arrays()).map(([key, values]) => [key, HALVES.includes(key) ? bitsOf(values, dtype) : values]),
    ),
  run: (runtime, given) => run(runtime, { ...given, dtype } as never),
});
const HALVES = ["q", "k", "v", "bias", "out"];

const SHAPES: Shape[] = [
  attentionOf(1, 9, 4),
  attentionOf(1, 700, 16, { window: [400, 3] }),
  attentionOf(30, 50, 8, { causal: true }),
  attentionOf(25, 500, 20, { softcap: 3 }),
  halved(attentionOf(1, 9, 4), "float16"),
  halved(attentionOf(1, 700, 16, { kvHeads: 2 }), "float16"),
  halved(attentionOf(1, 500, 16, { kvHeads: 2, window: [400, 3] }), "bfloat16"),
  halved(attentionOf(25, 500, 20), "bfloat16"),
  {
    name: "mergeAttention",
    arrays: () => ({ outA: draw(9000), lseA: draw(1000), outB: draw(9000), lseB: draw(1000) }),
    run: (runtime, { outA, lseA, outB, lseB }) =>
      runtime.mergeAttention(
        ...([outA, lseA, outB, lseB] as Float32Array[] as [Float32Array, Float32Array, Float32Array, Float32Array]),
        {
          valueDim: 9,
        },
      ),
  },
];

const copies = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([key, x]) => [key, x.slice()]));

function expectSame(got: Arrays, want: Arrays, label: string): void {
  for (const key of Object.keys(want)) {
    const at = [...want[key]].findIndex((y, n) => !Object.is(y, got[key][n]));
    if (at >= 0) expect.fail(`${label}: ${key}[${at}] is ${got[key][at]}, not ${want[key][at]}`);
  }
}

const CANARY = 0xa5;
const MARGIN = 64;

/** The same values between two margins of shared memory. */
function shared(values: Values): { view: Values; bytes: Uint8Array } {
  const bytes = new Uint8Array(new SharedArrayBuffer(values.byteLength + 2 * MARGIN)).fill(CANARY);
  const View = values.constructor as new (buffer: ArrayBufferLike, from: number, length: number) => Values;
  const view = new View(bytes.buffer, MARGIN, values.length);
  view.set(values);
  return { view, bytes };
}

const marginsHold = (bytes: Uint8Array): boolean =>
  [...bytes.subarray(0, MARGIN), ...bytes.subarray(bytes.length - MARGIN)].every((b) => b === CANARY);

/** The words that a writer leaves: numbers, NaN and infinities, lengths beyond every array. */
const WORDS = Uint32Array.of(
  0,
  0x7fc00000,
  0x7f800000,
  0xff800000,
  0x7f7fffff,
  0xffffffff,
  0x3f800000,
  0x01010101,
  0x7149f2ca,
);

describe.each(BACKENDS)("live arrays on %s", (backend) => {
  let meddle = (): void => undefined;
  const runtime = runtimeOnMachine(
    wrapped(machineOf(backend, BYTES), (kernel) => (...args) => {
      meddle();
      const result = kernel(...args);
      meddle();
      return result;
    }),
  );

  it.each(SHAPES)(
    "written to during the call, $name: nothing else is, and the next call is right",
    ({ arrays, run }) => {
      const plain = arrays();
      const want = copies(plain);
      runtime.free();
      run(runtime, want);
      const own = runtime.alloc(1000).fill(7);
      for (let seed = 0; seed < drawn(10); seed++) {
        const random32 = random(seed);
        const live = Object.entries(copies(plain)).map(([key, values]) => ({ key, ...shared(values) }));
        meddle = () => {
          for (const { view } of live) {
            const word = WORDS[Math.floor(random32() * WORDS.length)];
            const { buffer, byteOffset, byteLength } = view;
            const words =
              byteLength % 4 === 0
                ? new Uint32Array(buffer, byteOffset, byteLength / 4)
                : new Uint8Array(buffer, byteOffset, byteLength);
            words.fill(word, random32() < 0.5 ? 0 : Math.floor(random32() * words.length));
          }
        };
        run(runtime, Object.fromEntries(live.map(({ key, view }) => [key, view])));
        meddle = () => undefined;
        for (const { key, bytes } of live) expect(marginsHold(bytes), `around ${key}, seed ${seed}`).toBe(true);
        expect(own.every((y) => y === 7)).toBe(true);
        const again = copies(plain);
        runtime.free();
        run(runtime, again);
        runtime.alloc(1000);
        own.fill(7);
        expectSame(again, want, `the call after it, seed ${seed}`);
        expect(runtime.softmax([0, 0])).toEqual(Float32Array.of(0.5, 0.5));
      }
    },
  );

  const LIES: [string, (view: Values, calls: () => void) => PropertyDescriptorMap][] = [
    ["a length of 4e9", () => ({ length: { value: 4e9 } })],
    ["a length of 1", () => ({ length: { value: 1 }, byteLength: { value: 4 } })],
    ["a byteOffset", () => ({ byteOffset: { value: 4096 } })],
    [
      "a buffer that calls",
      (view, calls) => {
        const { buffer } = view;
        return {
          buffer: {
            get: () => {
              calls();
              return buffer;
            },
          },
        };
      },
    ],
  ];

  it.each(SHAPES)("that lie, $name: are taken as what they are", ({ arrays, run }) => {
    runtime.free();
    const plain = arrays();
    const want = copies(plain);
    const inner = SHAPES[1].arrays();
    run(runtime, want);
    for (const [lie, descriptors] of LIES) {
      for (const key of Object.keys(plain)) {
        const given = copies(plain);
        Object.defineProperties(
          given[key],
          descriptors(given[key], () => SHAPES[1].run(runtime, inner)),
        );
        run(runtime, given);
        expectSame(given, want, `${key} with ${lie}`);
      }
    }
  });
});

import { describe, expect, it } from "vitest";
import type { AttentionOptions } from "../../src/ops/attention/attention";
import { BACKENDS, runtimeOf } from "../judge/backends";

const Q = new Float32Array(2 * 3 * 4); // two heads, three queries of four floats
const K = new Float32Array(2 * 5 * 4);
const GOOD: AttentionOptions = { headDim: 4, heads: 2 };
const shared = new Float32Array(100);

const WRONG: [options: object, type: typeof TypeError | typeof RangeError, message: string][] = [
  [{ headDim: undefined }, TypeError, '"headDim" expected a number, got undefined'],
  [{ headDim: 0 }, RangeError, '"headDim" expected an integer >= 1, got 0'],
  [{ headDim: 5 }, RangeError, '"q" expected a length divisible by batch · heads · headDim = 10, got 24'],
  [{ headDim: "4" }, TypeError, '"headDim" expected a number, got string'],
  [{ heads: 1.5 }, RangeError, '"heads" expected an integer >= 1, got 1.5'],
  [{ heads: 6, headDim: 1, kvHeads: 4 }, RangeError, '"kvHeads" expected a divisor of heads = 6, got 4'],
  [{ valueDim: 3 }, RangeError, '"v" expected length 30 (5 keys, as k has, of 3 floats), got 40'],
  [{ layout: "sbhd" }, RangeError, '"layout" expected "bhsd" or "bshd", got "sbhd"'],
  [{ scale: Number.NaN }, RangeError, '"scale" expected a finite number, got NaN'],
  [{ causal: 1 }, TypeError, '"causal" expected a boolean, got number 1'],
  [{ window: -1 }, RangeError, '"window" expected an integer >= 0, or two of them, got -1'],
  [{ window: [1, 2, 3] }, RangeError, '"window" expected an integer >= 0, or two of them, got [1, 2, 3]'],
  [{ window: "3" }, TypeError, '"window" expected a number or [left, right], got string'],
  [{ queryOffset: 0.5 }, RangeError, '"queryOffset" expected an integer, got 0.5'],
  [{ softcap: 0 }, RangeError, '"softcap" expected a finite number > 0, got 0'],
  [{ bias: [1] }, TypeError, '"bias" expected a Float32Array, got Array'],
  [{ bias: new Float32Array(14) }, RangeError, '"bias" expected length 15 (shape [1, 1, 3, 5]), got 14'],
  [
    { bias: new Float32Array(15), biasShape: [1, 3, 1, 5] },
    RangeError,
    '"biasShape" expected [1 or 1, 2 or 1, 3 or 1, 5] (batch, heads, queries, keys), got [1, 3, 1, 5]',
  ],
  [{ maskShape: [1, 1, 3, 5] }, TypeError, '"mask" expected an array beside "maskShape", got undefined'],
  [{ mask: new Float32Array(15) }, TypeError, '"mask" expected a Uint8Array, got Float32Array'],
  [{ alibi: new Float32Array(3) }, RangeError, '"alibi" expected length 2 (one a head), got 3'],
  [{ sinks: [1, 2] }, TypeError, '"sinks" expected a Float32Array, got Array'],
  [{ keyLengths: Uint32Array.of(6) }, RangeError, '"keyLengths" expected at most the 5 keys of k, got 6 at index 0'],
  [{ out: new Float32Array(23) }, RangeError, '"out" expected length 24 (shape [1, 2, 3, 4]), got 23'],
  [{ lse: new Float32Array(5) }, RangeError, '"lse" expected length 6 ([batch, heads, queries]), got 5'],
  [{ weights: new Float32Array(5) }, RangeError, '"weights" expected length 30 ([batch, heads, queries, keys]), got 5'],
  [
    { lse: shared.subarray(0, 6), weights: shared.subarray(5, 35) },
    RangeError,
    `"weights" expected memory apart from lse's, got bytes 20 to 140 of the buffer where lse has 0 to 24`,
  ],
];

const WHICH = '(bits of floats? say which: dtype "float16" or "bfloat16")';
const bits = (length: number): Uint16Array => new Uint16Array(length);

/** What is wrong about 16 bits: q, k and v are float32s but for those named. */
const WRONG16: [given: object, type: typeof TypeError | typeof RangeError, message: string][] = [
  [{ dtype: "half" }, RangeError, '"dtype" expected "float16" or "bfloat16", got "half"'],
  [{ dtype: 16 }, TypeError, '"dtype" expected "float16" or "bfloat16", got number 16'],
  ...(["q", "k", "v"] as const).map((name): (typeof WRONG16)[number] => [
    { [name]: bits(24) },
    TypeError,
    `"${name}" expected a Float32Array or an array of numbers, got Uint16Array ${WHICH}`,
  ]),
  [{ bias: bits(15) }, TypeError, `"bias" expected a Float32Array, got Uint16Array ${WHICH}`],
  [{ out: bits(24) }, TypeError, `"out" expected a Float32Array, got Uint16Array ${WHICH}`],
  [
    { dtype: "float16", k: bits(39) },
    RangeError,
    '"k" expected a length divisible by batch · kvHeads · headDim = 8, got 39',
  ],
  [{ dtype: "float16", v: bits(39) }, RangeError, '"v" expected length 40 (5 keys, as k has, of 4 floats), got 39'],
  [{ dtype: "float16", out: bits(23) }, RangeError, '"out" expected length 24 (shape [1, 2, 3, 4]), got 23'],
  [{ dtype: "float16", bias: bits(14) }, RangeError, '"bias" expected length 15 (shape [1, 1, 3, 5]), got 14'],
  // these are float32s, whatever the dtype
  [{ dtype: "float16", lse: bits(6) }, TypeError, '"lse" expected a Float32Array, got Uint16Array'],
  [{ dtype: "float16", weights: bits(30) }, TypeError, '"weights" expected a Float32Array, got Uint16Array'],
  [{ dtype: "float16", alibi: bits(2) }, TypeError, '"alibi" expected a Float32Array, got Uint16Array'],
  [{ dtype: "float16", sinks: bits(2) }, TypeError, '"sinks" expected a Float32Array, got Uint16Array'],
];

describe.each(BACKENDS)("attention's errors on %s", (backend) => {
  const { attention, mergeAttention } = runtimeOf(backend);

  it.each(WRONG)("%o", (options, type, message) => {
    const run = () => attention(Q, K, K, { ...GOOD, ...options });
    expect(run).toThrow(type);
    expect(run).toThrow(`attention: ${message}`);
  });

  it("wants outputs apart from inputs, writes nothing before, and works on", () => {
    const k = new Float32Array(24).fill(1);
    expect(() => attention(Q, k, k.slice(), { ...GOOD, out: k })).toThrow('"out" expected memory apart from k');
    const buffer = new Float32Array(30);
    const run = () => attention(buffer.subarray(0, 24), k, k, { ...GOOD, out: buffer.subarray(4, 28) });
    expect(run).toThrow(RangeError);
    const lse = new Float32Array(6).fill(9);
    expect(() => attention(Q, k, k, { ...GOOD, lse, softcap: -1 })).toThrow(RangeError);
    expect([...lse]).toEqual(new Array(6).fill(9));
    expect([...attention(Q, k, k, GOOD)]).toEqual(new Array(24).fill(1));
    expect(() => attention(null as never, k, k, GOOD)).toThrow(TypeError);
    expect(() => attention(Q, k, k, null as never)).toThrow(TypeError);
  });

  it.each(WRONG16)("of 16 bits: %o", (given, type, message) => {
    const { q, k, v, ...options } = { q: Q, k: K, v: K, ...given };
    const run = () => attention(q, k, v, { ...GOOD, ...options });
    expect(run).toThrow(type);
    expect(run).toThrow(`attention: ${message}`);
  });

  it("wants an out of 16 bits apart from k, v and bias, and from q unless it is exactly q", () => {
    const memory = new Uint16Array(100).fill(0x3c00); // 1 as a float16
    const options = { ...GOOD, dtype: "float16" } as const;
    const part = (from: number, length: number) => memory.subarray(from, from + length);
    const kept = memory.slice();
    const other = new Float32Array(40).fill(1);
    const q = new Float32Array(memory.buffer, 0, 24);
    const meets = (name: string, run: () => unknown) => {
      expect(run).toThrow(RangeError);
      expect(run).toThrow(`attention: "out" expected memory apart from ${name}'s`);
    };
    meets("k", () => attention(Q, part(10, 40), other, { ...options, out: part(49, 24) }));
    meets("v", () => attention(Q, other, part(10, 40), { ...options, out: part(0, 24) }));
    meets("bias", () => attention(Q, other, other, { ...options, bias: part(20, 15), out: part(34, 24) }));
    meets("q", () => attention(part(0, 24), other, other, { ...options, out: part(1, 24) }));
    meets("q", () => attention(q, other, other, { ...options, out: part(0, 24) })); // as far in elements, not in bytes
    expect(memory).toEqual(kept);
    expect(attention(part(0, 24), part(24, 40), other, { ...options, out: part(0, 24) })).toEqual(part(0, 24));
    expect(memory).toEqual(kept); // every value is 1
  });

  it("mergeAttention names what does not match", () => {
    const [a, b] = [new Float32Array(6), new Float32Array(6)];
    const lses = [new Float32Array(2), new Float32Array(2)] as const;
    expect(() => mergeAttention(a, lses[0], b, lses[1], { valueDim: 4 })).toThrow(
      '"outA" expected length 8 (lseA.length = 2 rows of valueDim = 4), got 6',
    );
    expect(() => mergeAttention(a, lses[0], b, new Float32Array(3), { valueDim: 3 })).toThrow(
      '"lseB" expected length 2',
    );
    expect(() => mergeAttention(a, lses[0], a, lses[1], { valueDim: 3 })).toThrow("memory apart from outB");
    expect(() => mergeAttention(a, [] as never, b, lses[1], { valueDim: 3 })).toThrow(TypeError);
    const halves = [new Uint16Array(6), lses[0], b, lses[1], { valueDim: 3 }] as never as Parameters<
      typeof mergeAttention
    >;
    expect(() => mergeAttention(...halves)).toThrow('"outA" expected a Float32Array, got Uint16Array');
    expect(() => mergeAttention(a, lses[0], b, lses[1], {} as never)).toThrow('"valueDim" expected a number');
  });
});

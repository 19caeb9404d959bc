/** Keys and values that do not fit the heap: blocks of rows meet chunks of keys, whatever heads, queries and heap are. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime } from "../../src/index";
import { streamed } from "../judge/attentionGrid";
import { attentionFailure, attentionReference } from "../judge/attentionReference";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { drawn } from "../judge/drawn";

const DRAWN = streamed(20261129, drawn(50)).map((one) => ({ ...one, want: attentionReference(one.call) }));

describe.each(BACKENDS)("attention over keys beyond the heap on %s", (backend) => {
  const heaps = new Map<number, Runtime>();
  const heapOf = (heapBytes: number): Runtime => {
    const runtime = heaps.get(heapBytes) ?? createRuntime({ backend, heapBytes });
    heaps.set(heapBytes, runtime);
    return runtime;
  };

  it(`is the definition (${DRAWN.length} calls at random)`, () => {
    for (const { call, heapBytes, label, want } of DRAWN) {
      const { attention } = heapOf(heapBytes);
      const lse = new Float32Array(want.lse.length).fill(77);
      const weights = new Float32Array(want.weights.length).fill(77);
      const out = attention(call.q, call.k, call.v, { ...call.options, lse });
      const whole = attention(call.q, call.k, call.v, { ...call.options, weights });
      const failure =
        attentionFailure({ out, lse }, want, call.v, `${backend} ${label}`) ??
        attentionFailure({ out: whole, weights }, want, call.v, `${backend} with weights, ${label}`);
      if (failure) expect.fail(failure);
    }
  });

  it.each([
    { heads: 2, kvHeads: 1, queries: 24, keys: 100000, headDim: 1 },
    { heads: 4, kvHeads: 1, queries: 20, keys: 17000, headDim: 64 },
    { heads: 8, kvHeads: 2, queries: 7, keys: 40000, headDim: 32 }, // slices of three heads, 21 rows, not a multiple of 6
  ])("every head of a block gets its own: %o", ({ heads, kvHeads, queries, keys, headDim }) => {
    const { attention } = runtimeOf(backend);
    const lse = new Float32Array(heads * queries);
    const sinks = Float32Array.from({ length: heads }, (_, h) => Math.log(keys * h));
    const q = new Float32Array(heads * queries * headDim);
    const k = new Float32Array(kvHeads * keys * headDim);
    const v = new Float32Array(kvHeads * keys * headDim).fill(1);
    const out = attention(q, k, v, { headDim, heads, kvHeads, lse, sinks }); // a sink of log(keys · h): 1 / (1 + h)
    out.forEach((y, n) => {
      const h = Math.floor(n / (queries * headDim));
      if (!(Math.abs(y - 1 / (1 + h)) <= 2e-6)) expect.fail(`out ${n}, head ${h}: ${y}`);
    });
    lse.forEach((l, n) => {
      const want = Math.log(keys * (1 + Math.floor(n / queries)));
      if (!(Math.abs(l - want) <= 2e-6 * want)) expect.fail(`lse ${n}: ${l}, not ${want}`);
    });
  });
});

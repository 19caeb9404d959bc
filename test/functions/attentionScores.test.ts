/** Scores at the ends of float32, positions at the ends of the integers, and a bias that masks. */
import { describe, expect, it } from "vitest";
import { createRuntime } from "../../src/index";
import type { AttentionOptions } from "../../src/ops/attention/attention";
import { attentionFailure, attentionReference, type Call, callOf, sizesOf } from "../judge/attentionReference";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { random } from "../judge/random.mjs";

const FLT_MAX = 3.4028234663852886e38;

/** Few keys and many, few queries and many, heads that share keys. */
const SIZES = [
  { queries: 1, keys: 5 },
  { queries: 1, keys: 150 },
  { queries: 3, keys: 150, heads: 2, kvHeads: 1 },
  { queries: 40, keys: 150, heads: 2 },
  { queries: 13, keys: 700, heads: 4, kvHeads: 2, layout: "bshd" },
  { queries: 2, keys: 5000, heads: 2, kvHeads: 1 }, // these stream through 64 KiB
  { queries: 14, keys: 4000, heads: 2, kvHeads: 1 },
] as const;

const LIMITS: Partial<AttentionOptions>[] = [
  {},
  { causal: true },
  { window: [50, 20] },
  { softcap: 5 },
  { layout: "bshd", causal: true, window: 60 },
];

/**
 * Queries and keys of three floats whose products are small, large but far apart, beyond float32 in both directions, or beyond
 * it on the way only.
 */
function extreme(seed: number, queries: number, keys: number, options: AttentionOptions): Call {
  const next = random(seed);
  const call = callOf(seed, queries, keys, { ...options, headDim: 3, valueDim: 2 });
  const { q, k } = call;
  const size = [0, 1e30, 3e38][seed % 3];
  for (let at = 0; at < q.length; at += 3) q.set(next() < 0.3 ? [0, 0] : [size, size], at);
  const first = [
    () => [0, 0],
    () => [1e30, -1e30],
    () => [-1e30, 1e25],
    () => [1e30, 1e25],
    () => [Math.ceil(9 * next()) * (size > 1e30 ? 0.03 : 1e7), 0],
  ];
  // some calls have nothing beyond float32 upwards, some nothing but what is beyond it downwards
  const kinds = [first, first.slice(0, 3), [first[2]], [first[0], first[2], first[4]]][Math.floor(seed / 3) % 4];
  for (let at = 0; at < k.length; at += 3) k.set(kinds[Math.floor(next() * kinds.length)](), at);
  return call;
}

function* extremes() {
  let seed = 0;
  for (const { queries, keys, ...sizes } of SIZES) {
    for (const limits of keys > 1000 ? LIMITS.slice(1, 4) : LIMITS) {
      for (let n = 0; n < (keys > 1000 ? 2 : 6); n++, seed++) {
        const next = random(seed);
        const call = extreme(seed, queries, keys, { headDim: 3, scale: n % 2 ? 1 : 10, ...sizes, ...limits });
        if (next() < 0.4) {
          const biases = [0, 3e38, -3e38, -Infinity];
          call.options.bias = Float32Array.from({ length: queries * keys }, () => biases[Math.floor(4 * next())]);
        }
        if (next() < 0.3) call.options.mask = Uint8Array.from({ length: queries * keys }, () => (next() < 0.7 ? 1 : 0));
        if (next() < 0.2) call.options.sinks = new Float32Array(sizesOf(call).heads).fill(0.5);
        const label = `seed ${seed}, ${queries}×${keys} ${JSON.stringify({ ...sizes, ...limits })}`;
        yield { call, want: attentionReference(call), label };
      }
    }
  }
}
const EXTREMES = [...extremes()];

describe.each(BACKENDS)("attention's scores on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const { attention, mergeAttention } = runtime;
  const small = createRuntime({ backend, heapBytes: 65536 });

  const results = (on: typeof runtime, { q, k, v, options }: Call) => {
    const { batch, heads, queries, keys } = sizesOf({ q, k, v, options });
    const lse = new Float32Array(batch * heads * queries).fill(77);
    const weights = new Float32Array(batch * heads * queries * keys).fill(77);
    const out = on.attention(q, k, v, { ...options, lse, weights });
    return { out, lse, weights, alone: on.attention(q, k, v, options) };
  };

  const expectSame = (got: ReturnType<typeof results>, want: ReturnType<typeof results>, label: string): void => {
    for (const key of ["out", "lse", "weights", "alone"] as const) {
      const at = got[key].findIndex((y, n) => !Object.is(y, want[key][n]));
      if (at >= 0) expect.fail(`${label}: ${key}[${at}] ${got[key][at]}, not ${want[key][at]}`);
    }
  };

  it("an offset of any size cuts nothing off where nothing limits sight", () => {
    const v = [1, 2, 3, 4];
    for (const queryOffset of [1e12, -1e12, 2 ** 29, -(2 ** 29), 2 ** 31, Number.MAX_SAFE_INTEGER, -(2 ** 53) + 1]) {
      for (const queries of [1, 3, 40]) {
        const q = new Float32Array(queries);
        const limitless = { headDim: 1, queryOffset };
        for (const options of [limitless, { ...limitless, window: Infinity }, { ...limitless, window: 1e300 }]) {
          expect(attention(q, new Float32Array(4), v, options)).toEqual(q.map(() => 2.5));
        }
        expect(attention(q, new Float32Array(4), v, { ...limitless, causal: true })[0]).toBe(queryOffset < 0 ? 0 : 2.5);
      }
    }
  });

  it("a window reaches as far as it says from wherever a query stands", () => {
    const keys = 2000;
    const v = Float32Array.from({ length: keys }, (_, j) => j);
    for (const far of [1000, 2 ** 29, 2 ** 31 - 3, 2 ** 40, 2 ** 53 - 1000]) {
      for (const queries of [1, 4, 30]) {
        const [q, k] = [new Float32Array(queries), new Float32Array(keys)];
        // keys from 500 + i on, and keys up to 500 + i
        const above = { headDim: 1, queryOffset: far, window: [far - 500, Infinity] as const };
        const below = { headDim: 1, queryOffset: -far, window: [Infinity, far + 500] as const };
        for (const on of [runtime, small]) {
          on.attention(q, k, v, above).forEach((y, i) => {
            expect(Math.abs(y - (500 + i + keys - 1) / 2), `from ${500 + i}, ${far}`).toBeLessThan(2e-6 * keys);
          });
          on.attention(q, k, v, below).forEach((y, i) => {
            expect(Math.abs(y - (500 + i) / 2), `to ${500 + i}, -${far}`).toBeLessThan(2e-6 * keys);
          });
        }
      }
    }
  });

  it("alibi measures any distance", () => {
    for (const queryOffset of [2 ** 24, 2 ** 30, 1e12, -(2 ** 31), -1e15]) {
      for (const queries of [1, 20]) {
        const lse = new Float32Array(queries);
        const alibi = Float32Array.of(0.5);
        const zeros = new Float32Array(queries);
        attention(zeros, zeros, zeros, { headDim: 1, queryOffset, alibi, lse });
        const want = -0.5 * Math.abs(queryOffset > 0 ? queryOffset - (queries - 1) : queryOffset);
        expect(Math.abs(lse[0] - want), `${queryOffset}`).toBeLessThanOrEqual(2e-6 * Math.abs(want));
      }
    }
  });

  it("a bias of -Infinity masks like a 0 in the mask, whatever the key holds", () => {
    expect(attention([10], [Number.NaN, 1], [1, 2], { headDim: 1, bias: Float32Array.of(-Infinity, 0) })[0]).toBe(2);
    let seed = 40;
    for (const { queries, keys, ...sizes } of SIZES) {
      for (const limits of keys > 1000 ? LIMITS.slice(0, 2) : LIMITS) {
        const next = random(seed);
        const call = callOf(++seed, queries, keys, { headDim: 6, ...sizes, ...limits });
        const kvHeads = call.k.length / (6 * keys);
        const spoiled = Array.from({ length: keys }, () => next() < 0.2);
        const bias = Float32Array.from({ length: queries * keys }, (_, n) =>
          spoiled[n % keys] || next() < 0.1 ? -Infinity : next(),
        );
        const mask = Uint8Array.from(bias, (b) => (b === -Infinity ? 0 : 1));
        const plain = { ...call.options, mask, bias: bias.map((b) => Math.max(b, -1)) };
        const want = [runtime, small].map((on) => results(on, { ...call, options: plain }));
        for (const bad of keys > 1000 ? [Number.NaN, 3e38] : [Number.NaN, Infinity, -Infinity, 3e38]) {
          const [k, v] = [call.k.slice(), call.v.slice()];
          for (let n = 0; n < kvHeads * keys; n++) {
            const j = call.options.layout === "bshd" ? Math.floor(n / kvHeads) : n % keys;
            if (spoiled[j]) for (const x of [k, v]) x.fill(bad, 6 * n, 6 * n + 6);
          }
          const { q } = call;
          const masked = { q, k, v, options: { ...call.options, bias } };
          const label = `${bad} in ${queries}×${keys} ${JSON.stringify({ ...sizes, ...limits })}`;
          expectSame(results(runtime, masked), want[0], label);
          masked.options.mask = mask.map(() => 1); // so that the small heap is cut in the same way
          expectSame(results(runtime, masked), want[0], `${label} and a mask`);
          expectSame(results(small, masked), want[1], `${label} in 64 KiB`);
        }
      }
    }
  });

  it("beyond FLT_MAX a score is FLT_MAX, and several share; beyond -FLT_MAX it is -Infinity and weighs 0", () => {
    const lse = new Float32Array(1);
    const of = (q: number[], k: number[], v: number[], options: object = {}) => [
      ...attention(q, k, v, { headDim: q.length, valueDim: 1, scale: 1, lse, ...options }),
      lse[0],
    ];
    expect(of([1e20], [1e20, 1], [1, 2])).toEqual([1, FLT_MAX]);
    expect(of([1e20], [1e20, 1, 1e25], [1, 2, 3])).toEqual([2, FLT_MAX]);
    expect(of([1e20], [-1e20, 1], [1, 2])[0]).toBe(2);
    expect(of([1e20], [-1e20], [1])).toEqual([0, -Infinity]);
    expect(of([1e20], [-1e20], [1], { sinks: Float32Array.of(3) })).toEqual([0, 3]);
    expect(of([1e20], [-1e20], [Infinity])).toEqual([0, -Infinity]);
    expect(of([1e30, 1e30, 1], [1e30, -1e30, 3, 0, 0, 3], [1, 2])[0]).toBe(1.5); // on the way only
    expect(of([1e19, 1e19, 1e19], [-2e19, -2e19, 3.9e19], [7])[0]).toBe(7); // a sum of -1e37, by way of -Infinity
    expect(of([1e38], [1, 1e-38], [1, 2], { scale: 10 })).toEqual([1, FLT_MAX]); // q · scale is beyond it already
    expect(of([1e38, 1e-38], [1e-38, 0, 0, 1e38], [1, 2], { scale: 10 })[0]).toBeCloseTo(1.5, 5);
    expect(of([0, 1e-30], [1, 1, 1, 1], [1, 2], { scale: 1e300 })).toEqual([1.5, FLT_MAX]);
    expect(of([3e38], [3e38, 0], [1, 3], { scale: 1e-77 })[0]).toBeCloseTo(1 + 2 / (1 + Math.exp(0.9)), 5);
    expect(of([2], [1, 1], [1, 2], { bias: Float32Array.of(FLT_MAX, 0) })).toEqual([1, FLT_MAX]);
    expect(of([1e19], [3e19, 1], [1, 2], { bias: Float32Array.of(FLT_MAX, FLT_MAX) })[0]).toBe(1.5);
    expect(of([1e19], [-3e19, -3e19], [1, 2], { bias: Float32Array.of(-1e38, 0) })[0]).toBe(2);
    expect(of([1e20], [1e20, -1e20], [1, 2], { softcap: 1 })[0]).toBeCloseTo(1 + 1 / (1 + Math.exp(2)), 5);
  });

  it("so does a score with its bias and its alibi", () => {
    const lse = new Float32Array(1);
    const of = (k: number[], bias: number[], slope: number) => {
      const options = { headDim: 1, queryOffset: 5, bias: Float32Array.from(bias), alibi: Float32Array.of(slope), lse };
      return [attention([1], k, [1, 2], options)[0], lse[0]];
    };
    expect(of([0, 0], [0, 0], -FLT_MAX)).toEqual([1.5, FLT_MAX]);
    expect(of([0, 0], [0, 0], FLT_MAX)).toEqual([0, -Infinity]);
    expect(of([0, 0], [FLT_MAX, -Infinity], -1e38)).toEqual([1, FLT_MAX]);
    expect(of([Number.NaN, 0], [-Infinity, 0], 0.5)).toEqual([2, -2]);
    expect(of([0, 0], [0, 0], -Infinity)[0]).toBeNaN();
    expect(of([0, 0], [-Infinity, 0], -Infinity)[0]).toBeNaN();
    expect(of([0, 0], [-Infinity, -Infinity], -Infinity)).toEqual([0, -Infinity]);
  });

  it("of an infinite operand a score is NaN, or -Infinity", () => {
    const of = (q: number, k: number[], options: object = {}) =>
      attention([q], k, [1, 2], { headDim: 1, ...options })[0];
    expect(of(1, [Infinity, 0])).toBeNaN();
    expect(of(-1, [Infinity, 0])).toBe(2);
    expect(of(Infinity, [1, 1])).toBeNaN();
    expect(of(Infinity, [1, 0])).toBeNaN();
    expect(of(1, [Number.NaN, 0])).toBeNaN();
    expect(of(1, [0, 0], { bias: Float32Array.of(Infinity, 0) })).toBeNaN();
    expect(of(1e20, [1e20, 0], { bias: Float32Array.of(Infinity, 0) })).toBeNaN();
    expect(of(1, [0, 0], { sinks: Float32Array.of(Infinity) })).toBeNaN();
  });

  it("is the definition at the ends of float32, by every way", () => {
    for (const { call, want, label } of EXTREMES) {
      for (const [on, name] of [[runtime, "8 MiB"] as const, [small, "64 KiB"] as const]) {
        const { alone, ...got } = results(on, call);
        const failure =
          attentionFailure(got, want, call.v, `${backend} in ${name}, ${label}`) ??
          attentionFailure({ out: alone }, want, call.v, `${backend} in ${name}, ${label}, out alone`);
        if (failure) expect.fail(failure);
      }
    }
  });

  it("partial results whose scores are beyond float32 merge", () => {
    const part = (k: number[], v: number[]) => {
      const lse = new Float32Array(1);
      return [attention([1e20], k, v, { headDim: 1, lse }), lse] as const;
    };
    const merged = (a: ReturnType<typeof part>, b: ReturnType<typeof part>) => {
      const { out, lse } = mergeAttention(...a, ...b, { valueDim: 1 });
      return [out[0], lse[0]];
    };
    const up = () => part([1e20], [1]);
    const small = () => part([0, 0], [2, 4]);
    const down = () => part([-1e20], [8]);
    const least = () => part([-3.4e18], [16]); // near -FLT_MAX
    expect(merged(up(), small())).toEqual([1, FLT_MAX]);
    expect(merged(small(), up())).toEqual([1, FLT_MAX]);
    expect(merged(up(), part([1e25], [3]))).toEqual([2, FLT_MAX]);
    expect(merged(down(), small())).toEqual([3, Math.fround(Math.log(2))]);
    expect(merged(down(), down())).toEqual([0, -Infinity]);
    expect(merged(up(), down())).toEqual([1, FLT_MAX]);
    expect(merged(least(), up())).toEqual([1, FLT_MAX]);
    expect(merged(least(), down())[0]).toBe(16);
  });
});

/**
 * Attention with q, k, v, bias and out of 16 bits: every call gives what it gives on the widened Float32Arrays, bit for bit, and an out
 * of 16 bits is that result, rounded. Those are held against the definition too.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Heap } from "../../src/heap";
import { createRuntime, type Dtype, type Runtime } from "../../src/index";
import { callOfRow, onEnd, pairwise, streamed } from "../judge/attentionGrid";
import { attentionFailure, attentionReference, type Call, callOf, sizesOf } from "../judge/attentionReference";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { drawn, some } from "../judge/drawn";
import { normals, random } from "../judge/random.mjs";

const DTYPES = ["float16", "bfloat16"] as const;
const NAMES = ["q", "k", "v", "bias", "out"] as const;
type Name = (typeof NAMES)[number];

/** Where an array of 16 bits is to lie. */
type Place = (bits: Uint16Array) => Uint16Array;
const outside: Place = (bits) => bits;
/** In a runtime's memory, at an address that is no multiple of 4. */
const inHeap =
  (runtime: Runtime): Place =>
  (bits) => {
    const home = runtime.alloc(bits.length + 1, "float16").subarray(1);
    home.set(bits);
    return home;
  };

const ROWS = pairwise(7);
const DIMS = Array.from({ length: 70 }, (_, i) => i + 1);
/** Bits of either format: infinities, NaN, the largest, and subnormals. */
const SPECIAL = [0x7c00, 0xfc00, 0x7e00, 0x7f80, 0xff80, 0x7fc0, 0x7bff, 0x7f7f, 0x8001, 0x3ff];

interface Results {
  readonly out: Float32Array | Uint16Array;
  readonly lse: Float32Array;
  readonly weights?: Float32Array;
}

/** Where two results differ; NaN are one. */
function difference(got: Results, want: Results): string | undefined {
  for (const name of ["out", "lse", "weights"] as const) {
    const [a, b] = [got[name], want[name]];
    if (a === undefined || b === undefined) continue;
    const at = a.findIndex((y, i) => !Object.is(y, b[i]));
    if (at >= 0 || a.length !== b.length) return `${name}[${at}] is ${a[at]}, not ${b[at]}`;
  }
  return undefined;
}

describe.each(BACKENDS)("attention on 16 bits on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const { pack16, unpack16 } = runtime;
  afterEach(() => {
    runtime.free();
  });

  /** The call as it is with float32s that 16 bits hold: `names` of its arrays are rounded. */
  function rounded(call: Call, names: readonly Name[], dtype: Dtype): Call {
    const round = (name: Name, x: Float32Array) =>
      names.includes(name) ? unpack16(pack16(x, { dtype }), { dtype }) : x;
    const { q, k, v, options } = call;
    const bias = options.bias && round("bias", options.bias as Float32Array);
    return { q: round("q", q), k: round("k", k), v: round("v", v), options: { ...options, bias } };
  }

  function run(on: Runtime, call: Call, names: readonly Name[], dtype: Dtype, place: Place, weigh: boolean): Results {
    const { batch, heads, queries, keys, valueDim } = sizesOf(call);
    const lse = new Float32Array(batch * heads * queries).fill(77);
    const weights = weigh ? new Float32Array(lse.length * keys).fill(77) : undefined;
    const bits = (name: Name, x: Float32Array) => (names.includes(name) ? place(pack16(x, { dtype })) : x);
    const { q, k, v, options } = call;
    const bias = options.bias && bits("bias", options.bias as Float32Array);
    const out = names.includes("out") ? place(new Uint16Array(lse.length * valueDim)) : undefined;
    const got = on.attention(bits("q", q), bits("k", k), bits("v", v), { ...options, bias, lse, weights, dtype, out });
    if (out !== undefined) expect(got).toBe(out);
    return { out: got, lse, weights };
  }

  /** Holds a call with some arrays in 16 bits against the same with those widened. */
  function compare(
    given: Call,
    names: readonly Name[],
    dtype: Dtype,
    label: string,
    { on = runtime, place = outside, weigh = false } = {},
  ): void {
    const call = rounded(given, names, dtype);
    const wide = run(on, call, [], dtype, place, weigh);
    const want = names.includes("out") ? { ...wide, out: pack16(wide.out as Float32Array, { dtype }) } : wide;
    const failure = difference(run(on, call, names, dtype, place, weigh), want);
    if (failure) expect.fail(`${backend}, ${dtype} ${names}, ${label}: ${failure}`);
  }

  it.each(DTYPES)(`is that of the widened %s, every option with every other (${ROWS.length} calls)`, (dtype) => {
    ROWS.forEach((row, seed) => {
      const call = callOfRow(row, 300 + seed);
      const label = JSON.stringify(row);
      compare(call, NAMES, dtype, label, { weigh: seed % 2 === 0 });
      compare(call, [NAMES[seed % NAMES.length]], dtype, label);
      compare(call, ["k", "v"], dtype, `in the heap, ${label}`, { place: inHeap(runtime) });
      compare(call, NAMES, dtype, `all in the heap, ${label}`, { place: inHeap(runtime), weigh: seed % 2 === 1 });
      runtime.free();
    });
  });

  it.each(DTYPES)("is that of the widened %s where few queries meet keys 512 on end", (dtype) => {
    onEnd(some(ROWS)).forEach((row, seed) => {
      const call = callOfRow(row, 700 + seed);
      const label = JSON.stringify(row);
      compare(call, ["k", "v"], dtype, label, { weigh: seed % 2 === 0 });
      compare(call, [seed % 2 === 0 ? "k" : "v"], dtype, `in the heap, ${label}`, { place: inHeap(runtime) });
      runtime.free();
    });
  });

  it.each(DTYPES)("is the definition on the widened %s", (dtype) => {
    ROWS.forEach((row, seed) => {
      if (seed % 3 > 0) return;
      const call = rounded(callOfRow(row, 500 + seed), ["q", "k", "v", "bias"], dtype);
      const got = run(runtime, call, ["q", "k", "v", "bias"], dtype, outside, true);
      const failure = attentionFailure(
        got as { out: Float32Array },
        attentionReference(call),
        call.v,
        JSON.stringify(row),
      );
      if (failure) expect.fail(failure);
    });
  });

  it.each(DTYPES)("takes every headDim and valueDim up to 70 of %s, and the sizes people use", (dtype) => {
    for (const dim of some(DIMS)) {
      for (const queries of [1, 2, 3, 17]) {
        const call = callOf(dim, queries, 1 + ((dim * 37) % 150), { headDim: dim, valueDim: 71 - dim });
        compare(call, ["k", "v"], dtype, `${queries} queries, ${dim} and ${71 - dim}`);
      }
    }
    for (const dim of some([64, 80, 96, 128, 256])) {
      for (const [heads, kvHeads] of [
        [2, 2],
        [4, 2],
        [3, 1],
        [12, 1],
        [17, 1],
      ]) {
        for (const layout of ["bhsd", "bshd"] as const) {
          const call = callOf(dim, 1, 200, { headDim: dim, heads, kvHeads, layout, keyLengths: Uint32Array.of(131) });
          compare(call, ["k", "v"], dtype, `${heads}/${kvHeads}×${dim} ${layout}`);
          compare(call, ["v"], dtype, `v alone, ${heads}/${kvHeads}×${dim} ${layout}`, { place: inHeap(runtime) });
        }
      }
      runtime.free();
    }
  });

  it.each(DTYPES)(
    "takes every pattern of %s: subnormals, infinities and NaN, seen and masked, and q beyond 2^15",
    (dtype) => {
      const next = random(31);
      const pattern = (odd: number): number => {
        if (next() >= odd) return 0x3e00 * next();
        return next() < 0.5 ? 65536 * next() : SPECIAL[Math.floor(SPECIAL.length * next())];
      };
      const any = (n: number, odd: number) =>
        unpack16(
          Uint16Array.from({ length: n }, () => pattern(odd)),
          { dtype },
        );
      for (let i = 0; i < drawn(120); i++) {
        const [queries, keys] = [1 + (i % 7 > 4 ? i % 3 : 0), 1 + Math.floor(150 * next())];
        const odd = [0, 0.0005, 0.01, 0.5][i % 4];
        const size = [1, 1e-38, 2 ** 40][i % 5] ?? 1; // with a scale of 1e39 the second gives ordinary scores
        const call = {
          q: any(16 * queries, odd).map((x) => x * size),
          k: any(16 * keys, odd),
          v: any(32 * keys, odd),
          options: {
            headDim: 16,
            valueDim: 32,
            scale: size < 1 ? 1e39 : [undefined, 2 ** 20][i % 2],
            mask: Uint8Array.from({ length: queries * keys }, () => (next() < 0.7 ? 1 : 0)),
          },
        };
        compare(call, ["k", "v"], dtype, `draw ${i}`);
        compare(call, ["q", "k", "v", "out"], dtype, `draw ${i}`, { place: inHeap(runtime) });
        runtime.free();
      }
    },
  );

  it(`is the same over keys that stream through small heaps (${drawn(30)} calls at random)`, () => {
    const heaps = new Map<number, Runtime>();
    streamed(1616, drawn(30)).forEach(({ call, heapBytes, label }, n) => {
      const on = heaps.get(heapBytes) ?? createRuntime({ backend, heapBytes });
      heaps.set(heapBytes, on);
      const names: readonly Name[] = n % 3 === 0 ? NAMES : ["k", "v"];
      compare(call, names, DTYPES[n % 2], label, { on, weigh: n % 4 === 0 });
    });
  });

  it.each(DTYPES)("is the same in and out of the heap, over keys in chunks or at once: %s", (dtype) => {
    for (const [heads, queries] of [
      [1, 1],
      [4, 1],
      [2, 20],
    ]) {
      const call = rounded(callOf(queries, queries, 3000, { headDim: 64, heads, kvHeads: 1 }), ["k", "v"], dtype);
      const want = run(runtime, call, [], dtype, outside, false);
      const got = run(runtime, call, ["k", "v"], dtype, inHeap(runtime), false);
      const failure = difference(got, want);
      if (failure) expect.fail(`${backend} ${heads} heads, ${queries} queries: ${failure}`);
      runtime.free();
    }
  });

  describe("a cache in the heap", () => {
    const [heads, headDim, keys] = [2, 64, 2800];
    const draw = normals(5);
    const k = draw(heads * keys * headDim);
    const v = draw(heads * keys * headDim);
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it.each(DTYPES)("of %s is larger than the workspace, is not copied, and nothing beside it is touched", (dtype) => {
      const on = createRuntime({ backend, heapBytes: 2 << 20 });
      const around = [on.alloc(40).fill(7)];
      const cacheK = on.alloc(k.length, dtype);
      around.push(on.alloc(3).fill(7));
      const cacheV = on.alloc(v.length, dtype);
      around.push(on.alloc(100).fill(7));
      pack16(k, { dtype, out: cacheK });
      pack16(v, { dtype, out: cacheV });
      const [bitsK, bitsV] = [cacheK.slice(), cacheV.slice()];
      on.attention([1], [1], [1], { headDim: 1 }); // starts the family, which tests itself
      expect(2 * cacheK.byteLength).toBeGreaterThan(on.alloc(0).buffer.byteLength / 2); // as floats both would not fit
      for (const queries of [1, 3, 40]) {
        const q = draw(heads * queries * headDim);
        const call = { headDim, heads, causal: true, dtype };
        const want = runtime.attention(q, unpack16(bitsK, { dtype }), unpack16(bitsV, { dtype }), call);
        const copied = [vi.spyOn(Heap.prototype, "writeHalves"), vi.spyOn(Uint16Array.prototype, "set")];
        const got = on.attention(q, cacheK, cacheV, call);
        for (const spy of copied) expect(spy).not.toHaveBeenCalled();
        vi.restoreAllMocks();
        const failure = difference({ out: got, lse: around[0] }, { out: want, lse: around[0] });
        if (failure) expect.fail(`${backend} ${queries} queries: ${failure}`);
      }
      expect(cacheK).toEqual(bitsK);
      expect(cacheV).toEqual(bitsV);
      for (const view of around) expect(view.every((y) => y === 7)).toBe(true);
    });

    it("is written a row at a time", () => {
      const on = createRuntime({ backend, heapBytes: 1 << 20 });
      const positions = 50;
      const cacheK = on.alloc(positions * headDim, "float16");
      const cacheV = on.alloc(positions * headDim, "float16");
      for (let length = 1; length <= positions; length++) {
        const at = (length - 1) * headDim;
        on.pack16(k.subarray(at, at + headDim), { dtype: "float16", out: cacheK.subarray(at, at + headDim) });
        on.pack16(v.subarray(at, at + headDim), { dtype: "float16", out: cacheV.subarray(at, at + headDim) });
        const q = draw(headDim);
        const got = on.attention(q, cacheK, cacheV, { headDim, dtype: "float16", keyLengths: Uint32Array.of(length) });
        const [wideK, wideV] = [cacheK, cacheV].map((bits) =>
          unpack16(bits.slice(0, length * headDim), { dtype: "float16" }),
        );
        expect(got).toEqual(runtime.attention(q, wideK, wideV, { headDim }));
      }
    });
  });

  it.runIf("Float16Array" in globalThis)("takes a Float16Array beside float32s and beside bfloat16 bits", () => {
    const { Float16Array: Native } = globalThis as unknown as {
      Float16Array: new (x: ArrayLike<number> | ArrayBufferLike, from?: number, length?: number) => Uint16Array;
    };
    for (const queries of [1, 3, 30]) {
      const { q, k, v, options } = callOf(queries, queries, 90, { headDim: 64, heads: 2 });
      const [halfK, halfV] = [new Native(k), pack16(v, { dtype: "bfloat16" })];
      const wideK = Float32Array.from(halfK);
      const wideV = unpack16(halfV, { dtype: "bfloat16" });
      expect(runtime.attention(q, halfK, v, options)).toEqual(runtime.attention(q, wideK, v, options));
      const want = runtime.attention(q, wideK, wideV, options);
      expect(runtime.attention(q, halfK, halfV, { ...options, dtype: "bfloat16" })).toEqual(want);
      const home = runtime.alloc(k.length, "float16");
      const inside = new Native(home.buffer, home.byteOffset, k.length);
      inside.set(halfK);
      const out = new Native(want.length as never);
      expect(runtime.attention(q, inside, halfV, { ...options, dtype: "bfloat16", out })).toBe(out);
      expect([...out]).toEqual([...new Native(want)]);
    }
  });
});

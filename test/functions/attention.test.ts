import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime } from "../../src/index";
import { callOfRow, onEnd, pairwise } from "../judge/attentionGrid";
import { attentionFailure, attentionReference, type Call, callOf, sizesOf } from "../judge/attentionReference";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { some } from "../judge/drawn";

const ROWS = some([...pairwise(7).entries()]);

describe.each(BACKENDS)("attention on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const { attention } = runtime;

  /** Runs a call with lse and weights and without, and holds both against the definition. */
  function check(call: Call, label: string, on: Runtime = runtime): void {
    const { batch, heads, queries, keys } = sizesOf(call);
    const lse = new Float32Array(batch * heads * queries).fill(77);
    const weights = new Float32Array(batch * heads * queries * keys).fill(77);
    const want = attentionReference(call);
    const out = on.attention(call.q, call.k, call.v, { ...call.options, lse, weights });
    const plain = on.attention(call.q, call.k, call.v, call.options);
    const failure =
      attentionFailure({ out, lse, weights }, want, call.v, `${backend} ${label}`) ??
      attentionFailure({ out: plain }, want, call.v, `${backend} ${label}, out alone`);
    if (failure) expect.fail(failure);
  }

  it(`is the definition, every option with every other (${ROWS.length} calls)`, () => {
    ROWS.forEach(([seed, row]) => {
      check(callOfRow(row, 100 + seed), JSON.stringify(row));
    });
  });

  it("is the same through a heap of 64 KiB, keys and values streaming past", () => {
    const small = createRuntime({ backend, heapBytes: 65536 });
    ROWS.forEach(([seed, row]) => {
      check(callOfRow(row, 100 + seed), `in 64 KiB ${JSON.stringify(row)}`, small);
    });
    small.alloc(Math.floor(small.alloc(0).buffer.byteLength / 16));
    check(callOf(1, 60, 500, { headDim: 64, causal: true }), "60×500 beside alloc'ed views", small);
  });

  it("is the same in 256 KiB, where blocks of queries meet chunks of packed keys", () => {
    const small = createRuntime({ backend, heapBytes: 262144 });
    check(callOf(2, 200, 700, { headDim: 64, heads: 2, kvHeads: 1 }), "200×700", small);
    check(callOf(3, 200, 700, { headDim: 32, causal: true, layout: "bshd", heads: 2 }), "200×700 causal", small);
    check(callOf(4, 130, 900, { headDim: 16, window: [40, 3], queryOffset: 100 }), "130×900 window", small);
    check(callOf(5, 4, 3000, { headDim: 64, heads: 2, kvHeads: 1 }), "4×3000", small);
  });

  it("takes every headDim and valueDim up to 70, and the sizes people use", () => {
    for (let dim = 1; dim <= 70; dim++) {
      for (const queries of [1, 2, 17]) {
        check(callOf(dim, queries, 27, { headDim: dim, valueDim: 71 - dim }), `${queries}×27×${dim}`);
      }
    }
    for (const dim of [80, 96, 128, 256]) {
      for (const queries of [1, 3, 50]) check(callOf(dim, queries, 100, { headDim: dim }), `${queries}×100×${dim}`);
    }
  });

  it("takes every count of keys up to 100, by tiles, few queries and one", () => {
    for (let keys = 0; keys <= 100; keys++) {
      for (const queries of [1, 3, 17]) check(callOf(keys, queries, keys, { headDim: 5 }), `${queries}×${keys}`);
    }
  });

  it("few queries meet keys 512 on end, every option with every other", () => {
    onEnd(ROWS.map(([, row]) => row)).forEach((row, seed) => {
      check(callOfRow(row, 900 + seed), JSON.stringify(row));
    });
  });

  it("gives the same by tiles, by few queries and by one", () => {
    const { q, k, v, options } = callOf(11, 60, 333, { headDim: 40, causal: true, softcap: 20 });
    const tiled = attention(q, k, v, options);
    for (const few of [1, 2, 5, 12]) {
      for (let i = 0; i < 60; i += few) {
        const part = q.subarray(40 * i, 40 * Math.min(60, i + few));
        attention(part, k, v, { ...options, queryOffset: 273 + i }).forEach((y, d) => {
          if (!(Math.abs(y - tiled[40 * i + d]) <= 4e-6)) expect.fail(`${few} at a time, query ${i}, ${d}`);
        });
      }
    }
  });

  it("stays within its bound over 20000 keys, equal and random", () => {
    const { q, v, k } = callOf(12, 17, 20000, { headDim: 8 });
    for (const queries of [1, 3, 17]) {
      const some = q.subarray(0, 8 * queries);
      check({ q: some, k, v, options: { headDim: 8 } }, `${queries}×20000`);
      check({ q: some, k: k.map(() => 0.3), v: v.map(() => 0.1), options: { headDim: 8 } }, `${queries}×20000 equal`);
    }
  });

  // Equal products are the worst that a sum of float32s meets: each addition errs to the same side.
  it("stays within its bounds over equal keys and over equal floats of a key", () => {
    const headDim = 64;
    for (const queries of [1, 3, 17, 30]) {
      for (const keys of [64, 96, 128, 192, 256, 1000]) {
        const q = new Float32Array(queries * headDim).fill(0.1);
        const k = new Float32Array(keys * headDim).fill(0.1);
        const v = Float32Array.from({ length: keys * headDim }, (_, i) => 1.16 + (i % headDim) / 800);
        check({ q, k, v, options: { headDim } }, `${queries}×${keys} equal`);
      }
      for (const headDim of [128, 192, 256, 300]) {
        for (const x of [1.1, 1.17, 1.21, 1.23]) {
          const q = new Float32Array(queries * headDim).fill(x);
          const k = new Float32Array(9 * headDim).fill(1);
          check({ q, k, v: k, options: { headDim, scale: 1 } }, `${queries} queries of ${headDim} equal floats`);
        }
      }
    }
  });

  it("works in place on alloc'ed views, bshd and bhsd, and writes nothing else", () => {
    const own = createRuntime({ backend });
    for (const layout of ["bhsd", "bshd"] as const) {
      for (const queries of [1, 5, 60]) {
        own.free();
        const call = callOf(13, queries, 77, { headDim: 12, heads: 4, kvHeads: 2, batch: 2, layout, causal: true });
        const place = (x: Float32Array) => {
          const view = own
            .alloc(x.length + 8)
            .fill(123)
            .subarray(3, 3 + x.length);
          view.set(x);
          return view;
        };
        const [q, k, v] = [place(call.q), place(call.k), place(call.v)];
        const lse = place(new Float32Array(2 * 4 * queries));
        const weights = place(new Float32Array(2 * 4 * queries * 77));
        const out = place(new Float32Array(q.length));
        const want = attentionReference(call);
        const failure = attentionFailure(
          { out: own.attention(q, k, v, { ...call.options, out, lse, weights }), lse, weights },
          want,
          v,
          `${backend} ${layout} ${queries}`,
        );
        if (failure) expect.fail(failure);
        for (const view of [q, k, v, lse, weights, out]) {
          const whole = new Float32Array(view.buffer, view.byteOffset - 12, view.length + 8);
          expect([...whole.subarray(0, 3), ...whole.subarray(view.length + 3)]).toEqual(new Array(8).fill(123));
        }
        expect([k, v]).toEqual([call.k, call.v]);
        own.attention(q, k, v, { ...call.options, out: q });
        expect(q).toEqual(out);
      }
    }
  });

  it("never reads what is masked: NaN and Infinity there reach nothing", () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (const queries of [1, 4, 40]) {
        const keys = 120;
        const { q, k, v, options } = callOf(14, queries, keys, { headDim: 20, batch: 2, causal: true });
        const mask = Uint8Array.from({ length: queries * keys }, (_, n) => ((n * 7) % 11 < 4 ? 0 : 1));
        const bias = Float32Array.from({ length: queries * keys }, (_, n) => (mask[n] ? 0.01 * (n % 7) : bad));
        const all = { ...options, mask, bias, keyLengths: Uint32Array.of(90, keys), queryOffset: keys - queries - 20 };
        const want = attention(q, k, v, { ...all, bias: bias.map((b) => (Number.isFinite(b) ? b : 0)) });
        for (let j = 0; j < keys; j++) {
          const seen = (b: number) =>
            Array.from({ length: queries }, (_, i) => i).some(
              (i) => mask[i * keys + j] && j <= i + all.queryOffset && (b === 1 || j < 90),
            );
          for (const b of [0, 1]) {
            if (seen(b)) continue;
            k.fill(bad, (b * keys + j) * 20, (b * keys + j + 1) * 20);
            v.fill(bad, (b * keys + j) * 20, (b * keys + j + 1) * 20);
          }
        }
        expect(attention(q, k, v, all)).toEqual(want);
      }
    }
  });

  it("a causal query is not moved by NaN in later keys and values, and made NaN by its own", () => {
    for (const queries of [3, 12, 100]) {
      const { q, k, v, options } = callOf(15, queries, queries, { headDim: 9, causal: true });
      const want = attention(q, k, v, options);
      const lse = new Float32Array(queries);
      for (const spoiled of ["k", "v"] as const) {
        const [badK, badV] = [k.slice(), v.slice()];
        const at = queries >> 1;
        (spoiled === "k" ? badK : badV).fill(Number.NaN, 9 * at);
        const got = attention(q, badK, badV, { ...options, lse });
        expect(got.subarray(0, 9 * at)).toEqual(want.subarray(0, 9 * at));
        expect(got.subarray(9 * at).every(Number.isNaN)).toBe(true);
        expect([...lse].map(Number.isNaN)).toEqual([...lse].map((_, i) => spoiled === "k" && i >= at));
      }
    }
  });

  it("poisons one query alone where its own row, bias or attended score is NaN or Infinity", () => {
    for (const queries of [3, 30]) {
      const { q, k, v, options } = callOf(16, queries, 50, { headDim: 16 });
      const want = attention(q, k, v, options);
      for (const bad of [Number.NaN, Infinity]) {
        const bias = new Float32Array(queries * 50);
        bias[50 + 17] = bad;
        const biased = attention(q, k, v, { ...options, bias });
        const badQ = q.slice();
        badQ[16] = Number.NaN;
        for (const got of [biased, attention(badQ, k, v, options)]) {
          expect([...got.subarray(16, 32)]).toEqual(new Array(16).fill(Number.NaN));
          expect(got.subarray(32)).toEqual(want.subarray(32));
          expect(got.subarray(0, 16)).toEqual(want.subarray(0, 16));
        }
      }
    }
  });

  it("gives 0, lse -Infinity and weights 0 to a query that sees nothing; with a sink its lse is the sink", () => {
    for (const queries of [1, 3, 20]) {
      const { q, k, v } = callOf(17, queries, 6, { headDim: 4 });
      const lse = new Float32Array(queries);
      const weights = new Float32Array(6 * queries);
      for (const nothing of [
        { mask: new Uint8Array(6 * queries) },
        { keyLengths: Uint32Array.of(0) },
        { bias: new Float32Array(6 * queries).fill(-Infinity) },
        { causal: true, queryOffset: -queries },
        { window: 1, queryOffset: 100 },
      ]) {
        const call = { headDim: 4, lse, weights: weights.fill(5), ...nothing };
        expect([...attention(q, k, v, call)]).toEqual(new Array(4 * queries).fill(0));
        expect([...lse]).toEqual(new Array(queries).fill(-Infinity));
        expect([...weights]).toEqual(new Array(6 * queries).fill(0));
        attention(q, k, v, { ...call, sinks: Float32Array.of(1.5) });
        expect([...lse]).toEqual(new Array(queries).fill(1.5));
      }
    }
    expect(attention([], [1, 2], [3, 4], { headDim: 2 })).toEqual(new Float32Array(0));
    expect(attention([1, 2], [], [], { headDim: 2 })).toEqual(new Float32Array(2));
  });

  it("takes a softcap of any size: scores as they are, or all alike", () => {
    for (const queries of [1, 3, 20]) {
      const { q, k, v, options } = callOf(19, queries, 30, { headDim: 4 });
      q.fill(0, 0, 4); // scores of exactly 0 as well
      for (const softcap of [1e30, 2 ** 126, 1e38, 3.5e38, 1e39, Number.MAX_VALUE, 1e-30, 2 ** -126, 1e-39, 5e-324]) {
        check({ q, k, v, options: { ...options, softcap } }, `softcap ${softcap}`);
      }
    }
  });

  it("stands queries at the last key by default; queryOffset 0 is PyTorch's mask", () => {
    const weights = new Float32Array(15);
    const rows = () =>
      Array.from({ length: 3 }, (_, i) => [...weights.subarray(5 * i, 5 * i + 5)].map(Math.sign).join(""));
    const [q, k, v] = [new Float32Array(3), new Float32Array(5), new Float32Array(5)];
    attention(q, k, v, { headDim: 1, causal: true, weights });
    expect(rows()).toEqual(["11100", "11110", "11111"]);
    attention(q, k, v, { headDim: 1, causal: true, queryOffset: 0, weights });
    expect(rows()).toEqual(["10000", "11000", "11100"]);
    attention(q, k, v, { headDim: 1, window: [1, 0], weights });
    expect(rows()).toEqual(["01100", "00110", "00011"]);
    attention(q, k, v, { headDim: 1, causal: true, keyLengths: Uint32Array.of(3), weights });
    expect(rows()).toEqual(["10000", "11000", "11100"]);
  });

  it("has weights that sum to 1, and lse that a shift of the bias shifts", () => {
    const call = callOf(18, 33, 70, { headDim: 24, heads: 3 });
    const [a, b] = [new Float32Array(99), new Float32Array(99)];
    const weights = new Float32Array(99 * 70);
    attention(call.q, call.k, call.v, { ...call.options, lse: a, weights });
    attention(call.q, call.k, call.v, { ...call.options, lse: b, bias: new Float32Array(33 * 70).fill(4) });
    for (let r = 0; r < 99; r++) {
      expect(Math.abs(weights.subarray(70 * r, 70 * r + 70).reduce((s, w) => s + w, 0) - 1)).toBeLessThan(2e-6);
      expect(Math.abs(b[r] - a[r] - 4)).toBeLessThan(4e-6);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../../src/index";
import { attentionReference } from "../judge/attentionReference";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { LSE_BOUND, OUT_BOUND } from "../judge/bounds.mjs";
import { drawn } from "../judge/drawn";
import { normals } from "../judge/random.mjs";

const DIM = 10;

describe.each(BACKENDS)("mergeAttention on %s", (backend) => {
  const { attention, mergeAttention } = runtimeOf(backend);
  const draw = normals(31);
  const queries = 7;
  const keys = 60;
  const [q, k, v] = [draw(queries * DIM), draw(keys * DIM), draw(keys * DIM)];
  const most = v.reduce((m, x) => Math.max(m, Math.abs(x)), 0);

  /** Attention over keys from … to. */
  function part(from: number, to: number): { out: Float32Array; lse: Float32Array } {
    const lse = new Float32Array(queries);
    const some = (x: Float32Array) => x.subarray(from * DIM, to * DIM);
    return { out: attention(q, some(k), some(v), { headDim: DIM, lse }), lse };
  }
  const merged = (a: ReturnType<typeof part>, b: ReturnType<typeof part>) =>
    mergeAttention(a.out.slice(), a.lse.slice(), b.out, b.lse, { valueDim: DIM });

  function expectNear(a: ReturnType<typeof part>, b: { out: ArrayLike<number>; lse: ArrayLike<number> }): void {
    a.out.forEach((y, n) => {
      if (!(Math.abs(y - b.out[n]) <= OUT_BOUND * most)) expect.fail(`out ${n}: ${y} and ${b.out[n]}`);
    });
    a.lse.forEach((y, n) => {
      const bound = LSE_BOUND * Math.max(1, Math.abs(b.lse[n]));
      if (!(y === b.lse[n] || Math.abs(y - b.lse[n]) <= bound)) expect.fail(`lse ${n}: ${y} and ${b.lse[n]}`);
    });
  }
  const whole = attentionReference({ q, k, v, options: { headDim: DIM } });

  it("is attention over both, whatever the split, halves without keys included", () => {
    for (let at = 0; at <= keys; at++) expectNear(merged(part(0, at), part(at, keys)), whole);
  });

  it("is associative", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: keys }), fc.integer({ min: 0, max: keys }), (x, y) => {
        const [a, b, c] = [part(0, Math.min(x, y)), part(Math.min(x, y), Math.max(x, y)), part(Math.max(x, y), keys)];
        expectNear(merged(merged(a, b), c), whole);
        expectNear(merged(a, merged(b, c)), whole);
      }),
      { numRuns: drawn(100), seed: 20261122 },
    );
  });

  it("returns A, leaves B, and takes nothing from a side that saw no key", () => {
    const [a, b] = [part(0, 20), part(20, keys)];
    const before = structuredClone(b);
    const none = {
      out: new Float32Array(queries * DIM).fill(Number.NaN),
      lse: new Float32Array(queries).fill(-Infinity),
    };
    const result = mergeAttention(a.out, a.lse, b.out, b.lse, { valueDim: DIM });
    expect(result.out).toBe(a.out);
    expect(result.lse).toBe(a.lse);
    expect(b).toEqual(before);
    expect(merged(b, none)).toEqual(b);
    expect(merged(none, b)).toEqual(b);
    expect(merged(part(3, 3), part(9, 9))).toEqual(part(3, 3));
  });

  it("makes a row NaN whose lse is NaN, and no other", () => {
    const [a, b] = [part(0, 20), part(20, keys)];
    const want = merged(a, b);
    for (const side of [a, b]) {
      const kept = side.lse[2];
      side.lse[2] = Number.NaN;
      const got = merged(a, b);
      side.lse[2] = kept;
      expect([...got.out.subarray(2 * DIM, 3 * DIM), got.lse[2]].every(Number.isNaN)).toBe(true);
      expect(got.out.subarray(3 * DIM)).toEqual(want.out.subarray(3 * DIM));
    }
  });

  it("makes it NaN also beside a side that saw no key", () => {
    for (const [lseA, lseB] of [
      [Number.NaN, -Infinity],
      [-Infinity, Number.NaN],
      [Number.NaN, Number.NaN],
    ]) {
      const outA = Float32Array.of(1, 2, 3, 4, 5, 9, 9, 9, 9, 9);
      const outB = Float32Array.of(6, 7, 8, 9, 10, 5, 5, 5, 5, 5);
      const merge = mergeAttention(outA, Float32Array.of(lseA, -Infinity), outB, Float32Array.of(lseB, 2), {
        valueDim: 5,
      });
      expect([...merge.out.subarray(0, 5), merge.lse[0]]).toEqual(new Array(6).fill(Number.NaN));
      expect([...merge.out.subarray(5), merge.lse[1]]).toEqual([5, 5, 5, 5, 5, 2]);
    }
  });

  it("gives the same bits in the heap, and block by block", () => {
    const small = createRuntime({ backend, heapBytes: 65536 });
    const rows = 3000;
    const arrays = [draw(rows * 5), draw(rows), draw(rows * 5), draw(rows)] as const;
    const copies = () => arrays.map((x) => x.slice()) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const want = mergeAttention(...copies(), { valueDim: 5 });
    expect(small.mergeAttention(...copies(), { valueDim: 5 })).toEqual(want);
    const own = createRuntime({ backend });
    const placed = copies().map((x) => {
      const view = own.alloc(x.length);
      view.set(x);
      return view;
    }) as ReturnType<typeof copies>;
    expect(own.mergeAttention(...placed, { valueDim: 5 })).toEqual(want);
  });
});

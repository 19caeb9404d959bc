/** The memory of a runtime: what alloc gives, what is used in place, and which arrays stream through it. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime, type SoftmaxOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { some } from "../judge/drawn";
import { random } from "../judge/random.mjs";
import { floatsFree } from "../judge/refusal";

type Name = "softmax" | "logSoftmax" | "logSumExp" | "entropy" | "hardmax";
const NAMES: readonly Name[] = ["softmax", "logSoftmax", "logSumExp", "entropy", "hardmax"];
type Call = (x: Float32Array, options: SoftmaxOptions) => Float32Array;
const EIGHT_MIB = 8388608;
const CANARY = 0x7fc5c3e1; // a NaN that would spread to whatever reads it

function floats(length: number, seed: number): Float32Array {
  const next = random(seed);
  return new Float32Array(length).map(() => 24 * next() - 12);
}

function flags(length: number, seed: number): Uint8Array {
  const next = random(seed);
  return Uint8Array.from({ length }, () => (next() < 0.7 ? 1 : 0));
}

/** Equality bit for bit, but any NaN equals any other. `expect` for each of millions of floats would take seconds. */
function expectSame(got: Float32Array, want: Float32Array, label: string): void {
  expect(got.length, label).toBe(want.length);
  for (let i = 0; i < want.length; i++) {
    if (!Object.is(got[i], want[i])) expect.fail(`${label}: index ${i} expected ${want[i]}, got ${got[i]}`);
  }
}

/** The first KiB above what alloc gave out, where arrays from elsewhere are worked on. */
function workspaceOf(runtime: Runtime): Uint32Array {
  const mark = runtime.alloc(0);
  return new Uint32Array(mark.buffer, mark.byteOffset, 256);
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const resultLength = (name: Name, shape: readonly number[], axis: number): number =>
  name === "logSumExp" || name === "entropy" ? product(shape) / shape[axis] : product(shape);

/** A copy of `values` in the runtime's heap. */
function floatsIn(runtime: Runtime, values: Float32Array): Float32Array {
  const x = runtime.alloc(values.length);
  x.set(values);
  return x;
}

/** The bytes of a mask in the runtime's heap, at an odd address. */
function maskIn(runtime: Runtime, values: Uint8Array): Uint8Array {
  const home = runtime.alloc(Math.ceil((values.length + 1) / 4));
  const mask = new Uint8Array(home.buffer, home.byteOffset + 1, values.length);
  mask.set(values);
  return mask;
}

describe.each(BACKENDS)("the heap of a runtime on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });
  const large = createRuntime({ backend, heapBytes: 64 << 20 });

  it("hands out zeroed, disjoint views at 16-byte boundaries of one buffer", () => {
    runtime.free();
    const lengths = [1, 2, 3, 4, 5, 0, 17, 64, 1000];
    const views = lengths.map((length) => runtime.alloc(length));
    views.forEach((view, i) => {
      expect(view.length).toBe(lengths[i]);
      expect(view.byteOffset % 16).toBe(0);
      expect(view.buffer).toBe(views[0].buffer);
      expect(view.every((v) => Object.is(v, 0))).toBe(true);
      if (i > 0) expect(view.byteOffset).toBeGreaterThanOrEqual(views[i - 1].byteOffset + 4 * lengths[i - 1]);
    });
    expect(views[0].buffer.byteLength).toBe(EIGHT_MIB);
  });

  it("hands out the same bytes again after free, zeroed", () => {
    runtime.free();
    const all = floatsFree(runtime);
    const first = [runtime.alloc(5), runtime.alloc(300)].map((view) => view.fill(7));
    runtime.free();
    expect(floatsFree(runtime)).toBe(all);
    const second = [runtime.alloc(5), runtime.alloc(300)];
    second.forEach((view, i) => {
      expect(view.buffer).toBe(first[i].buffer);
      expect(view.byteOffset).toBe(first[i].byteOffset);
      expect(view.every((v) => Object.is(v, 0))).toBe(true);
    });
  });

  describe.each(NAMES)("%s", (name) => {
    const [call, onSmall, onLarge] = [runtime, small, large].map((on) => on[name] as Call);

    it.each([
      [[7], 0],
      [[3, 37], 1],
      [[5000], 0],
      [[40, 33], 0],
      [[2, 60, 11], 1],
      [[18, 1001], 1],
    ])("takes x, out and the mask in place or not, shape %j axis %i", (shape, axis) => {
      runtime.free();
      const length = product(shape);
      const outLength = resultLength(name, shape, axis);
      const values = floats(length, 3);
      for (const maskValues of [undefined, flags(length, 4), flags(shape[axis], 5)]) {
        const want = call(values.slice(), { shape, axis, mask: maskValues?.slice() });
        for (const places of [0, 1, 2, 3, 4, 5, 6, 7]) {
          runtime.free();
          const x = places & 1 ? floatsIn(runtime, values) : values.slice();
          const out = places & 2 ? runtime.alloc(outLength) : new Float32Array(outLength);
          const mask = maskValues && (places & 4 ? maskIn(runtime, maskValues) : maskValues.slice());
          const label = `heap has ${["x", "out", "mask"].filter((_, bit) => places & (1 << bit)).join(", ") || "nothing"}`;
          const above = workspaceOf(runtime).fill(CANARY);
          expect(call(x, { shape, axis, mask, out })).toBe(out);
          const copied = above.some((v) => v !== CANARY);
          if (places === 0) expect(copied, label).toBe(true);
          if (places === 7 || (places === 3 && mask === undefined)) expect(copied, label).toBe(false);
          expectSame(out, want, label);
          expectSame(x, values, `${label}: x itself`);
          if (mask) expect(mask).toEqual(maskValues);
          if (outLength !== length) continue;
          expect(call(x, { shape, axis, mask, out: x })).toBe(x);
          expectSame(x, want, `${label}: out is x`);
        }
      }
    });

    it("leaves its neighbours alone", () => {
      for (const length of [1, 2, 3, 5, 17, 64, 255]) {
        const outLength = resultLength(name, [length], 0);
        const values = floats(length, length);
        runtime.free();
        const [before, a, b, after] = [9, length + 3, length + 3, 9].map((floats) => runtime.alloc(floats));
        const end = after.byteOffset + after.byteLength;
        const bytes = new Uint32Array(before.buffer, before.byteOffset, (end - before.byteOffset) / 4);
        for (const mask of [undefined, flags(length, length)]) {
          const want = call(values, { mask });
          for (const offset of [0, 1, 2, 3]) {
            const x = a.subarray(offset, offset + length);
            for (const out of [b.subarray(offset, offset + outLength), x].filter((y) => y.length === outLength)) {
              bytes.fill(CANARY);
              x.set(values);
              const kept = bytes.slice();
              call(x, { mask, out });
              expectSame(out, want, `length ${length} at offset ${offset}`);
              const own = (out.byteOffset - before.byteOffset) / 4;
              kept.set(bytes.subarray(own, own + outLength), own);
              expect(bytes, `length ${length} at offset ${offset}`).toEqual(kept);
            }
          }
        }
      }
    });

    it.each(
      some<[shape: number[], axis: number]>([
        [[64, 128256], 1],
        [[3_000_000], 0],
        [[8000, 300], 0],
      ]),
    )("is bounded: %j along axis %i goes through 8 MiB", (shape, axis) => {
      runtime.free();
      const view = runtime.alloc(1);
      const free = floatsFree(runtime);
      const x = floats(product(shape), 6);
      const y = call(x, { shape, axis });
      expect(view.buffer.byteLength).toBe(EIGHT_MIB);
      expect(floatsFree(runtime)).toBe(free);
      expectSame(y, onLarge(x, { shape, axis }), `${shape} in 64 MiB`);
    });

    it.each(
      some<[shape: number[], axis: number]>([
        [[50_000], 0],
        [[3, 20_000], 1],
        [[3000, 7], 0],
        [[40, 1000], 0],
        [[300, 257], 0],
        [[3, 500, 70], 1],
      ]),
    )("gives the same bits in any heap, shape %j axis %i", (shape, axis) => {
      const length = product(shape);
      const x = floats(length, 7);
      for (const i of [1, 3, 5, 6]) x[Math.floor((i * length) / 7)] = 13; // the maximum, more than once
      if (shape.length > 1) x[length - 2] = Number.NaN;
      const outLength = resultLength(name, shape, axis);
      small.free();
      for (const mask of [undefined, flags(length, 8), flags(shape[axis], 9), new Uint8Array(length)]) {
        for (const temperature of [1, 0.7, 0]) {
          const label = `mask of ${mask?.length}, T = ${temperature}`;
          const options = { shape, axis, temperature, mask };
          const want = call(x, options);
          expectSame(onSmall(x, options), want, `${label}, 64 KiB`);
          large.free();
          const inHeap = { ...options, mask: mask && maskIn(large, mask), out: large.alloc(outLength) };
          expectSame(onLarge(floatsIn(large, x), inHeap), want, `${label}, 64 MiB`);
          if (outLength !== length) continue;
          const y = x.slice();
          expectSame(onSmall(y, { ...options, out: y }), want, `${label}, 64 KiB, out is x`);
        }
      }
    });

    it("streams what lies in a small heap, and works while that is full", () => {
      for (const [shape, axis] of [[[5000], 0] as const, [[1000, 5], 0] as const]) {
        const values = floats(5000, 10);
        for (const mask of [undefined, flags(5000, 11), flags(shape[axis], 12)]) {
          const want = call(values, { shape, axis, mask });
          small.free();
          const x = floatsIn(small, values);
          const rest = small.alloc(floatsFree(small)).fill(7);
          expect(() => small.alloc(1)).toThrow(RangeError);
          const label = `${shape}, mask of ${mask?.length}`;
          expectSame(onSmall(x, { shape, axis, mask }), want, `${label}, x in the heap`);
          expectSame(onSmall(values, { shape, axis, mask }), want, `${label}, x elsewhere`);
          expectSame(x, values, `${label}: x itself`);
          expect(rest.every((v) => v === 7)).toBe(true);
        }
      }
    });
  });

  it("fills up to the last float", () => {
    for (const full of [small, runtime]) {
      full.free();
      const all = floatsFree(full);
      full.alloc(all - 5);
      const rest = floatsFree(full);
      expect(rest).toBe(all - 4 * Math.ceil((all - 5) / 4));
      const last = full.alloc(rest).fill(7);
      expect(floatsFree(full)).toBe(0);
      expect(() => full.alloc(1)).toThrow(RangeError);
      expect(full.alloc(0).length).toBe(0);
      expect([...full.hardmax([1, 3, 2])]).toEqual([0, 1, 0]);
      expect(full.softmax(last, { out: last }).every((v) => v === Math.fround(1 / rest))).toBe(true);
      full.free();
      expect(floatsFree(full)).toBe(all);
    }
  });

  it("is used to its last float, and no load goes beyond", () => {
    small.free();
    const room = (65536 - small.alloc(0).byteOffset) / 4;
    for (let length = room - 20; length <= room; length++) {
      for (const inner of [1, 2, 3, 7]) {
        const shape = [Math.floor(length / inner), inner];
        const x = floats(product(shape), length);
        for (const name of NAMES) {
          const label = `${name} of [${shape}]`;
          const [got, want] = [small, large].map((on) => (on[name] as Call)(x, { shape, axis: 0 }));
          expectSame(got, want, label);
        }
      }
    }
  });

  it("is not in the way of an empty axis with more results than it has room for", () => {
    small.logSumExp(floats(60_000, 13), { shape: [200, 300], axis: 0 }); // leaves its sums behind
    const y = small.logSumExp([], { shape: [0, 20_000], axis: 0 });
    expect(y.findIndex((v) => v !== -Infinity)).toBe(-1);
    small.entropy(floats(60_000, 13), { shape: [200, 300], axis: 0 });
    expect(small.entropy([], { shape: [0, 20_000], axis: 0 }).findIndex((v) => v !== 0)).toBe(-1);
  });
});

/**
 * One row of float32s takes a short way (src/ops/rows/short.ts), on which the heap remembers views that it found: nothing that happens to
 * a view between two calls may make that wrong, and no error may be lost.
 */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime } from "../../src/index";
import { BACKENDS } from "../judge/backends";
import { errorOf } from "../judge/refusal";
import { growable, resizable } from "../judge/resizable";

const LENGTHS = [...Array.from({ length: 40 }, (_, n) => n), 255, 256, 4095, 4096, 4097];
const NAMES = ["softmax", "logSoftmax", "logSumExp", "entropy"] as const;
type Name = (typeof NAMES)[number];
const reduces = (name: Name): boolean => name === "logSumExp" || name === "entropy";

const logits = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => 4 * Math.sin(seed * (i + 7)));

type Any = (x: Float32Array, options?: object) => Float32Array | number;
const anyOf = (runtime: Runtime, name: Name): Any => runtime[name] as Any;

/** The same by the long way, which a shape takes. */
const long = (runtime: Runtime, name: Name, x: Float32Array, temperature?: number): Float32Array =>
  anyOf(runtime, name)(x.slice(), { shape: [1, x.length], temperature }) as Float32Array;

/** A view of its own on memory that is a view's already. */
const again = (view: Float32Array, from = 0, length = view.length): Float32Array =>
  new Float32Array(view.buffer, view.byteOffset + 4 * from, length);

describe.each(BACKENDS)("the short way on %s", (backend) => {
  const runtime = createRuntime({ backend, heapBytes: 1 << 20 });

  describe.each(NAMES)("of %s", (name) => {
    const call = anyOf(runtime, name);
    const outLength = (n: number): number => (reduces(name) ? 1 : n);

    it("has the bits of the long way, wherever x and out lie", () => {
      for (const n of LENGTHS) {
        runtime.free();
        const x = logits(n);
        const want = long(runtime, name, x);
        const home = runtime.alloc(n);
        home.set(x);
        expect([n, call(x)]).toEqual([n, reduces(name) ? want[0] : want]);
        for (const from of [x, home]) {
          for (const out of [undefined, new Float32Array(outLength(n)), runtime.alloc(outLength(n))]) {
            for (const temperature of [undefined, 1, 0.7, 1e-39, 2 ** 64, 2 ** 65, 0]) {
              const want = long(runtime, name, x, temperature);
              const got = call(from, { out, temperature });
              if (out !== undefined) expect(got).toBe(out);
              expect([n, temperature, ...(got as Float32Array)]).toEqual([n, temperature, ...want]);
            }
          }
        }
        expect(home).toEqual(x);
      }
    });

    it("refuses a wrong temperature, and writes nothing", () => {
      const x = logits(16);
      const out = new Float32Array(outLength(16)).fill(7);
      const wrong: [unknown, string, ErrorConstructor][] = [
        [-1, "a finite number >= 0, got -1", RangeError],
        [Infinity, "a finite number >= 0, got Infinity", RangeError],
        [Number.NaN, "a finite number >= 0, got NaN", RangeError],
        ["0.7", "a number, got string", TypeError],
        [null, "a number, got null", TypeError],
        [true, "a number, got boolean true", TypeError],
        [{ valueOf: () => 0.7 }, "a number, got Object", TypeError],
      ];
      for (const [temperature, expected, Type] of wrong) {
        const error = errorOf(() => call(x, { temperature, out }));
        expect(error).toEqual(new Type(`${name}: "temperature" expected ${expected}`));
        expect(error).toBeInstanceOf(Type);
      }
      expect(out).toEqual(new Float32Array(outLength(16)).fill(7));
    });

    it("tells views apart that came one after the other", () => {
      runtime.free();
      const views = [1, 2, 3, 4].map((seed) => {
        const view = runtime.alloc(20);
        view.set(logits(20, seed));
        return view;
      });
      const outs = views.map(() => runtime.alloc(outLength(20)));
      for (let round = 0; round < 3; round++) {
        for (const [i, view] of views.entries()) {
          call(view, { out: outs[i] });
          expect(outs[i]).toEqual(long(runtime, name, view));
          const elsewhere = new Float32Array(new ArrayBuffer(view.byteOffset + 80), view.byteOffset, 20);
          elsewhere.set(logits(20, 9 + i)); // at the same place of another buffer
          expect([...(call(elsewhere, {}) as Float32Array)]).toEqual([...long(runtime, name, elsewhere)]);
        }
      }
    });

    it("does not use in place what alloc has taken back, wholly or in part", () => {
      runtime.free();
      runtime.alloc(4);
      const old = runtime.alloc(40);
      old.set(logits(40));
      call(old, { out: runtime.alloc(outLength(40)) });
      runtime.free();
      const kept = runtime.alloc(24); // ends inside of the old view
      kept.fill(5);
      old.subarray(20).set(logits(20)); // beyond it, where calls work
      const want = long(runtime, name, old);
      old.subarray(20).set(logits(20));
      expect([...(call(old, {}) as Float32Array)]).toEqual([...want]);
      expect(kept).toEqual(new Float32Array(24).fill(5));
      runtime.free();
      const next = runtime.alloc(40);
      next.set(logits(40, 3));
      expect([...(call(next, {}) as Float32Array)]).toEqual([...long(runtime, name, next)]);
    });

    it("refuses what shares memory with x in part, in the heap and elsewhere, and writes nothing", () => {
      runtime.free();
      const home = runtime.alloc(64);
      for (const memory of [home, new Float32Array(64)]) {
        memory.set(logits(64));
        const before = memory.slice();
        const x = again(memory, 24, 20);
        call(x, { out: again(memory, 44, outLength(20)) });
        memory.set(before);
        for (const shift of reduces(name) ? [0, 1, 19] : [-19, -1, 1, 19]) {
          const error = errorOf(() => call(x, { out: again(memory, 24 + shift, outLength(20)) }));
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/^\w+: "out" expected memory apart from x's/);
        }
        expect(memory).toEqual(before);
      }
    });

    it("refuses it whatever floats lie there, and takes what lies elsewhere", () => {
      for (const value of [0, -0, 1, Number.NaN, Infinity, -Infinity]) {
        for (const shift of reduces(name) ? [0, 1, 19] : [-19, -1, 1, 19]) {
          const length = outLength(20);
          const memory = new Float32Array(64).fill(value);
          const out = again(memory, 24 + shift, length);
          expect(() => call(again(memory, 24, 20), { out })).toThrow('"out" expected memory apart from x\'s');
          expect(memory).toEqual(new Float32Array(64).fill(value));
          const apart = again(new Float32Array(64).fill(value), 24 + shift, length);
          expect(call(again(memory, 24, 20), { out: apart })).toBe(apart);
          expect([...apart]).toEqual([...long(runtime, name, memory.slice(0, 20))]);
        }
      }
    });

    it("leaves alone what x and out of a few floats have behind them", () => {
      runtime.free();
      for (let n = 1; n <= 17; n++) {
        for (const make of [(length: number) => runtime.alloc(length), (length: number) => new Float32Array(length)]) {
          const [x, out] = [make(40).fill(7), make(40).fill(7)];
          x.set(logits(n), 8);
          const before = x.slice();
          call(again(x, 8, n), { out: again(out, 8, outLength(n)) });
          expect(x).toEqual(before);
          const want = new Float32Array(40).fill(7);
          want.set(long(runtime, name, logits(n)), 8);
          expect(out).toEqual(want);
        }
      }
    });

    it("works on memory that is shared, and has grown", () => {
      const shared = new Float32Array(new SharedArrayBuffer(160), 0, 20);
      shared.set(logits(20));
      const out = new Float32Array(new SharedArrayBuffer(4 * outLength(20)));
      call(shared, { out });
      expect([...out]).toEqual([...long(runtime, name, shared)]);
      expect(() => call(shared, { out: again(shared, 1, outLength(20)) })).toThrow("expected memory apart from x's");
      const buffer = growable(40, 80);
      const tracking = new Float32Array(buffer);
      tracking.set(logits(10));
      expect([...(call(tracking, {}) as Float32Array)]).toEqual([...long(runtime, name, tracking)]);
      buffer.grow(80);
      tracking.set(logits(20));
      expect([...(call(tracking, {}) as Float32Array)]).toEqual([...long(runtime, name, tracking)]);
      expect(tracking.length).toBe(20);
    });

    it("sees a buffer that was resized also behind thousands of empty arrays", () => {
      const empty = new Float32Array(0);
      for (let i = 0; i < 5000; i++) call(empty, {}); // engines compile the check for these
      const buffer = resizable(80, 160);
      const fixed = new Float32Array(buffer, 0, 10);
      buffer.resize(20);
      const message = `${name}: "x" expected a live array, got one that reaches beyond its resized buffer`;
      expect(errorOf(() => call(fixed, {})).message).toBe(message);
    });

    it("sees that a buffer was detached, or resized, since the call before", () => {
      const detached = logits(20);
      const out = new Float32Array(outLength(20));
      call(detached, { out });
      structuredClone(detached.buffer, { transfer: [detached.buffer] });
      const error = errorOf(() => call(detached, { out }));
      expect(error).toEqual(new TypeError(`${name}: "x" expected a live array, got one whose buffer is detached`));

      const buffer = resizable(80, 160);
      const tracking = new Float32Array(buffer);
      tracking.set(logits(20));
      call(tracking, { out });
      buffer.resize(120);
      expect([...(call(tracking, {}) as Float32Array)]).toEqual([...long(runtime, name, tracking)]);
      buffer.resize(40);
      if (!reduces(name)) {
        const { message } = errorOf(() => call(tracking, { out })) as Error;
        expect(message).toBe(`${name}: "out" expected length 10, got 20`);
      }
      const fixed = new Float32Array(buffer, 0, 10);
      call(fixed, {});
      buffer.resize(20);
      const { message } = errorOf(() => call(fixed, {})) as Error;
      expect(message).toBe(`${name}: "x" expected a live array, got one that reaches beyond its resized buffer`);
    });

    it("reads each option once, before the arrays are looked at", () => {
      const reads: string[] = [];
      const x = new Float32Array(resizable(80, 160));
      x.set(logits(20));
      const options = Object.defineProperties(
        {},
        Object.fromEntries(
          ["out", "temperature", "mask", "shape", "axis", "dtype"].map((option) => [
            option,
            {
              enumerable: true,
              get: () => {
                reads.push(option);
                if (option === "dtype") (x.buffer as ReturnType<typeof resizable>).resize(40);
                return undefined;
              },
            },
          ]),
        ),
      );
      const got = call(x, options) as Float32Array;
      expect(reads.sort()).toEqual(["axis", "dtype", "mask", "out", "shape", "temperature"]);
      expect([...got]).toEqual([...long(runtime, name, x)]);
      expect(x.length).toBe(10);
    });
  });
});

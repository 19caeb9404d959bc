/** pack16 and unpack16: every pattern of 16 bits, and every way to round to one, against an independent library and the definition. */
import { setFloat16 } from "@petamoriken/float16";
import { describe, expect, it } from "vitest";
import { createRuntime, type Dtype } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { DTYPES, INFINITE, LADDERS, NativeHalves, nearest, numberOf } from "../judge/half16";
import { random } from "../judge/random.mjs";

const ALL = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

const view = new DataView(new ArrayBuffer(2));
const float16Of = (x: number): number => {
  setFloat16(view, 0, x);
  return view.getUint16(0);
};

/** The float32s around every number of a format and around every point halfway between two. */
function edges(dtype: Dtype): Float32Array {
  const steps = LADDERS[dtype];
  const words = new Uint32Array(6 * (steps.length - 1));
  const floats = new Float32Array(words.buffer);
  for (let i = 0; i + 1 < steps.length; i++) {
    floats.fill(steps[i], 6 * i, 6 * i + 3);
    floats.fill((steps[i] + steps[i + 1]) / 2, 6 * i + 3, 6 * i + 6);
    for (const at of [6 * i + 1, 6 * i + 4]) words[at]++;
    for (const at of [6 * i + 2, 6 * i + 5]) words[at] = Math.max(0, words[at] - 1);
  }
  return floats;
}

const same = (got: ArrayLike<number>, want: (i: number) => number, of: (i: number) => number): void => {
  for (let i = 0; i < got.length; i++) {
    if (!Object.is(got[i], want(i))) expect.fail(`at ${i}: ${got[i]} for ${of(i)}, not ${want(i)}`);
  }
};

describe.each(BACKENDS)("16 bits on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });
  const { pack16, unpack16 } = runtime;

  describe.each(DTYPES)("%s", (dtype) => {
    it("widens every pattern exactly, also piece by piece", () => {
      for (const on of [runtime, small]) {
        const floats = on.unpack16(ALL, { dtype });
        expect(floats).toBeInstanceOf(Float32Array);
        same(
          floats,
          (i) => numberOf(i, dtype),
          (i) => i,
        );
      }
    });

    it("rounds every one of them to itself, and to one NaN", () => {
      const bits = pack16(unpack16(ALL, { dtype }), { dtype });
      expect(bits).toBeInstanceOf(Uint16Array);
      same(
        bits,
        (i) => (Number.isNaN(numberOf(i, dtype)) ? nearest(Number.NaN, dtype) : i),
        (i) => i,
      );
    });

    it("rounds what lies around each, and around each point halfway, to the nearest, ties to even", () => {
      const floats = edges(dtype);
      for (const sign of [1, -1]) {
        const x = floats.map((v) => sign * v);
        same(
          pack16(x, { dtype }),
          (i) => nearest(x[i], dtype),
          (i) => x[i],
        );
      }
    });

    it("rounds any float32 to the nearest", () => {
      const next = random(14);
      const words = Uint32Array.from({ length: 200_000 }, () => next() * 2 ** 32);
      const x = new Float32Array(words.buffer);
      same(
        small.pack16(x, { dtype }),
        (i) => nearest(x[i], dtype),
        (i) => x[i],
      );
      if (dtype === "float16")
        same(
          pack16(x, { dtype }),
          (i) => (Number.isNaN(x[i]) ? 0x7e00 : float16Of(x[i])),
          (i) => x[i],
        );
    });

    it("has the bounds that the pages name", () => {
      const largest = dtype === "float16" ? 65504 : 3.3895313892515355e38;
      const step = dtype === "float16" ? 32 : 2 ** 120;
      const infinity = INFINITE[dtype];
      expect([...pack16([largest, largest + step / 2], { dtype })]).toEqual([infinity - 1, infinity]);
      expect(pack16([largest + step / 4], { dtype })[0]).toBe(infinity - 1);
    });

    it.each([0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 1000, 4097])(
      "of %i floats writes those and nothing beside",
      (n) => {
        runtime.free();
        const x = Float32Array.from({ length: n }, (_, i) => (i % 7) - 3.25);
        const want = [...x].map((v) => nearest(v, dtype));
        const outside = new Uint16Array(n + 2).fill(0x1234);
        const inside = runtime.alloc(n + 2, dtype).fill(0x1234);
        for (const bits of [outside, inside]) {
          const part = bits.subarray(1, n + 1);
          expect(pack16(x, { dtype, out: part })).toBe(part);
          expect([...bits]).toEqual([0x1234, ...want, 0x1234]);
          const back = runtime.alloc(n + 2).fill(9);
          for (const floats of [new Float32Array(n + 2).fill(9), back]) {
            const out = floats.subarray(1, n + 1);
            expect(unpack16(part, { dtype, out })).toBe(out);
            expect([...floats]).toEqual([9, ...want.map((b) => numberOf(b, dtype)), 9]);
          }
          expect([...pack16(back.subarray(1, n + 1), { dtype })]).toEqual(want);
          expect([...back.subarray(1, n + 1)]).toEqual(want.map((b) => numberOf(b, dtype)));
        }
        runtime.free();
      },
    );
  });

  it("takes lists of numbers", () => {
    expect([...pack16([1, -2, 65520], { dtype: "float16" })]).toEqual([0x3c00, 0xc000, 0x7c00]);
  });

  it.runIf(NativeHalves)("takes a Float16Array without being told, and writes one", () => {
    const Native = NativeHalves as NonNullable<typeof NativeHalves>;
    const half = new Native([1.5, -2.25, 65504]);
    expect([...unpack16(half, {})]).toEqual([1.5, -2.25, 65504]);
    expect([...unpack16(half, { dtype: "bfloat16" })]).toEqual([1.5, -2.25, 65504]);
    expect([...pack16(half, { dtype: "bfloat16" })]).toEqual([0x3fc0, 0xc010, 0x4780]);
    const out = new Native([0, 0]);
    expect(pack16([0.5, 7], { out })).toBe(out);
    expect([...out]).toEqual([0.5, 7]);
    expect([...runtime.softmax(new Native([1, 2, 3]))]).toEqual([...runtime.softmax([1, 2, 3])]);
  });
});

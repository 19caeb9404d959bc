/** Known values, on which a backend proves itself before it is used: a millisecond against wrong results for a lifetime. */

import { type Dtype, halfOf } from "../half";
import type { Heap } from "../heap";

// Eleven logits: a whole pair of vectors and a tail of three. In every lane one whose exponential is as far from a power of
// two as can be, so that no term of its polynomial can be off unnoticed.
export const X = /* @__PURE__ */ Float32Array.of(1.25, 2, 3, 2.625, -40, 2.5, -0.125, 1.5, 0.5625, 1.75, -Infinity);
// log-sum-exp, entropy and softmax of X in float64
export const LSE = 4.24600425;
export const ENTROPY = 1.90072819;
export const P = [
  0.0499864031, 0.105821216, 0.287651889, 0.197700059, 6.08421439e-20, 0.17446969, 0.012638542, 0.0641838121,
  0.025134742, 0.0824136461, 0,
];
export const MASK = /* @__PURE__ */ Uint8Array.of(1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1);

/**
 * A result may be off by 4e-6 of itself, which right kernels keep on these values, or by `absolute`.
 *
 * @throws {Error} naming the function that is off, with its result and the expected one
 */
export function expectKnown(name: string, got: ArrayLike<number>, want: (j: number) => number, absolute = 4e-36): void {
  for (let j = 0; j < got.length; j++) {
    const bound = Math.max(absolute, 4e-6 * Math.abs(want(j)));
    if (got[j] === want(j) || Math.abs(got[j] - want(j)) <= bound) continue;
    throw new Error(`self-test: ${name} gave ${got[j]} instead of ${want(j)}`);
  }
}

/** Bits of 16-bit floats: a vector and a tail, with the least, an infinite and a NaN of either format. */
const BITS = /* @__PURE__ */ Uint16Array.of(
  1,
  0x8001,
  0x3c00,
  0xb555,
  0x7bff,
  0x7c00,
  0xff80,
  0x0400,
  0x7fc0,
  0x4049,
  0x8000,
);
/** Halfway between two of them, and next to it: what they are rounded to. */
const BETWEEN: readonly (readonly [dtype: Dtype, x: number, bits: number])[] = [
  ["float16", 1 + 2 ** -11, 0x3c00],
  ["float16", 1 + 3 * 2 ** -11, 0x3c02],
  ["float16", -(1 + 2 ** -11 + 2 ** -20), 0xbc01],
  ["float16", 1.5 * 2 ** -24, 2],
  ["float16", 65520, 0x7c00],
  ["bfloat16", 1 + 2 ** -8, 0x3f80],
  ["bfloat16", -(1 + 3 * 2 ** -8), 0xbf82],
];

/** @throws {Error} 16-bit floats are not widened, or not rounded, as they should be */
export function expectHalf(heap: Heap): void {
  for (const dtype of ["float16", "bfloat16"] as const) {
    const half = halfOf(BITS, dtype);
    const widened = new Float32Array(BITS.length);
    const words = new Uint32Array(widened.buffer); // an AudioWorklet reads denormals, which bfloat16s may be, as 0
    heap.move(widened, half);
    for (let j = 0; j < BITS.length; j++) {
      const right = dtype === "bfloat16" ? words[j] === BITS[j] * 65536 : Object.is(widened[j], half.value(j));
      if (!right) throw new Error(`self-test: unpack16 gave ${widened[j]} for ${half.value(j)}`);
    }
  }
  for (const [dtype, x, bits] of BETWEEN) {
    const half = halfOf(new Uint16Array(1), dtype);
    heap.move(half, Float32Array.of(x));
    if (half[0] !== bits) throw new Error(`self-test: pack16 gave ${half[0]} for ${x}`);
  }
}

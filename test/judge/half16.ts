/** Floats of 16 bits by their definition: what each pattern is worth, and which of them is nearest to a number. */
import type { Dtype } from "../../src/index";

export const DTYPES = ["float16", "bfloat16"] as const;

const view = new DataView(new ArrayBuffer(4));
function float32Of(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/** The number with these bits. */
export function numberOf(bits: number, dtype: Dtype): number {
  if (dtype === "bfloat16") return float32Of(bits * 65536);
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bits of Infinity; those above are NaN's. */
export const INFINITE: Readonly<Record<Dtype, number>> = { float16: 0x7c00, bfloat16: 0x7f80 };

/** All finite numbers of a format from 0 upwards, and where Infinity stands: the next power of two. */
export const LADDERS = Object.fromEntries(
  DTYPES.map((dtype) => {
    const steps = Float64Array.from({ length: INFINITE[dtype] + 1 }, (_, bits) => numberOf(bits, dtype));
    steps[INFINITE[dtype]] = dtype === "float16" ? 65536 : 2 ** 128;
    return [dtype, steps];
  }),
) as Record<Dtype, Float64Array>;

/** Bits of the nearest one, ties to even bits: a search in all of them. */
export function nearest(x: number, dtype: Dtype): number {
  if (Number.isNaN(x)) return dtype === "float16" ? 0x7e00 : 0x7fc0;
  const steps = LADDERS[dtype];
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  let [low, high] = [0, steps.length - 1];
  if (size >= steps[high]) return sign | high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= size) low = middle;
    else high = middle;
  }
  const [down, up] = [size - steps[low], steps[high] - size];
  return sign | (down < up || (down === up && low % 2 === 0) ? low : high);
}

/**
 * Whether a number of 16 bits is what some number within `bound` of `want` rounds to. Rounding keeps the order, so that it is if it
 * lies between what the ends round to.
 */
export function isRounded(got: number, want: number, bound: number, dtype: Dtype): boolean {
  const rounded = (x: number): number => numberOf(nearest(x, dtype), dtype);
  const exact = rounded(want);
  if (got === exact || (Number.isNaN(got) && Number.isNaN(exact))) return true;
  return Number.isFinite(want) && got >= rounded(want - bound) && got <= rounded(want + bound);
}

interface Native {
  new (values: ArrayLike<number>): Uint16Array;
  new (buffer: ArrayBufferLike, from?: number, length?: number): Uint16Array;
}

/** Float16Array, where the engine has one; Node 20 and 22 have none. */
export const { Float16Array: NativeHalves } = globalThis as unknown as { Float16Array: Native | undefined };

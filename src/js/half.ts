/** assembly/pack16.ts and unpack16.ts in JavaScript: with integers, as exact as there. */
import type { HalfKernels } from "../kernels/half";
import type { Memory } from "./state";

/** Bits of the float32 that is the float16 with bits h. */
function bitsOf(h: number): number {
  const sign = (h & 0x8000) << 16;
  const exponent = h & 0x7c00;
  if (exponent === 0x7c00) return sign | 0x7f800000 | ((h & 1023) << 13);
  if (exponent !== 0) return sign | (((h & 0x7fff) << 13) + (112 << 23));
  const fraction = h & 1023;
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // until its first 1 stands where a float16 leaves it out
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13);
}

/** Bits of the float16 that is nearest to the float32 with bits u, which has no sign and is no NaN; ties to even. */
function nearest(u: number): number {
  if (u >= 0x477ff000) return 0x7c00;
  if (u >= 0x38800000) return (u - (112 << 23) + 0xfff + ((u >> 13) & 1)) >> 13;
  if (u < 0x33000000) return 0; // less than half of the smallest
  const fraction = (u & 0x7fffff) | 0x800000;
  const cut = 126 - (u >> 23); // its lowest bits, which are below 2^-24
  const half = 1 << (cut - 1);
  return (fraction + half - 1 + ((fraction >> cut) & 1)) >> cut;
}

export function halfKernels({ u16, u32 }: Memory): HalfKernels {
  return {
    pack16(y, x, n, bfloat) {
      const to = y >>> 1;
      const from = x >>> 2;
      for (let i = 0; i < n; i++) {
        const bits = u32[from + i];
        const u = bits & 0x7fffffff;
        if (u > 0x7f800000) u16[to + i] = bfloat ? 0x7fc0 : 0x7e00;
        else if (bfloat) u16[to + i] = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
        else u16[to + i] = ((bits >>> 16) & 0x8000) | nearest(u);
      }
    },
    unpack16(y, x, n, bfloat) {
      const to = y >>> 2;
      const from = x >>> 1;
      if (bfloat) for (let i = 0; i < n; i++) u32[to + i] = u16[from + i] << 16;
      else for (let i = 0; i < n; i++) u32[to + i] = bitsOf(u16[from + i]);
    },
  };
}

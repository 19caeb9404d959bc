/** What every family has: numbers of 16 bits from and to float32 (assembly/pack16.ts, unpack16.ts). */
export interface HalfKernels {
  /** u16[n] at y from f32[n] at x; y may be x. @param bfloat  1 for bfloat16, 0 for float16 */
  readonly pack16: (y: number, x: number, n: number, bfloat: number) => void;
  /** f32[n] at y from u16[n] at x; x may be y + 2n. */
  readonly unpack16: (y: number, x: number, n: number, bfloat: number) => void;
}

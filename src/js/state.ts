/**
 * The JavaScript twin's views of memory, and its state of each column between phases: m, s, entropy's w, whether any position takes
 * part, whether hardmax has met the maximum. A row is a strip of one column.
 */
import { STRIP } from "../../assembly/layout";

export interface Memory {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
}

export function views(buffer: ArrayBuffer): Memory {
  return {
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    u8: new Uint8Array(buffer),
    u16: new Uint16Array(buffer),
    u32: new Uint32Array(buffer),
  };
}

/** Index of column i's s, m and w among the float64s of `state`. */
export const sumAt = (state: number, i: number): number => (state >>> 3) + i;
export const maxAt = (state: number, i: number): number => (state >>> 3) + STRIP + i;
export const weightedAt = (state: number, i: number): number => (state >>> 3) + 3 * STRIP + i;
/** Index of column i's two flags among the bytes of `state`. */
export const anyAt = (state: number, i: number): number => state + 16 * STRIP + i;
export const foundAt = (state: number, i: number): number => state + 17 * STRIP + i;

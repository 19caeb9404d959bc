/**
 * A kernel works in phases over (outer, axis, inner): inner = 1 is rows along memory, inner > 1 is columns across it.
 * All of them in one call when the data lies in the heap; one at a time, tile after tile, when a row is longer than the
 * heap. Results that a later phase needs of an earlier one lie in `state`, so both ways give the same bits.
 */
import { STRIP as strip } from "./layout";
export { ALL, FINISH, INIT, MASKED, MAX, SETTLE, SUM, WIDEN } from "./layout";

/**
 * A flag of phases: m is NaN where a logit is NaN, for kernels that have no sum, or need m alone. Without it a NaN is dropped from
 * m, which saves a twentieth of the time, and reaches the sum.
 */
export const NAN: i32 = 128;

/** Columns worked on together, as a usize, the type of addresses. */
export const STRIP: usize = strip;

/** Floats of a partial sum: they are added in float32, pairs first, eight of those to a lane, and their sum goes into a float64 sum. That costs 5·2^-24
 *  at the very worst. Tiles are multiples of it, so a split row adds in the same order. */
export const PARTIAL_SUM: usize = 64;

/** State of a row, or of the tiles of it so far. */
// @ts-ignore: decorator
@unmanaged
export class Row {
  m: f32;
  /** Not 0 when a position takes part. */
  any: u32;
  /** hardmax has met the maximum. */
  found: u32;
  /** Σ exp((x - m) / T), two float64 parts. */
  s: v128;
  /** The distances of entropy, two float64 parts. */
  w: v128;
}

// state of a strip of columns: arrays of STRIP
export const COLUMN_M: usize = 0; // f32
export const COLUMN_PART: usize = 4 * STRIP; // f32, what FINISH needs of a column, or a flag (assembly/sparse/search.ts)
export const COLUMN_ANY: usize = 8 * STRIP; // u32
export const COLUMN_S: usize = 12 * STRIP; // f64
export const COLUMN_W: usize = 20 * STRIP; // f64, the distances of entropy

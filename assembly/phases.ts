/**
 * A kernel works in phases over (outer, axis, inner): inner = 1 is rows along memory, inner > 1 is columns across it.
 * All of them in one call when the data lies in the heap; one at a time, tile after tile, when a row is longer than the
 * heap. What a later phase needs of an earlier one lies in `state`, so both ways give the same bits.
 */
import { STRIP as strip } from "./layout";
export { ALL, FINISH, INIT, MASKED, MAX, SETTLE, SUM, WIDEN } from "./layout";

/** Columns worked on together, as a count that addresses are made of. */
export const STRIP: usize = strip;

/** Floats added up in float32 before they go into a float64 sum, eight to a lane: 5·2^-24 at the very worst. Tiles are
 *  multiples of it, so a split row adds in the same order. */
export const BLOCK: usize = 64;

// state of a row
export const ROW_M: usize = 0; // f32
export const ROW_ANY: usize = 4; // u32, not 0 when a position takes part
export const ROW_FOUND: usize = 8; // u32, hardmax has met the maximum
export const ROW_S: usize = 16; // f64x2

// state of a strip of columns: arrays of STRIP
export const COLUMN_M: usize = 0; // f32
export const COLUMN_PART: usize = 1024; // f32, the block's sum; in FINISH what the result needs
export const COLUMN_ANY: usize = 2048; // u32
export const COLUMN_S: usize = 3072; // f64

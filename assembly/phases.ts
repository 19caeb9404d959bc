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
}

// state of a strip of columns: arrays of STRIP
export const COLUMN_M: usize = 0; // f32
export const COLUMN_PART: usize = 4 * STRIP; // f32, the block's sum; in FINISH what the result needs
export const COLUMN_ANY: usize = 8 * STRIP; // u32
export const COLUMN_S: usize = 12 * STRIP; // f64

// the same of a strip with exact zeros; its COLUMN_PART is all ones where τ still moves, its COLUMN_ANY a count
export const COLUMN_T: usize = 5120; // f64, t = 1 + τ
export const COLUMN_D: usize = 7168; // f64, the slope that goes with S

// state of a row with exact zeros, behind that of a strip, which keeps the maxima of columns meanwhile
const SPARSE: usize = 9216;
export const SPARSE_M: usize = SPARSE; // f32
export const SPARSE_BASE: usize = SPARSE + 4; // f32, what the list's values are relative to: m or 0
export const SPARSE_CUT: usize = SPARSE + 8; // f32, LEAST rounded down: what the list takes lies above it
export const SPARSE_COUNT: usize = SPARSE + 12; // u32, candidates in the list
export const SPARSE_MODE: usize = SPARSE + 16; // u32, candidates.ts
export const SPARSE_PASSES: usize = SPARSE + 20; // u32, over more than the list holds
export const SPARSE_STAGE: usize = SPARSE + 24; // u32, entmaxSteep.ts
export const SPARSE_FLOOR: usize = SPARSE + 28; // f32, LEAST as a logit, rounded down
export const SPARSE_LEAST: usize = SPARSE + 32; // f64, everything up to it is off the support; relative to BASE
export const SPARSE_SCALE: usize = SPARSE + 40; // f64, s = alpha - 1
export const SPARSE_T: usize = SPARSE + 48; // f64, t = 1 + τ; in entmaxSteep.ts the smallest share q
export const SPARSE_S: usize = SPARSE + 56; // f64, Σ p
export const SPARSE_D: usize = SPARSE + 64; // f64, the slope that goes with it
export const SPARSE_SEEN: usize = SPARSE + 80; // u32, positions of this pass so far
export const SPARSE_LENGTH: usize = SPARSE + 84; // u32, positions of the row, as its first pass has counted them
export const SPARSE_SAMPLED: usize = SPARSE + 88; // u32, positions that the sample is taken from
export const SPARSE_WORK: usize = SPARSE + 92; // u32, terms that shortening the list has cost
export const SPARSE_GUESS: usize = SPARSE + 96; // u32, not 0 while τ is a sample's and may be too high
export const SPARSE_LIFT: usize = SPARSE + 100; // f32, added to a logit before BASE is taken from it
export const SPARSE_PIVOT: usize = SPARSE + 104; // f64, entmaxSteep.ts, and so the rest
export const SPARSE_ROOT: usize = SPARSE + 112; // f64
export const SPARSE_ABOVE: usize = SPARSE + 120; // f64
export const SPARSE_BELOW: usize = SPARSE + 128; // f64
export const SPARSE_FIRST: usize = SPARSE + 136; // f64
export const SPARSE_LAST: usize = SPARSE + 144; // f64
export const SPARSE_HIGHER: usize = SPARSE + 152; // f64
export const SPARSE_LEVEL: usize = SPARSE + 160; // f64
export const SPARSE_WIDTH: usize = SPARSE + 168; // f64
export const SPARSE_MOVE: usize = SPARSE + 176; // f64
export const SPARSE_FAR: usize = SPARSE + 184; // f64
export const SPARSE_SLOW: usize = SPARSE + 192; // u32
export const SPARSE_RATE: usize = SPARSE + 200; // f64, what a difference of logits is multiplied by: s, in entmaxSteep.ts s / T
export const SPARSE_LOG_RATE: usize = SPARSE + 208; // f64, its logarithm in entmaxSteep.ts
export const SPARSE_LIST: usize = SPARSE + 224; // f32[LIST + 32]

/** Candidates that the list holds; the 32 floats behind it take what whole vectors add. */
export const LIST: u32 = 1968;

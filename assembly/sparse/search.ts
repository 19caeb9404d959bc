/**
 * The state of the kernels with exact zeros between phases: of a strip of columns some arrays, of a row a Search. The Search of the
 * JavaScript twin, src/js/sparse/search.ts, has the same fields under the same names.
 */
import { GATHERING, LIST_FLOATS, STATE_BYTES } from "../layout";

// The state of a strip of columns: arrays of STRIP, behind those that every kernel along an axis has (phases.ts). Of the latter
// COLUMN_PART is all ones where τ still moves, and COLUMN_ANY a count.
export const COLUMN_T: usize = 5120; // f64, t = 1 + τ
export const COLUMN_D: usize = 7168; // f64, the slope that goes with COLUMN_S

/** Offset of the Search of a row, behind the arrays of a strip: columns that are solved one by one need both. */
const SEARCH: usize = 9216;

/** Candidates that the list holds. Whole vectors may write up to 32 floats behind it. */
export const LIST: u32 = LIST_FLOATS;

/** S and D += those of the list's n floats, which are followed by a vector of -Infinity. */
export type Accumulate = (search: Search, list: usize, n: usize) => void;

/** Moves τ by S and D, and `least` with it. @returns τ is found */
export type Step = (search: Search) => bool;

/** y of n floats, from what is known of their row. @returns how many of them are not 0 */
export type RowShares = (search: Search, y: usize, x: usize, n: usize) => u32;

/** A strip of columns: `phases` of it, with FINISH y and COLUMN_ANY, how many of y are not 0. @returns τ still moves */
export type Strip = (
  state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize,
) => bool;

/** d = x + lift - base throughout. */
// @ts-ignore: decorator
@unmanaged
export class Search {
  // the function, set by each call of it
  /** s = alpha - 1 */
  s: f64;
  /** The factor of a difference of logits: s, and s / T above alpha = 2, where its logarithm is needed too. */
  rate: f64;
  logRate: f64;
  /** The list holds x itself, not x - m. */
  absolute: bool;
  accumulate: Accumulate;
  step: Step;
  rowShares: RowShares;
  strip: Strip;

  // the row
  /** max x. The list holds d = x + lift - base. lift keeps d from being denormal (liftOf); base is m + lift, or 0. */
  m: f32;
  lift: f32;
  base: f32;
  /** `least` rounded down, as a d and as a logit: the list takes only ds above `cut`. */
  cut: f32;
  floor: f32;
  /** A lower bound: every d up to it is off the support. */
  least: f64;
  /** t = 1 + τ; above alpha = 2 it is q, the smallest share, and 1 / S. */
  t: f64;
  q: f32;
  perS: f32;
  /** Σ p, and the slope that goes with it. */
  S: f64;
  D: f64;
  /** Not 0 while τ is a sample's and may be too high. */
  guess: i32;

  // its list
  count: u32;
  mode: i32;
  /** Passes over more than the list holds. */
  passes: i32;
  /** Positions of this pass so far, of the row, of the sample; and the terms that were summed to shorten the list. */
  seen: u32;
  length: u32;
  sampled: u32;
  work: u32;

  // above alpha = 2
  stage: i32;
  /** Steps in a row that have neither halved what is undecided nor brought S a quarter as near. */
  slow: u32;
  /** Where S is taken, and the smallest logit that is known to be in the support. */
  pivot: f64;
  root: f64;
  /** The undecided logits that are next to those that are decided. */
  first: f64;
  last: f64;
  /** The logits next to the pivot, how many are above it, and how many are equal to it. */
  above: f64;
  below: f64;
  higher: f64;
  level: f64;
  /** After the last step that was not slow: how many floats were undecided, and |log S|. */
  width: f64;
  far: f64;
  /** How far the norm's step went. */
  move: f64;

  /** Its candidates. */
  // @ts-ignore: decorator
  @inline
  get list(): usize {
    return changetype<usize>(this) + LIST_AT;
  }

  /** Sets the function of a call: its s, how it sums and steps, and how it writes a row or works on a strip of columns. */
  use(s: f64, accumulate: Accumulate, step: Step, rowShares: RowShares, strip: Strip): void {
    this.s = s;
    this.rate = s;
    this.absolute = false;
    this.accumulate = accumulate;
    this.step = step;
    this.rowShares = rowShares;
    this.strip = strip;
  }

  /** A row whose maximum is known. */
  begin(m: f32): void {
    const lift: f32 = this.absolute ? 0 : liftOf(m);
    this.m = m;
    this.lift = lift;
    this.base = this.absolute ? 0 : m + lift;
    this.count = 0;
    this.mode = GATHERING;
    this.passes = 0;
    this.seen = 0;
    this.work = 0;
    this.guess = 0;
    this.least = (this.absolute ? <f64>m : 0) - 1 / this.rate;
    this.t = 0;
    this.q = 0;
    this.perS = 0;
    this.cutAtLeast();
  }

  /** `cut` and `floor`: `least` as float32s that are surely smaller, by a rounding (2^-23 of it) and a few of the least denormals. */
  cutAtLeast(): void {
    const least = this.least, cut = <f32>least, floor = <f32>(least + <f64>this.base);
    this.cut = cut - abs(cut) * 1.2e-7 - 1e-44;
    this.floor = floor - (abs(floor) + abs(cut)) * 1.2e-7 - 1e-44;
  }

  /** The search starts with all that lies above `least`. */
  open(stage: i32): void {
    const m = <f64>this.m, cut = <f64>max(this.cut, -f32.MAX_VALUE);
    this.stage = stage;
    this.root = m;
    this.pivot = cut;
    this.first = cut;
    this.last = m;
    this.width = Infinity;
    this.move = 0;
    this.far = Infinity;
    this.slow = 0;
    this.clear();
  }

  clear(): void {
    this.S = 0;
    this.D = 0;
    this.above = Infinity;
    this.below = -Infinity;
    this.higher = 0;
    this.level = 0;
  }

  /** Makes each logit of the list count `weight` times. */
  weigh(weight: f64): void {
    this.S = weight * this.S;
    this.D = weight * this.D;
    this.higher = weight * this.higher;
    this.level = weight * this.level;
  }
}

/** Where the list begins, behind the fields. */
// @ts-ignore: decorator
@inline
const LIST_AT: usize = (offsetof<Search>() + 15) & ~15;

// @ts-ignore: decorator
@inline
export function searchAt(state: usize): Search {
  if (SEARCH + LIST_AT + (<usize>(LIST_FLOATS + 32) << 2) > <usize>STATE_BYTES) ERROR("a Search and its list are too large");
  return changetype<Search>(state + SEARCH);
}

/** Keeps the differences of denormal logits from being denormal too: each product with one takes 150 cycles on Intel. */
function liftOf(m: f32): f32 {
  return abs(m) < 7.9e-31 ? 8.673617379884035e-19 : 0; // 2^-100, 2^-60
}

/** liftOf four maxima */
export function lifts(m: v128): v128 {
  return v128.and(f32x4.lt(f32x4.abs(m), f32x4.splat(7.9e-31)), f32x4.splat(8.673617379884035e-19));
}

/** assembly/vocabulary/marks.ts in JavaScript: what the passes over a vocabulary work on and leave behind. */
import {
  TILE_FROM,
  TILE_MASK,
  TILE_SHIFT,
  TILE_TOKENS,
  TILE_X,
  VOCABULARY_ABOVE,
  VOCABULARY_COUNT,
  VOCABULARY_HISTOGRAM,
  VOCABULARY_LEAST,
  VOCABULARY_LOG,
  VOCABULARY_MASS,
  VOCABULARY_MAXIMA,
  VOCABULARY_MOST,
  VOCABULARY_SUM,
  VOCABULARY_TAIL,
  VOCABULARY_THRESHOLD,
  VOCABULARY_TIES,
  VOCABULARY_TOTAL,
  VOCABULARY_WEIGHT,
  WEIGHTS_M,
  WEIGHTS_TEMPERATURE,
} from "../../../assembly/layout";
import type { Memory } from "../state";

/** Tokens that a pass works on. */
export interface Tile {
  readonly x: number;
  readonly mask: number;
  readonly from: number;
  readonly n: number;
  readonly shift: number;
}

export const tileAt = ({ u32 }: Memory, tile: number): Tile => ({
  x: u32[(tile + TILE_X) >>> 2],
  mask: u32[(tile + TILE_MASK) >>> 2],
  from: u32[(tile + TILE_FROM) >>> 2],
  n: u32[(tile + TILE_TOKENS) >>> 2],
  shift: u32[(tile + TILE_SHIFT) >>> 2],
});

/** The weights exp((x - m) / T) of a distribution. */
interface Weights {
  readonly m: number;
  readonly temperature: number;
}

const EVEN: Weights = { m: 0, temperature: Infinity };

/** @returns where `weights` is 0, those by which every token weighs 1 */
export const weightsAt = ({ f64 }: Memory, weights: number): Weights =>
  weights === 0
    ? EVEN
    : { m: f64[(weights + WEIGHTS_M) >>> 3], temperature: f64[(weights + WEIGHTS_TEMPERATURE) >>> 3] };

/** The weight of a token: exp((x - m) / T). */
export const weigh = (x: number, m: number, temperature: number): number =>
  temperature === Infinity ? 1 : Math.exp((x - m) / temperature);

/**
 * Results of the passes: for the next tile, for other kernels and for the host. The class Marks of the kernels, with the same names.
 * The state is the one that `at` was given last. Sums in two parts have all in the first.
 */
export class Marks {
  readonly #memory: Memory;
  #state = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  at(state: number): this {
    this.#state = state;
    return this;
  }

  /** Index of the first bin of the histogram among the float64s; a bin has two of them. */
  get bins(): number {
    return (this.#state + VOCABULARY_HISTOGRAM) >>> 3;
  }

  /** Index of the first block's maximum among the float32s. */
  get maxima(): number {
    return (this.#state + VOCABULARY_MAXIMA) >>> 2;
  }

  get sum(): number {
    return this.#memory.f64[(this.#state + VOCABULARY_SUM) >>> 3];
  }
  set sum(value: number) {
    this.#memory.f64[(this.#state + VOCABULARY_SUM) >>> 3] = value;
    this.#memory.f64[((this.#state + VOCABULARY_SUM) >>> 3) + 1] = 0;
  }

  get tail(): number {
    return this.#memory.f64[(this.#state + VOCABULARY_TAIL) >>> 3];
  }
  set tail(value: number) {
    this.#memory.f64[(this.#state + VOCABULARY_TAIL) >>> 3] = value;
    this.#memory.f64[((this.#state + VOCABULARY_TAIL) >>> 3) + 1] = 0;
  }

  get mass(): number {
    return this.#memory.f64[(this.#state + VOCABULARY_MASS) >>> 3];
  }
  set mass(value: number) {
    this.#memory.f64[(this.#state + VOCABULARY_MASS) >>> 3] = value;
  }

  get count(): number {
    return this.#memory.u32[(this.#state + VOCABULARY_COUNT) >>> 2];
  }
  set count(value: number) {
    this.#memory.u32[(this.#state + VOCABULARY_COUNT) >>> 2] = value;
  }

  get above(): number {
    return this.#memory.u32[(this.#state + VOCABULARY_ABOVE) >>> 2];
  }
  set above(value: number) {
    this.#memory.u32[(this.#state + VOCABULARY_ABOVE) >>> 2] = value;
  }

  get ties(): number {
    return this.#memory.u32[(this.#state + VOCABULARY_TIES) >>> 2];
  }
  set ties(value: number) {
    this.#memory.u32[(this.#state + VOCABULARY_TIES) >>> 2] = value;
  }

  set log(value: number) {
    this.#memory.f64[(this.#state + VOCABULARY_LOG) >>> 3] = value;
  }

  set weight(value: number) {
    this.#memory.f64[(this.#state + VOCABULARY_WEIGHT) >>> 3] = value;
  }

  set threshold(value: number) {
    this.#memory.f32[(this.#state + VOCABULARY_THRESHOLD) >>> 2] = value;
  }

  set least(value: number) {
    this.#memory.f32[(this.#state + VOCABULARY_LEAST) >>> 2] = value;
  }

  set most(value: number) {
    this.#memory.f32[(this.#state + VOCABULARY_MOST) >>> 2] = value;
  }

  set total(value: number) {
    this.#memory.f32[(this.#state + VOCABULARY_TOTAL) >>> 2] = value;
  }
}

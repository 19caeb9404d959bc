/** assembly/vocabulary/marks.ts in JavaScript: what the passes over a vocabulary work on and leave behind. */
import {
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
} from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import type { Memory } from "../state";

/** Tokens that a pass works on. */
export interface Tile {
  readonly x: number;
  readonly mask: number;
  readonly from: number;
  readonly n: number;
  readonly shift: number;
}

export function tileAt({ u32 }: Memory, tile: number): Tile {
  const at = tile >>> 2;
  return { x: u32[at], mask: u32[at + 1], from: u32[at + 2], n: u32[at + 3], shift: u32[at + 4] };
}

export function tileKernel({ u32 }: Memory): VocabularyKernels["vocabularyTile"] {
  return (tile, x, mask, from, n, shift) => {
    const at = tile >>> 2;
    u32[at] = x;
    u32[at + 1] = mask;
    u32[at + 2] = from;
    u32[at + 3] = n;
    u32[at + 4] = shift;
  };
}

/** The weights exp((x - m) / T) of a distribution. */
export interface Weights {
  readonly m: number;
  readonly temperature: number;
}

export function weightsAt({ f64 }: Memory, weights: number): Weights {
  return { m: f64[weights >>> 3], temperature: f64[(weights >>> 3) + 1] };
}

/** A function for what a token weighs: 1, where `weights` is 0. */
export function weighing(memory: Memory, weights: number): (x: number) => number {
  if (weights === 0) return () => 1;
  const { m, temperature } = weightsAt(memory, weights);
  return (x) => Math.exp((x - m) / temperature);
}

export function weightsKernel({ f64 }: Memory): VocabularyKernels["vocabularyWeights"] {
  return (weights, m, temperature) => {
    f64[weights >>> 3] = m;
    f64[(weights >>> 3) + 1] = temperature;
  };
}

/** What a pass leaves for the next tile, for other kernels and for the host. Sums in two parts have all in the first. */
export class Marks {
  readonly #f32: Float32Array;
  readonly #f64: Float64Array;
  readonly #u32: Uint32Array;
  readonly #state: number;

  constructor({ f32, f64, u32 }: Memory, state: number) {
    this.#f32 = f32;
    this.#f64 = f64;
    this.#u32 = u32;
    this.#state = state;
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
    return this.#f64[(this.#state + VOCABULARY_SUM) >>> 3];
  }
  set sum(value: number) {
    this.#f64[(this.#state + VOCABULARY_SUM) >>> 3] = value;
    this.#f64[((this.#state + VOCABULARY_SUM) >>> 3) + 1] = 0;
  }

  get tail(): number {
    return this.#f64[(this.#state + VOCABULARY_TAIL) >>> 3];
  }
  set tail(value: number) {
    this.#f64[(this.#state + VOCABULARY_TAIL) >>> 3] = value;
    this.#f64[((this.#state + VOCABULARY_TAIL) >>> 3) + 1] = 0;
  }

  get mass(): number {
    return this.#f64[(this.#state + VOCABULARY_MASS) >>> 3];
  }
  set mass(value: number) {
    this.#f64[(this.#state + VOCABULARY_MASS) >>> 3] = value;
  }

  get count(): number {
    return this.#u32[(this.#state + VOCABULARY_COUNT) >>> 2];
  }
  set count(value: number) {
    this.#u32[(this.#state + VOCABULARY_COUNT) >>> 2] = value;
  }

  get above(): number {
    return this.#u32[(this.#state + VOCABULARY_ABOVE) >>> 2];
  }
  set above(value: number) {
    this.#u32[(this.#state + VOCABULARY_ABOVE) >>> 2] = value;
  }

  get ties(): number {
    return this.#u32[(this.#state + VOCABULARY_TIES) >>> 2];
  }
  set ties(value: number) {
    this.#u32[(this.#state + VOCABULARY_TIES) >>> 2] = value;
  }

  set log(value: number) {
    this.#f64[(this.#state + VOCABULARY_LOG) >>> 3] = value;
  }

  set weight(value: number) {
    this.#f64[(this.#state + VOCABULARY_WEIGHT) >>> 3] = value;
  }

  set threshold(value: number) {
    this.#f32[(this.#state + VOCABULARY_THRESHOLD) >>> 2] = value;
  }

  set least(value: number) {
    this.#f32[(this.#state + VOCABULARY_LEAST) >>> 2] = value;
  }

  set most(value: number) {
    this.#f32[(this.#state + VOCABULARY_MOST) >>> 2] = value;
  }

  set total(value: number) {
    this.#f32[(this.#state + VOCABULARY_TOTAL) >>> 2] = value;
  }
}

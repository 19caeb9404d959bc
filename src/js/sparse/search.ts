/**
 * The search for τ of a row, with the fields of assembly/sparse/search.ts, and Newton's rule as in assembly/sparse/newton.ts.
 * d = x - base throughout.
 */
import { FLT_MAX, LEAST_RATE, MOST_RATE, SUPPORT } from "../../../assembly/layout";

/** How one function finds τ: its sums, its steps, and its shares. */
export interface Rule {
  /** Search.absolute */
  readonly absolute: boolean;
  /** S and D += those of the list's n candidates. */
  accumulate(search: Search, list: Float64Array, n: number): void;
  /** Moves τ by them, and `least` with it. @returns τ is found */
  step(search: Search): boolean;
  /** The share of d, once τ is found. */
  share(search: Search, d: number): number;
}

export class Search {
  /** s = alpha - 1, and 1 / s. */
  s = 1;
  c = 1;
  /** The factor of a difference of logits: s, and s / T above alpha = 2, where its logarithm is needed too. */
  rate = 1;
  logRate = 0;
  /** d is x itself, not x - m. */
  absolute = false;

  /** max x. */
  m = -Infinity;
  /** m; above alpha = 2 it is 0, so that two ds differ by exactly the difference of their logits. */
  base = 0;
  /** m - base */
  top = 0;
  /** Everything up to it is off the support. */
  least = 0;
  /** t = 1 + τ; above alpha = 2 it is q, the smallest share. */
  t = 0;
  q = 0;
  /** Σ p, and the slope that goes with it. */
  S = 0;
  D = 0;
  /** Not 0 while τ is a sample's and may be too high. */
  guess = 0;

  // above alpha = 2
  stage = SUPPORT;
  slow = 0;
  pivot = 0;
  root = 0;
  /** q^s / rate */
  excess = 0;
  first = 0;
  last = 0;
  above = 0;
  below = 0;
  higher = 0;
  level = 0;
  width = 0;
  far = 0;
  move = 0;

  /** Sets the function of a call: s, the rate, and whether d is x itself. */
  use(s: number, temperature: number, absolute: boolean): void {
    this.s = s;
    this.c = 1 / s;
    this.rate = Math.max(Math.min(s / temperature, MOST_RATE), LEAST_RATE);
    if (absolute) this.logRate = Math.log(this.rate);
    this.absolute = absolute;
  }

  /** A row whose maximum is known. */
  begin(m: number): void {
    this.m = m;
    this.base = this.absolute ? 0 : m;
    this.top = this.base === m ? 0 : m; // of an infinite m too
    this.t = 0;
    this.q = 0;
    this.least = this.top - 1 / this.rate;
    this.guess = 0;
  }

  /** The search starts with all that lies above `least`. */
  open(stage: number): void {
    this.stage = stage;
    this.root = this.top;
    this.first = Math.max(this.least, -FLT_MAX);
    this.pivot = this.first;
    this.last = this.top;
    this.width = Infinity;
    this.far = Infinity;
    this.move = 0;
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

  /** The list's logits count `weight` times each. */
  weigh(weight: number): void {
    this.S *= weight;
    this.D *= weight;
    this.higher *= weight;
    this.level *= weight;
  }
}

/** An S - 1 that is too small to see. */
export const ENOUGH = 1e-7;

/** The step of [s·(x - m) - τ]_+ that takes S to 1 as far as D tells; negative where S < 1. */
export const normStep = ({ s, S, D }: Search): number => (s === 1 ? S - 1 : -S * Math.expm1(-s * Math.log(S))) / D;

/** Newton's rule on the norm of order 1/s, 1 < alpha <= 2. */
export function newton(search: Search): boolean {
  const { s, S, t, guess } = search;
  search.guess = 0;
  if (!(S > 1)) {
    if (guess === 0 || 1 - S <= ENOUGH) return true;
    const back = t + normStep(search);
    const least = 1 + s * search.least;
    search.t = back > least ? back : least; // least also where nothing lies above τ
    if (back > least) search.least = (back - 1) / s;
    return false;
  }
  if (S - 1 <= ENOUGH) return true;
  search.t = t + normStep(search);
  search.least = (search.t - 1) / s;
  return search.t === t;
}

/** The search for τ of a row, as in assembly/sparse/newton.ts and assembly/sparse/entmaxSteep.ts; d = x - base throughout. */

/** What a list is searched for: the support of a part of the row, that of the row, its shares (above alpha = 2). */
export const PART = 0;
export const SUPPORT = 1;
export const SHARES = 2;

const LEAST_FLOAT = -3.4028234663852886e38;

export class Search {
  /** max x, and s = alpha - 1. */
  m = -Infinity;
  s = 1;
  /** 1 / s */
  c = 1;
  /** m, and above alpha = 2 it is 0: what two logits differ by is the difference of their ds to the last digit. */
  base = 0;
  /** m - base */
  top = 0;
  /** What a difference of logits is multiplied by, and its logarithm: s, and above alpha = 2 s / T. */
  rate = 1;
  logRate = 0;
  /** t = 1 + τ; above alpha = 2 the smallest share q. */
  t = 0;
  /** Everything up to it is off the support. */
  least = 0;
  /** Not 0 while τ is a sample's and may be too high. */
  guess = 0;
  /** Σ p, and the slope that goes with it. */
  S = 0;
  D = 0;
  // above alpha = 2
  stage = SUPPORT;
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
  slow = 0;

  begin(m: number, s: number, rate: number, base: number): void {
    this.m = m;
    this.s = s;
    this.c = 1 / s;
    this.base = base;
    this.top = base === m ? 0 : m; // of an infinite m too
    this.rate = rate;
    this.logRate = Math.log(rate);
    this.t = 0;
    this.least = this.top - 1 / rate;
    this.guess = 0;
  }

  /** With all that lies above `least`. */
  open(stage: number): void {
    this.stage = stage;
    this.root = this.top;
    this.first = Math.max(this.least, LEAST_FLOAT);
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

/** What a function along an axis knows of its τ. */
export interface Rule {
  /** d is x itself, not x - m. */
  readonly absolute: boolean;
  /** S and D += those of the list's n candidates. */
  sums(search: Search, list: Float64Array, n: number): void;
  /** Moves τ by them, and `least` with it. @returns τ is found */
  step(search: Search): boolean;
  /** The share of d, once τ is found. */
  share(search: Search, d: number): number;
}

/** s / T within what float32s can differ by: of a rate beyond that no difference is below 1, or no share above 0. */
export const rateOf = (s: number, temperature: number): number =>
  Math.max(Math.min(s / temperature, 2 ** 160), 2 ** -1022);

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

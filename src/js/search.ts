/** The search for τ of a row, as in assembly/newton.ts and assembly/entmaxSteep.ts; d = x - m throughout. */
export class Search {
  /** max x, and s = alpha - 1. */
  m = -Infinity;
  s = 1;
  /** t = 1 + τ; above alpha = 2 the smallest share q. */
  t = 0;
  /** Everything up to it is off the support. */
  least = 0;
  /** Σ p, and the slope that goes with it. */
  S = 0;
  D = 0;
  // above alpha = 2
  part = false;
  shares = false;
  pivot = 0;
  high = 0;
  root = 0;
  above = 0;
  below = 0;
  over = 0;
  under = 0;
  undecided = 0;

  begin(m: number, s: number): void {
    this.m = m;
    this.s = s;
    this.t = 0;
    this.least = -1 / s;
  }

  /** With all that lies above `least`. @param part  of a part of the row: bounds are wanted, not shares */
  open(part: boolean): void {
    this.part = part;
    this.shares = false;
    this.high = 0;
    this.root = 0;
    this.pivot = this.least / 2;
    this.undecided = Infinity;
    this.clear();
  }

  clear(): void {
    this.S = 0;
    this.D = 0;
    this.above = Infinity;
    this.below = -Infinity;
    this.over = 0;
    this.under = 0;
  }
}

/** What a function along an axis knows of its τ. */
export interface Rule {
  /** S and D += those of the list's n candidates. */
  sums(search: Search, list: Float64Array, n: number): void;
  /** Moves τ by them, and `least` with it. @returns τ is found */
  step(search: Search): boolean;
  /** The share of d = x - m, once τ is found. */
  share(search: Search, d: number): number;
}

/** Newton's rule on the norm of order 1/s, 1 < alpha <= 2. */
export function newton(search: Search): boolean {
  const { s, S, t } = search;
  if (!(S > 1)) return true;
  search.t = t + (s === 1 ? S - 1 : -S * Math.expm1(-s * Math.log(S))) / search.D;
  search.least = (search.t - 1) / s;
  return S - 1 <= 1e-9 || search.t === t;
}

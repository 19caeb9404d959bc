/**
 * assembly/candidates.ts in JavaScript: lists what can still have a share of a row, and lets a rule find τ in the list. All
 * in float64. One row at a time; what is known of it between phases stays here.
 */
import { type Rule, Search } from "./search";

const LIST = 1968;
/** A guard against rounding going in circles. */
const STEPS = 200;

const GATHERING = 0;
const FULL = 1;
const PASSING = 2;
const PASSED = 3;

export class Candidates {
  readonly search = new Search();
  readonly #f32: Float32Array;
  readonly #list = new Float64Array(LIST);
  #count = 0;
  #mode = GATHERING;
  #passes = 0;

  constructor(f32: Float32Array) {
    this.#f32 = f32;
  }

  /** A row whose maximum is known. */
  begin(m: number, s: number): void {
    this.search.begin(m, s);
    this.#count = 0;
    this.#mode = GATHERING;
    this.#passes = 0;
  }

  /** n positions from x on, `pitch` floats apart. */
  gather(rule: Rule, x: number, n: number, pitch: number): void {
    if (this.#mode === FULL) return;
    const f32 = this.#f32;
    const list = this.#list;
    const { search } = this;
    const { m } = search;
    let { least } = search;
    let count = this.#count;
    for (let a = 0, at = x; a < n; a++, at += pitch) {
      const d = f32[at] - m;
      if (!(d > least || d === 0)) continue; // 0: `least` may round to it where alpha is huge
      list[count++] = d;
      if (count < LIST) continue;
      count = this.#shorten(rule);
      if (this.#mode === FULL) return;
      least = search.least;
    }
    this.#count = count;
  }

  /** The row's last tile is through. @returns another pass is needed */
  settle(rule: Rule): boolean {
    const { search } = this;
    if (this.#mode === FULL) {
      search.open(false);
    } else if (this.#mode !== PASSED) {
      if (this.#mode === GATHERING) search.open(false);
      this.#solve(rule);
      return false;
    } else {
      rule.sums(search, this.#list, this.#count);
      this.#passes++;
      if (rule.step(search) || this.#passes >= STEPS) return false;
      search.clear();
    }
    this.#mode = PASSING;
    this.#count = 0;
    return true;
  }

  #solve(rule: Rule): void {
    for (let i = 0; i < STEPS; i++) {
      this.search.clear();
      rule.sums(this.search, this.#list, this.#count);
      if (rule.step(this.search)) return;
    }
  }

  /** A full list: half of it has to go, or τ of this part of the row be found. @returns how many stay in it */
  #shorten(rule: Rule): number {
    const { search } = this;
    const list = this.#list;
    if (this.#mode !== GATHERING) {
      this.#mode = PASSED;
      rule.sums(search, list, LIST);
      return 0;
    }
    let left = LIST;
    search.open(true);
    for (let i = 0; i < STEPS && left > LIST / 2; i++) {
      search.clear();
      rule.sums(search, list, left);
      const found = rule.step(search);
      const all = left;
      left = 0;
      for (let j = 0; j < all; j++) if (list[j] > search.least || list[j] === 0) list[left++] = list[j];
      if (found) break;
    }
    if (left > (LIST / 4) * 3) this.#mode = FULL;
    return left;
  }
}

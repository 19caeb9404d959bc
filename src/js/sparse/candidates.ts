/**
 * assembly/sparse/candidates.ts and list.ts in JavaScript: lists the logits that can still have a share of a row, and lets a rule
 * find τ in the list. All in float64. One row at a time: its list and its search stay here between phases.
 */
import {
  FULL,
  GATHERING,
  GROUP_FLOATS as GROUP,
  IDLE_STEPS,
  IDLE_STEPS_STEEP,
  INIT,
  LIST_FLOATS as LIST,
  MAX,
  MOST_STEPS,
  PART,
  PASSED,
  PASSING,
  SAMPLE_NEAR,
  SAMPLING,
  SETTLE,
  SHARES,
  SUM,
  SUPPORT,
} from "../../../assembly/layout";
import { largest } from "../row";
import { type Rule, Search } from "./search";

export class Candidates {
  readonly search = new Search();
  readonly #f32: Float32Array;
  readonly #list = new Float64Array(LIST);
  #count = 0;
  #mode = GATHERING;
  #passes = 0;
  /** Positions of this pass so far, of the row, of the sample; and the terms that were summed to shorten the list. */
  #seen = 0;
  #length = 0;
  #sampled = 0;
  #work = 0;

  constructor(f32: Float32Array) {
    this.#f32 = f32;
  }

  /** The phases before FINISH of a row: `axis` positions from x on, `pitch` floats apart. @returns another pass is needed */
  find(rule: Rule, phases: number, x: number, axis: number, pitch: number): boolean {
    const { search } = this;
    if (phases & MAX) this.#begin(largest(this.#f32, x, axis, pitch, phases & INIT ? -Infinity : search.m));
    if (search.m - search.m !== 0) return false;
    if (phases & SUM) this.#gather(rule, x, axis, pitch);
    let again = (phases & SETTLE) !== 0 && this.#settle(rule);
    while (again && phases & SUM) {
      this.#gather(rule, x, axis, pitch);
      again = this.#settle(rule);
    }
    return again;
  }

  /** A row whose maximum is known. */
  #begin(m: number): void {
    this.search.begin(m);
    this.#count = 0;
    this.#mode = GATHERING;
    this.#passes = 0;
    this.#seen = 0;
    this.#work = 0;
  }

  /** n positions from x on, `pitch` floats apart. */
  #gather(rule: Rule, x: number, n: number, pitch: number): void {
    const start = this.#seen;
    this.#seen += n;
    if (this.#mode === FULL) return;
    if (this.#mode === SAMPLING) {
      this.#sample(x, n, pitch, start);
      return;
    }
    const f32 = this.#f32;
    const list = this.#list;
    const { search } = this;
    const { base, top } = search;
    let { least } = search;
    let count = this.#count;
    for (let a = 0, at = x; a < n; a++, at += pitch) {
      const d = f32[at] - base;
      if (!(d > least || d === top)) continue; // where alpha is huge, `least` may round to the maximum, which must still be listed
      list[count++] = d;
      if (count < LIST) continue;
      count = this.#shorten(rule, start + a);
      if (this.#mode === FULL) return;
      least = search.least;
    }
    this.#count = count;
  }

  /** The end of a pass over the row. @returns another pass is needed */
  #settle(rule: Rule): boolean {
    const { search } = this;
    if (this.#mode === FULL) {
      this.#length = this.#seen;
      this.#sampled = 0;
      search.open(SUPPORT);
      return this.#again(SAMPLING);
    }
    if (this.#mode === SAMPLING) {
      const { least } = search;
      this.#solve(rule, this.#length / this.#sampled, SAMPLE_NEAR);
      const { stage, pivot, root } = search;
      search.least = least;
      search.guess = 1;
      search.open(stage);
      if (stage === SHARES) search.root = root;
      search.pivot = Math.max(pivot, least);
      return this.#again(PASSING);
    }
    if (this.#mode === PASSED) {
      rule.accumulate(search, this.#list, this.#count);
      this.#passes++;
      if (rule.step(search) || this.#passes >= MOST_STEPS) return false;
      search.clear();
      return this.#again(PASSING);
    }
    if (this.#mode === GATHERING) search.open(SUPPORT);
    this.#solve(rule, 1, 0);
    return false;
  }

  /** The next pass over the row. */
  #again(mode: number): boolean {
    this.#mode = mode;
    this.#count = 0;
    this.#seen = 0;
    return true;
  }

  /** @param near  an S - 1 after which one step more will do */
  #solve(rule: Rule, weight: number, near: number): void {
    const { search } = this;
    for (let i = 0; i < MOST_STEPS; i++) {
      search.clear();
      rule.accumulate(search, this.#list, this.#count);
      if (weight !== 1) search.weigh(weight);
      const { S } = search;
      if (rule.step(search) || Math.abs(S - 1) < near) return;
    }
  }

  /** Lists the sample's candidates: one group of every `stride`, at a place among them that changes. */
  #sample(x: number, n: number, pitch: number, start: number): void {
    const { base, top, least } = this.search;
    const stride = Math.floor(this.#length / GROUP / (LIST / GROUP - 1)) + 1;
    for (let k = Math.floor(start / GROUP / stride); ; k++) {
      const from = (k * stride + ((k * 7) % stride)) * GROUP;
      if (from < start) continue;
      if (from + GROUP > start + n || this.#count > LIST - GROUP) break;
      this.#sampled += GROUP;
      for (let j = 0, at = x + (from - start) * pitch; j < GROUP; j++, at += pitch) {
        const d = this.#f32[at] - base;
        if (d > least || d === top) this.#list[this.#count++] = d;
      }
    }
  }

  /** A full list: half of it has to go, or τ of this part of the row be found. @returns how many stay in it */
  #shorten(rule: Rule, seen: number): number {
    const { search } = this;
    const list = this.#list;
    if (this.#mode !== GATHERING) {
      this.#mode = PASSED;
      rule.accumulate(search, list, LIST);
      return 0;
    }
    const affordable = seen + 4 * LIST;
    const patience = search.s > 1 ? IDLE_STEPS_STEEP : IDLE_STEPS;
    let left = LIST;
    let idle = 0;
    search.open(PART);
    while (left > LIST / 2 && this.#work < affordable && idle < patience) {
      this.#work += left;
      search.clear();
      rule.accumulate(search, list, left);
      const found = rule.step(search);
      const all = left;
      left = 0;
      for (let j = 0; j < all; j++) if (list[j] > search.least || list[j] === search.top) list[left++] = list[j];
      if (found) break;
      if (left > (all / 8) * 7) idle++;
    }
    if (left > (LIST / 4) * 3 || this.#work >= affordable) this.#mode = FULL;
    return left;
  }
}

/**
 * assembly/sparse/columnsNewton.ts in JavaScript: columns of a strip that may come in tiles. S and D are summed in the order of the
 * positions, over the support alone, so a column has the same bits in any tiles.
 */

import { FINISH, INIT, LIST_FLOATS, MAX, MOST_STEPS, SETTLE, STRIP, SUM, WIDEN } from "../../../assembly/layout";
import { eighths } from "../../kernels/sparse";
import { largest } from "../row";
import { type Rule, Search } from "./search";

export class NewtonColumns {
  /** The search of the column that is worked on. */
  readonly search = new Search();
  readonly #f32: Float32Array;
  readonly #list = new Float64Array(LIST_FLOATS);
  // of each column of a strip, between tiles
  readonly #m = new Float64Array(STRIP);
  readonly #t = new Float64Array(STRIP);
  readonly #S = new Float64Array(STRIP);
  readonly #D = new Float64Array(STRIP);
  readonly #open = new Uint8Array(STRIP);

  constructor(f32: Float32Array) {
    this.#f32 = f32;
  }

  /** The phases before FINISH of column i: `axis` positions from x on, `pitch` floats apart. @returns τ still moves */
  find(rule: Rule, phases: number, i: number, x: number, axis: number, pitch: number): boolean {
    const { search } = this;
    if (phases & INIT) {
      this.#m[i] = -Infinity;
      this.#t[i] = this.#S[i] = this.#D[i] = 0;
    }
    if (phases & (INIT | WIDEN)) this.#open[i] = 1;
    if (phases & MAX) this.#m[i] = largest(this.#f32, x, axis, pitch, this.#m[i]);
    search.begin(this.#m[i]);
    search.t = this.#t[i];
    search.least = (search.t - 1) / search.s;
    search.S = this.#S[i];
    search.D = this.#D[i];
    if (search.m - search.m !== 0 || !this.#open[i]) return false;
    if (phases & SUM && phases & SETTLE) this.#solve(rule, x, axis, pitch);
    else if (phases & SUM) this.#sums(rule, x, axis, pitch);
    else if (phases & SETTLE) {
      this.#open[i] = rule.step(search) ? 0 : 1;
      search.clear();
    }
    this.#t[i] = search.t;
    this.#S[i] = search.S;
    this.#D[i] = search.D;
    return this.#open[i] === 1 && (phases & FINISH) === 0;
  }

  /** Lists the logits that can have a share. @returns how many; one more than the list holds, where they do not fit */
  #gather(x: number, axis: number, pitch: number): number {
    const { m, least } = this.search;
    const f32 = this.#f32;
    const list = this.#list;
    let count = 0;
    for (let a = 0, at = x; a < axis; a++, at += pitch) {
      const d = f32[at] - m;
      if (!(d > least)) continue;
      if (count === LIST_FLOATS) return count + 1;
      list[count++] = d;
    }
    return count;
  }

  /** S and D += those of the logits that can have a share, list by list. */
  #sums(rule: Rule, x: number, axis: number, pitch: number): void {
    const { search } = this;
    const { m, least } = search;
    const f32 = this.#f32;
    const list = this.#list;
    let count = 0;
    for (let a = 0, at = x; a < axis; a++, at += pitch) {
      const d = f32[at] - m;
      if (!(d > least)) continue;
      if (count === LIST_FLOATS) {
        rule.accumulate(search, list, count);
        count = 0;
      }
      list[count++] = d;
    }
    rule.accumulate(search, list, count);
  }

  /** All steps for a column that is not in tiles: over the list, where it holds every logit that can have a share. */
  #solve(rule: Rule, x: number, axis: number, pitch: number): void {
    const { search } = this;
    for (let cut = eighths(axis); cut >= 0; cut--) {
      const positions = axis >>> (3 * cut);
      const count = this.#gather(x, positions, pitch);
      for (let k = 0; k < MOST_STEPS; k++) {
        search.clear();
        if (count <= LIST_FLOATS) rule.accumulate(search, this.#list, count);
        else this.#sums(rule, x, positions, pitch);
        if (rule.step(search)) break;
      }
    }
  }
}

/**
 * assembly/sparse/columnsNewton.ts in JavaScript: columns of which a strip may come in tiles. S and D are summed in the order of the
 * positions, and what is off the support is left out of them: so a column has the same bits in any tiles.
 */

import { FINISH, INIT, MAX, SETTLE, STRIP, SUM, WIDEN } from "../../../assembly/layout";
import { eighths } from "../../kernels/sparse";
import { largest } from "../row";
import { LIST } from "./candidates";
import { type Rule, Search } from "./search";

/** A guard against rounding going in circles. */
const STEPS = 200;

export class NewtonColumns {
  /** Of the column that is worked on. */
  readonly search = new Search();
  readonly #f32: Float32Array;
  readonly #list = new Float64Array(LIST);
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
  run(phases: number, rule: Rule, s: number, i: number, x: number, axis: number, pitch: number): boolean {
    const { search } = this;
    if (phases & INIT) {
      this.#m[i] = -Infinity;
      this.#t[i] = this.#S[i] = this.#D[i] = 0;
    }
    if (phases & (INIT | WIDEN)) this.#open[i] = 1;
    if (phases & MAX) this.#m[i] = largest(this.#f32, x, axis, pitch, this.#m[i]);
    search.begin(this.#m[i], s, s, this.#m[i]);
    search.t = this.#t[i];
    search.least = (search.t - 1) / s;
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

  /** Lists what can have a share, and hands over full lists. @returns how many stay in the list */
  #gather(x: number, axis: number, pitch: number, full: () => void): number {
    const f32 = this.#f32;
    const list = this.#list;
    const { m, least } = this.search;
    let count = 0;
    for (let a = 0, at = x; a < axis; a++, at += pitch) {
      const d = f32[at] - m;
      if (!(d > least)) continue;
      if (count === LIST) {
        full();
        count = 0;
      }
      list[count++] = d;
    }
    return count;
  }

  #sums(rule: Rule, x: number, axis: number, pitch: number): void {
    const count = this.#gather(x, axis, pitch, () => rule.sums(this.search, this.#list, LIST));
    rule.sums(this.search, this.#list, count);
  }

  /** All steps of a column that is all here: in the list where that holds what can have a share. */
  #solve(rule: Rule, x: number, axis: number, pitch: number): void {
    const { search } = this;
    for (let cut = eighths(axis); cut >= 0; cut--) {
      const positions = axis >>> (3 * cut);
      let fits = true;
      const count = this.#gather(x, positions, pitch, () => {
        fits = false;
      });
      for (let k = 0; k < STEPS; k++) {
        search.clear();
        if (fits) rule.sums(search, this.#list, count);
        else this.#sums(rule, x, positions, pitch);
        if (rule.step(search)) break;
      }
    }
  }
}

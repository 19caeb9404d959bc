/** The walk of the twin's kernels with exact zeros; phases as in assembly/sparse/sparse.ts. */
import { FINISH, INIT, MASKED, STRIP } from "../../../assembly/layout";
import { type SparseKernel, solvedTogether } from "../../kernels/sparse";
import type { Memory } from "../state";
import { Candidates } from "./candidates";
import { NewtonColumns } from "./columnsNewton";
import type { Rule, Search } from "./search";

/** @param ruleOf  the rule for a call's alpha */
export function sparse({ f32, u32 }: Memory, ruleOf: (alpha: number) => Rule): SparseKernel {
  const candidates = new Candidates(f32);
  const columns = new NewtonColumns(f32);
  /** y of a row whose τ is found: `axis` positions, `pitch` floats apart. @returns how many of them are not 0 */
  function finish(
    rule: Rule,
    search: Search,
    phases: number,
    y: number,
    x: number,
    axis: number,
    pitch: number,
  ): number {
    const { m, base } = search;
    if (m - m !== 0) {
      const none = m === -Infinity && (phases & MASKED) !== 0; // nothing takes part
      for (let a = 0, to = y; a < axis; a++, to += pitch) f32[to] = none ? 0 : Number.NaN;
      return none ? 0 : axis;
    }
    let size = 0;
    for (let a = 0, at = x, to = y; a < axis; a++, at += pitch, to += pitch) {
      f32[to] = rule.share(search, f32[at] - base);
      if (f32[to] !== 0) size++;
    }
    return size;
  }

  return (y, support, x, outer, axis, inner, alpha, temperature, _state, phases) => {
    const rule = ruleOf(alpha);
    const together = inner > 1 && solvedTogether(alpha);
    const search = together ? columns.search : candidates.search;
    search.use(alpha - 1, temperature, rule.absolute);
    let again = false;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const from = (x >>> 2) + o * axis * inner + i;
        const to = (y >>> 2) + o * axis * inner + i;
        const entry = (support >>> 2) + o * inner + i;
        if (phases & INIT && support !== 0) u32[entry] = 0;
        const moves = together
          ? columns.find(rule, phases, i % STRIP, from, axis, inner)
          : candidates.find(rule, phases, from, axis, inner);
        again ||= moves;
        if (!(phases & FINISH)) continue;
        const size = finish(rule, search, phases, to, from, axis, inner);
        if (support !== 0) u32[entry] += size;
      }
    }
    return again ? 1 : 0;
  };
}

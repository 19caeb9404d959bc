/** The walk of the twin's kernels with exact zeros; phases as in assembly/sparse.ts. */
import { FINISH, INIT, MASKED, MAX, SETTLE, type SparseKernel, SUM } from "../kernels";
import { Candidates } from "./candidates";
import { rowMax } from "./row";
import type { Rule } from "./search";
import type { Memory } from "./state";

/** @param ruleOf  the rule for a call's alpha */
export function sparse(
  memory: Memory,
  ruleOf: (alpha: number) => Rule,
  alphaOf: (alpha: number) => number,
): SparseKernel {
  const { f32, u32 } = memory;
  const candidates = new Candidates(f32);
  const { search } = candidates;

  function columnMax(x: number, axis: number, pitch: number, m: number): number {
    if (pitch === 1) return m !== m ? m : rowMax(f32, x, axis, m);
    for (let a = 0, at = x; a < axis; a++, at += pitch) if (f32[at] > m || f32[at] !== f32[at]) m = f32[at];
    return m;
  }

  function finish(rule: Rule, y: number, x: number, axis: number, pitch: number, phases: number): number {
    const { m } = search;
    if (m - m !== 0) {
      const none = m === -Infinity && (phases & MASKED) !== 0; // nothing takes part
      for (let a = 0, to = y; a < axis; a++, to += pitch) f32[to] = none ? 0 : Number.NaN;
      return none ? 0 : axis;
    }
    let size = 0;
    for (let a = 0, at = x, to = y; a < axis; a++, at += pitch, to += pitch) {
      f32[to] = rule.share(search, f32[at] - m);
      if (f32[to] !== 0) size++;
    }
    return size;
  }

  return (y, support, x, outer, axis, inner, alpha, _state, phases) => {
    const rule = ruleOf(alpha);
    const s = alphaOf(alpha) - 1;
    let again = false;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const from = (x >>> 2) + o * axis * inner + i;
        const to = (y >>> 2) + o * axis * inner + i;
        const entry = (support >>> 2) + o * inner + i;
        if (phases & INIT && support !== 0) u32[entry] = 0;
        if (phases & MAX) candidates.begin(columnMax(from, axis, inner, phases & INIT ? -Infinity : search.m), s);
        if (search.m - search.m === 0) {
          if (phases & SUM) candidates.gather(rule, from, axis, inner);
          if (phases & SETTLE) again = candidates.settle(rule);
          while (again && phases & SUM) {
            candidates.gather(rule, from, axis, inner);
            again = candidates.settle(rule);
          }
        }
        if (!(phases & FINISH)) continue;
        const size = finish(rule, to, from, axis, inner, phases);
        if (support !== 0) u32[entry] += size;
      }
    }
    return again ? 1 : 0;
  };
}

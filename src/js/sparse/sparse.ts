/** The walk of the twin's kernels with exact zeros; phases as in assembly/sparse/sparse.ts. */
import { FINISH, INIT, MASKED, MAX, SETTLE, STRIP, SUM } from "../../../assembly/layout";
import type { SparseKernel } from "../../kernels/sparse";
import { largest } from "../row";
import type { Memory } from "../state";
import { Candidates } from "./candidates";
import { NewtonColumns } from "./columnsNewton";
import { type Rule, rateOf, type Search } from "./search";

/** @param ruleOf  the rule for a call's alpha */
export function sparse(memory: Memory, ruleOf: (alpha: number) => Rule): SparseKernel {
  const { f32, u32 } = memory;
  const candidates = new Candidates(f32);
  const { search } = candidates;
  const columns = new NewtonColumns(f32);

  function finish(
    rule: Rule,
    found: Search,
    y: number,
    x: number,
    axis: number,
    pitch: number,
    phases: number,
  ): number {
    const { m, base } = found;
    if (m - m !== 0) {
      const none = m === -Infinity && (phases & MASKED) !== 0; // nothing takes part
      for (let a = 0, to = y; a < axis; a++, to += pitch) f32[to] = none ? 0 : Number.NaN;
      return none ? 0 : axis;
    }
    let size = 0;
    for (let a = 0, at = x, to = y; a < axis; a++, at += pitch, to += pitch) {
      f32[to] = rule.share(found, f32[at] - base);
      if (f32[to] !== 0) size++;
    }
    return size;
  }

  /** The phases before FINISH of a row. @returns another pass is needed */
  function find(
    rule: Rule,
    s: number,
    rate: number,
    from: number,
    axis: number,
    pitch: number,
    phases: number,
  ): boolean {
    if (phases & MAX) {
      const m = largest(f32, from, axis, pitch, phases & INIT ? -Infinity : search.m);
      candidates.begin(m, s, rate, rule.absolute ? 0 : m);
    }
    if (search.m - search.m !== 0) return false;
    if (phases & SUM) candidates.gather(rule, from, axis, pitch);
    let again = (phases & SETTLE) !== 0 && candidates.settle(rule);
    while (again && phases & SUM) {
      candidates.gather(rule, from, axis, pitch);
      again = candidates.settle(rule);
    }
    return again;
  }

  return (y, support, x, outer, axis, inner, alpha, temperature, _state, phases) => {
    const rule = ruleOf(alpha);
    const s = alpha - 1;
    const rate = rateOf(s, temperature);
    const together = inner > 1 && (alpha === 1.5 || alpha === 2);
    const found = together ? columns.search : search;
    let again = false;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const from = (x >>> 2) + o * axis * inner + i;
        const to = (y >>> 2) + o * axis * inner + i;
        const entry = (support >>> 2) + o * inner + i;
        if (phases & INIT && support !== 0) u32[entry] = 0;
        const moves = together
          ? columns.run(phases, rule, s, i % STRIP, from, axis, inner)
          : find(rule, s, rate, from, axis, inner, phases);
        again ||= moves;
        if (!(phases & FINISH)) continue;
        const size = finish(rule, found, to, from, axis, inner, phases);
        if (support !== 0) u32[entry] += size;
      }
    }
    return again ? 1 : 0;
  };
}

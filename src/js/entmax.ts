import type { SparseKernel } from "../kernels";
import { ENTMAX15 } from "./entmax15";
import { STEEP } from "./entmaxSteep";
import { newton, type Rule, type Search } from "./search";
import { sparse } from "./sparse";
import { SPARSEMAX } from "./sparsemax";
import type { Memory } from "./state";

/** w^(1/s) with w = 1 + v, which near alpha = 1 is all in v */
function share({ s, t }: Search, d: number): number {
  const v = s * d - t;
  return v > -1 ? Math.exp(Math.log1p(v) / s) : 0;
}

/** 1 < alpha < 2 */
const ENTMAX: Rule = {
  sums(search, list, n) {
    const { s, t } = search;
    for (let j = 0; j < n; j++) {
      const w = s * list[j] - t + 1;
      if (!(w > 0)) continue;
      const p = share(search, list[j]);
      search.S += p;
      search.D += p / w;
    }
  },
  step: newton,
  share,
};

function ruleOf(alpha: number): Rule {
  if (alpha === 2) return SPARSEMAX;
  if (alpha === 1.5) return ENTMAX15;
  return alpha > 2 ? STEEP : ENTMAX;
}

/** assembly/entmax.ts in JavaScript: y = [s·(x - m) - τ]_+^(1/s). */
export function entmaxKernel(memory: Memory): SparseKernel {
  return sparse(memory, ruleOf, (alpha) => alpha);
}

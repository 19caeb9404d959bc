import type { SparseKernel } from "../../kernels/sparse";
import { exp } from "../exp";
import type { Memory } from "../state";
import { ENTMAX15 } from "./entmax15";
import { STEEP } from "./entmaxSteep";
import { newton, type Rule } from "./search";
import { sparse } from "./sparse";
import { SPARSEMAX } from "./sparsemax";

/** log(1 + v), of which 1 + v has lost digits near alpha = 1 */
const logOf = (w: number, v: number): number => Math.log(w) + (v - (w - 1)) / w;

/** 1 < alpha < 2 */
const ENTMAX: Rule = {
  absolute: false,
  accumulate(search, list, n) {
    const { s, t } = search;
    let { S, D } = search;
    for (let j = 0; j < n; j++) {
      const v = s * list[j] - t;
      const w = 1 + v;
      if (!(w > 0)) continue;
      const p = exp(logOf(w, v) / s);
      S += p;
      D += p / w;
    }
    search.S = S;
    search.D = D;
  },
  step: newton,
  share({ s, t }, d) {
    const v = s * d - t;
    return v > -1 ? exp(logOf(1 + v, v) / s) : 0;
  },
};

function ruleOf(alpha: number): Rule {
  if (alpha === 2) return SPARSEMAX;
  if (alpha === 1.5) return ENTMAX15;
  return alpha > 2 ? STEEP : ENTMAX;
}

/** assembly/sparse/entmax.ts in JavaScript: y = [s·(x - m) - τ]_+^(1/s). */
export function entmaxKernel(memory: Memory): SparseKernel {
  return sparse(memory, ruleOf);
}

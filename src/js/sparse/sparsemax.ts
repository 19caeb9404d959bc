import { newton, type Rule } from "./search";

/** assembly/sparse/sparsemax.ts in JavaScript: y = [x - m - τ]_+. */
export const SPARSEMAX: Rule = {
  absolute: false,
  accumulate(search, list, n) {
    const tau = search.t - 1;
    for (let j = 0; j < n; j++) {
      if (!(list[j] > tau)) continue;
      search.S += list[j] - tau;
      search.D++;
    }
  },
  step: newton,
  share: (search, d) => Math.max(0, d - (search.t - 1)),
};

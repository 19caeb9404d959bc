import { newton, type Rule } from "./search";

/** assembly/sparse/entmax15.ts in JavaScript: y = [(x - m) / 2 - τ]_+². */
export const ENTMAX15: Rule = {
  absolute: false,
  accumulate(search, list, n) {
    const tau = search.t - 1;
    for (let j = 0; j < n; j++) {
      const w = list[j] / 2 - tau;
      if (!(w > 0)) continue;
      search.S += w * w;
      search.D += w;
    }
  },
  step: newton,
  share: (search, d) => Math.max(0, d / 2 - (search.t - 1)) ** 2,
};

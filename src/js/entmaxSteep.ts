import type { Rule, Search } from "./search";

/** The share of a logit e above the support's smallest, whose own is q. */
const shareAbove = ({ s, t: q }: Search, e: number): number => (e === 0 ? q : (s * e + q ** s) ** (1 / s));

/** S at the pivot; the logits next to it, and how many are undecided, on either side. */
function supportSums(search: Search, list: Float64Array, n: number): void {
  const { s, pivot, least, high } = search;
  for (let j = 0; j < n; j++) {
    const d = list[j];
    if (d > pivot) {
      search.S += (s * (d - pivot)) ** (1 / s);
      search.above = Math.min(search.above, d);
      if (d < high) search.over++;
    } else {
      search.below = Math.max(search.below, d);
      if (d > least && d < pivot) search.under++;
    }
  }
}

/** S = Σ p, D = dS/dq */
function shareSums(search: Search, list: Float64Array, n: number): void {
  const { s, t: q, root } = search;
  for (let j = 0; j < n; j++) {
    const e = list[j] - root;
    if (e < 0) continue;
    const p = shareAbove(search, e);
    search.S += p;
    search.D += e === 0 ? 1 : (q / p) ** (s - 1);
  }
}

/** `least` is off the support and `high` in it; the pivot decides on one side of it. */
function halve(search: Search): boolean {
  const { pivot, above, below } = search;
  const off = search.S >= 1;
  if (off) {
    search.least = pivot;
  } else {
    search.high = pivot;
    search.root = Math.min(search.root, below === pivot ? pivot : above);
  }
  const undecided = off ? search.over : search.under;
  if (undecided > 0) {
    const nearest = off ? above : below;
    const stuck = undecided === search.undecided && nearest !== pivot;
    search.pivot = stuck ? nearest : (search.least + search.high) / 2;
    search.undecided = undecided;
    return false;
  }
  if (search.part) return true;
  search.shares = true;
  search.t = 1;
  return false;
}

/** assembly/entmaxSteep.ts in JavaScript: alpha > 2, first the support, then its shares. */
export const STEEP: Rule = {
  sums(search, list, n) {
    if (search.shares) shareSums(search, list, n);
    else supportSums(search, list, n);
  },
  step(search) {
    if (!search.shares) return halve(search);
    const { S, t: q } = search;
    if (!(S > 1)) return true;
    search.t = q - (S - 1) / search.D;
    return S - 1 <= 1e-9 || search.t === q;
  },
  share: (search, d) => (d < search.root ? 0 : shareAbove(search, d - search.root)),
};

import { PART, SAMPLE_GUESSES, SHARES, SUPPORT } from "../../../assembly/layout";
import { exp } from "../exp";
import { ENOUGH, normStep, type Rule, type Search } from "./search";

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The place of a float32 among all of them, and back. */
const order = (bits: number): number => bits ^ ((bits >> 31) & 0x7fffffff);

function placeOf(v: number): number {
  float[0] = v;
  return order(bits[0]);
}

function floatAt(place: number): number {
  bits[0] = order(place);
  return float[0];
}

/** (rate·w)^c, c = 1 / s, at most 1 */
const power = (c: number, logRate: number, w: number): number => exp(Math.min(0, (Math.log(w) + logRate) * c));

/** The w of which q is the power. */
const excessOf = (s: number, logRate: number, q: number): number => Math.exp(s * Math.log(q) - logRate);

/**
 * Sums over all logits above r. In the search for the support r is the pivot and q is 0; in the search for the shares r is the
 * support's smallest logit and q its share. Those of a sample may be wrong for the row: then logits below r and above r - q^s / rate
 * are taken too, which they must not be where the support is known.
 */
function accumulate(search: Search, list: Float64Array, n: number): void {
  const { s, c, logRate, stage, pivot } = search;
  const root = stage === SHARES ? search.root : pivot;
  const excess = stage === SHARES ? excessOf(s, logRate, search.q) : 0;
  const floor = stage === SHARES && search.guess ? -excess : 0;
  let { S, D, above, below, higher, level } = search;
  for (let j = 0; j < n; j++) {
    const d = list[j];
    if (d === root) {
      level++;
    } else if (d - root > floor) {
      const w = d - root + excess;
      const p = power(c, logRate, w);
      S += p;
      D += p / w;
      higher++;
      if (d < above) above = d;
    } else if (d > below) {
      below = d;
    }
  }
  search.S = S;
  search.D = D;
  search.above = above;
  search.below = below;
  search.higher = higher;
  search.level = level;
}

/** A pivot from `first` to `last`, which are next to those that are decided; see assembly/sparse/steep/support.ts. */
function next(search: Search): number {
  const { first, last, S, pivot } = search;
  const low = placeOf(first);
  const high = placeOf(last);
  const width = high - low;
  const far = Math.abs(Math.log(S));
  const halved = width <= search.width / 2;
  const nearer = far > 0 && far <= search.far / 4;
  if (halved) search.width = width;
  if (nearer) search.far = far;
  const slow = halved || nearer ? 0 : search.slow + 1;
  const move = normStep(search);
  const to = pivot + (slow > 0 && search.move * move > 0 ? 2 * move : move);
  const middle = slow >= 2 || to !== to;
  search.slow = middle ? 0 : slow;
  search.move = move;
  if (!middle) return Math.max(first, Math.min(last, to));
  return floatAt(Math.floor((low + high) / 2));
}

/** A first q, from the τ of the norm's step at the last pivot; at most the mean share, and at most the rest that the others leave. */
function firstShare(search: Search, off: boolean): number {
  const { c, logRate, S, level, pivot, root } = search;
  const size = Math.max(search.higher + (off ? 0 : level), 1);
  const excess = root - (pivot + normStep(search));
  const near = excess > 0 ? power(c, logRate, excess) : 1;
  if (off) return Math.min(near, 1 / size);
  return Math.min(Math.max(near, (1 - S) / size), 1 / size, level > 0 ? (1 - S) / level : 1);
}

/** Decides the logits on one side of the pivot; `first` to `last` are left. */
function decide(search: Search): boolean {
  const { S, pivot, above, level, stage } = search;
  const off = !(S < 1);
  if (off) {
    search.least = pivot;
    search.first = above;
  } else {
    search.root = level > 0 ? pivot : above;
    search.last = search.below;
  }
  if (search.first <= search.last) {
    search.pivot = next(search);
    return false;
  }
  if (stage === PART) return true;
  search.stage = SHARES;
  search.q = firstShare(search, off);
  return false;
}

/** Newton's rule for q, from a sample's support too; see assembly/sparse/steep/shares.ts. */
function fall(search: Search): boolean {
  const { s, c, rate, logRate, level, above, below, guess } = search;
  let { q, root } = search;
  let excess = excessOf(s, logRate, q);
  search.excess = excess;
  search.S += level * q;
  search.D += excess > 0 ? (level * q) / excess : 0;
  search.pivot = root - excess;
  const { S, D } = search;
  let moved = false;
  if (guess) {
    search.guess++;
    if (level === 0 || above < root) {
      moved = true;
      excess -= root - above;
      root = above;
      q = excess > 0 ? power(c, logRate, excess) : 0;
    }
  }
  if ((Math.abs(S - 1) <= ENOUGH && !moved) || (q === 0 && !guess)) return true;
  let to = q - (S - 1) / (excess > 0 ? (D * excess) / q : level);
  if (guess) {
    const most = power(c, logRate, Math.min(root - below, 1 / rate));
    if (!(to > 0) || guess > SAMPLE_GUESSES || (to > most && S < 1 && q >= 0.999 * most)) {
      search.guess = 0;
      search.stage = SUPPORT;
      search.pivot = Math.max(to > 0 ? below : root, search.first);
      return false;
    }
    to = Math.min(to, most);
  }
  search.root = root;
  search.q = to > 0 ? to : 0;
  return !moved && to === q;
}

/** assembly/sparse/entmaxSteep.ts in JavaScript: alpha > 2, first the support, then its shares. */
export const STEEP: Rule = {
  absolute: true,
  accumulate,
  step: (search) => (search.stage === SHARES ? fall(search) : decide(search)),
  share({ c, logRate, q, root, excess }, d) {
    if (d > root) return power(c, logRate, d - root + excess);
    return d === root ? q : 0;
  },
};

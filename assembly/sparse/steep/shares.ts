/** Newton's rule for q, the share of the smallest logit of a support. */
import { SAMPLE_GUESSES, SUPPORT } from "../../layout";
import { Search } from "../search";
import { excessOf, shareOf } from "./excess";

/** An error of y = p / S that is too small to see: a third of the bound, 1e-6. */
export const ENOUGH: f64 = 3e-7;

/** The smallest share and 1 / S, as float32s. */
// @ts-ignore: decorator
@inline
export function storeShare(search: Search, q: f64, perS: f64): void {
  search.q = <f32>q;
  search.perS = <f32>perS;
}

/**
 * Whether S - 1 is too small to see, or its effect on y = p / S is: no p changes more than q on the way to the solution, and the
 * largest is as far off as S. The latter is for thousands of equal logits: their float32 powers have the same error, so S never
 * comes as near to 1 as ENOUGH.
 */
function settled(search: Search, S: f64, q: f64, to: f64, excess: f64): bool {
  const off = abs(S - 1);
  if (off <= ENOUGH || (q == 0 && search.guess == 0)) return true;
  const s = search.s, height = <f64>search.m - search.root;
  if (off > 1e-5) return false;
  const most = shareOf(height + excess, s, search.logRate);
  return most * off <= ENOUGH && abs(to - q) <= ENOUGH;
}

/**
 * Newton's rule for q. The support may be a sample's: then the smallest above its τ takes the place of r, and where the step
 * leaves the range between it and the largest that is not, the search for the support begins.
 */
export function fall(search: Search): bool {
  const s = search.s, rate = search.rate, logRate = search.logRate;
  const level = search.level, above = search.above;
  let q = <f64>search.q, root = search.root, excess = excessOf(q, s, logRate);
  const S = search.S + level * q;
  const D = search.D + (excess > 0 ? level * q / excess : 0);
  search.S = S;
  search.pivot = <f64><f32>(root - excess);
  const guess = search.guess;
  if (guess) search.guess = guess + 1;
  let moved = false;
  if (guess && (level == 0 || above < root)) {
    moved = true;
    excess -= root - above;
    root = above;
    q = shareOf(excess, s, logRate);
  }
  let to = <f64><f32>(q - (S - 1) / (excess > 0 ? D * excess / q : level));
  if (!moved && settled(search, S, q, to, excess)) {
    storeShare(search, q, 1 / S);
    return true;
  }
  if (guess) {
    const below = search.below, most = shareOf(min(root - below, 1 / rate), s, logRate);
    if (!(to > 0) || guess > SAMPLE_GUESSES || (to > most && S < 1 && q >= 0.999 * most)) {
      search.guess = 0;
      search.stage = SUPPORT;
      search.pivot = max(to > 0 ? below : root, search.first);
      return false;
    }
    to = min(to, most);
  }
  search.root = root;
  const still = !moved && to == q;
  storeShare(search, to > 0 ? to : 0, still ? 1 / S : 1);
  return still;
}

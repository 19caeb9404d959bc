/**
 * Newton's rule for the τ of a row, 1 < alpha <= 2:
 *
 *   p_j = w_j^(1/s), w_j = [s·(x_j - m) - τ]_+        s = alpha - 1
 *   S = Σ p_j, D = Σ p_j / w_j
 *   τ += S·(1 - S^-s) / D
 *
 * which is Newton's step on ‖w‖ - 1, the norm of order 1/s: convex and falling in τ, so that from τ = -1 (S >= 1: the
 * maximum alone has 1) it rises to the solution and never beyond, and equal logits are solved in one step. For alpha = 2 it
 * is τ += (S - 1) / D with D the size of the support. A τ guessed too high comes down in one step, to below the solution.
 *
 * A step that rules out a part r of the terms leaves at most r of S - 1 at alpha 2: either S is near or the terms get fewer,
 * and all steps together cost at most nine looks at every candidate. 2-12 steps.
 *
 * Kept is t = 1 + τ, which near alpha = 1 is small and holds all the digits.
 *
 * source  for alpha = 2: Condat 2016, doi:10.1007/s10107-015-0946-6; for the rest the norm's convexity
 */
import { exp64, log } from "../log";
import { Search } from "./search";

/** 1 - exp(-v), by its series where the difference would lose digits */
function fallen(v: f64): f64 {
  if (abs(v) < 1e-3) return v * (1 - v * (0.5 - v * (1.0 / 6)));
  return v > 0 ? 1 - exp64(-v) : 1 - 1 / exp64(v);
}

/** The step of [s·(x - m) - τ]_+ that takes S to 1 as far as D tells; negative where S < 1. */
export function normStep(s: f64, S: f64, D: f64): f64 {
  const share = s == 1 ? S - 1 : S * (s == 0.5 ? 1 - 1 / sqrt(S) : fallen(s * log(S)));
  return share / D;
}

/** @param enough  an S - 1 after which one step more is too small to see */
export function newton(search: Search, enough: f64): bool {
  const s = search.s, S = search.S, t = search.t;
  if (!(S > 1)) {
    if (search.guess == 0 || 1 - S <= enough) return true;
    const least = 1 + s * search.least;
    const back = t + normStep(s, S, search.D);
    search.t = back > least ? back : least; // least also where nothing lies above τ
    search.guess = 0;
    if (back > least) search.least = (back - 1) / s;
    return false;
  }
  search.guess = 0;
  const next = t + normStep(s, S, search.D);
  search.t = next;
  search.least = (next - 1) / s;
  return S - 1 <= enough || next == t;
}

/**
 * Newton's rule for the τ of a row, 1 < alpha <= 2:
 *
 *   p_j = w_j^(1/s), w_j = [s·(x_j - m) - τ]_+        s = alpha - 1
 *   S = Σ p_j, D = Σ p_j / w_j
 *   τ += S·(1 - S^-s) / D
 *
 * which is Newton's step on ‖w‖ - 1, the norm of order 1/s: convex and falling in τ, so that from τ = -1 (S >= 1: the
 * maximum alone has 1) it rises to the solution and never beyond, and equal logits are solved in one step. For alpha = 2 it
 * is τ += (S - 1) / D with D the size of the support. 2-12 steps.
 *
 * Kept is t = 1 + τ, which near alpha = 1 is small and holds all the digits.
 *
 * source  for alpha = 2: Condat 2016, doi:10.1007/s10107-015-0946-6; for the rest the norm's convexity
 */
import { exp64, log } from "./log";
import { SPARSE_D, SPARSE_LEAST, SPARSE_S, SPARSE_SCALE, SPARSE_T } from "./phases";

/** 1 - exp(-v), v >= 0 */
function fallen(v: f64): f64 {
  return v < 1e-3 ? v * (1 - v * (0.5 - v * (1.0 / 6))) : 1 - exp64(-v);
}

/** @param enough  an S - 1 after which one step more is too small to see */
export function newton(state: usize, enough: f64): bool {
  const s = load<f64>(state, SPARSE_SCALE), S = load<f64>(state, SPARSE_S);
  const t = load<f64>(state, SPARSE_T);
  if (!(S > 1)) return true;
  const share = s == 1 ? S - 1 : S * (s == 0.5 ? 1 - 1 / sqrt(S) : fallen(s * log(S)));
  const next = t + share / load<f64>(state, SPARSE_D);
  store<f64>(state, next, SPARSE_T);
  store<f64>(state, (next - 1) / s, SPARSE_LEAST);
  return S - 1 <= enough || next == t;
}

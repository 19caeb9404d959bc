/**
 * entmax at alpha > 2: y = [k·(x - m) - τ]_+^(1/s) with an exponent below 1        s = alpha - 1, k = s / T
 *
 * There the share rises from 0 with infinite slope: Newton's rule fails, and a τ rounded to float64 is not enough (at
 * alpha = 10 a part in 1e16 of it makes a share of 0.02). So first the support, then its shares:
 *
 *   support   x is in it iff S(x) = Σ (k·(x_j - x))^(1/s) over x_j > x is below 1. The next pivot is where the norm's step
 *             says; where two have not halved the undecided range, its middle in the order of the floats.
 *   shares    r the smallest logit of the support and q its share: p_j = (k·(x_j - r) + q^s)^(1/s). Their sum is convex and
 *             rising in q (each is a norm of order s of two numbers), so Newton's rule from above falls to the solution.
 *
 * A long row begins with what its sample has found: near it Newton's rule finds support and shares at once.
 *
 * Both are sums over x_j >= r of powers of x_j - r, q being 0 for the support. The difference of two float32s keeps all its
 * digits, so float32 will do; it may be denormal, so it is taken times 2^64. T is not taken from the logits before: a
 * difference that has been rounded is off by that much where they are next to each other. Where T is so large that
 * differences beyond 2^63 are below 1, the range of float32 is too small, and everything is float64.
 *
 * Measured, 32000 floats on wasm: 1 softmax for N(0, 1), 7-20 where most have a share (clusters, ties, staircases); with a
 * float64 power for each and bisection it was 30-1200.
 *
 * y, x, support, special values, error    as in entmax.ts
 * source   bisection: Blondel, Martins & Niculae 2020 (arXiv:1901.02324); the change from τ to q is ours
 */
import { LEAST_RATE, MOST_RATE, SHARES } from "../layout";
import { log } from "../log";
import { Search, searchAt } from "./search";
import { alongSparse, solveEach } from "./sparse";
import { columnsShares, columnsSharesWide, rowShares, rowSharesWide } from "./steep/results";
import { fall } from "./steep/shares";
import { accumulate, accumulateWide } from "./steep/sums";
import { decide } from "./steep/support";

/** A rate of which a difference of 2^63 may be below 1. */
const WIDE_BELOW: f64 = 1.0842021724855044e-19; // 2^-63

function step(search: Search): bool {
  return search.stage == SHARES ? fall(search) : decide(search);
}

function strip(state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize): bool {
  solveEach(state, phases, x, axis, width, pitch);
  columnsShares(state, y, x, axis, width, pitch);
  return false;
}

function stripWide(state: usize, phases: i32, y: usize, x: usize, axis: usize, width: usize, pitch: usize): bool {
  solveEach(state, phases, x, axis, width, pitch);
  columnsSharesWide(state, y, x, axis, width, pitch);
  return false;
}

export function entmaxSteep(
  y: usize, support: usize, x: usize, outer: usize, axis: usize, inner: usize, alpha: f64, temperature: f64, state: usize,
  phases: i32,
): bool {
  const s = alpha - 1, rate = max<f64>(min<f64>(s / temperature, MOST_RATE), LEAST_RATE), search = searchAt(state);
  if (rate < WIDE_BELOW) search.use(s, accumulateWide, step, rowSharesWide, stripWide);
  else search.use(s, accumulate, step, rowShares, strip);
  search.absolute = true;
  search.rate = rate;
  search.logRate = log(rate);
  return alongSparse(y, support, x, outer, axis, inner, state, phases);
}

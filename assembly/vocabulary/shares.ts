/**
 * The probabilities of the tokens of a list among each other, u64[capacity]: index and key of each, as gather.ts leaves them
 *
 * p_j     exp((x_j - m) / T) / Σ_i exp((x_i - m) / T)
 * error   of each weight as in exp.ts; summed as in row.ts
 */
import { exponentFloor, exponentScale, prescale } from "../exp";
import { PARTIAL_SUM } from "../phases";
import { Weights } from "./marks";
import { logitOf } from "./tokens";
import { WEIGHTS, weigh, weighWide } from "./weigh";

/** @returns where they are: f32[capacity] probabilities, u32[capacity] indices, behind the list */
export function vocabularyShares(weights: Weights, list: usize, capacity: u32, count: u32): usize {
  const m = <f32>weights.m, temperature = weights.temperature;
  const wide = prescale(temperature) != 1;
  const c = exponentScale(temperature), floor = exponentFloor(c);
  const shares = list + (<usize>capacity << 3), indices = shares + (<usize>capacity << 2);
  for (let j: usize = 0; j < <usize>count; j++) {
    store<u32>(indices + (j << 2), load<u32>(list + (j << 3)));
    store<f32>(shares + (j << 2), logitOf(load<u32>(list + (j << 3), 4)));
  }
  let sum: f64 = 0;
  for (let j: usize = 0; j < <usize>count; j += PARTIAL_SUM) {
    const at = shares + (j << 2), n = min(<usize>count - j, PARTIAL_SUM);
    sum += wide ? weighWide(WEIGHTS, at, n, -Infinity, m, temperature) : weigh(WEIGHTS, at, n, -Infinity, m, c, floor);
    memory.copy(at, WEIGHTS, n << 2);
  }
  for (let at = shares, end = shares + (<usize>count << 2); at < end; at += 4) store<f32>(at, <f32>(<f64>load<f32>(at) / sum));
  return shares;
}

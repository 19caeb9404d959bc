/**
 * maxima[b] = the largest allowed logit of block b; -Infinity where none is allowed, NaN where one of them is NaN
 *
 * Their maximum is the row's. Beyond that, the k-th largest of them is a lower bound of the k-th largest logit, since k blocks hold
 * one that large; and a pass that looks for logits above some bound need only read the blocks whose maximum is.
 */
import { horizontalMax, loadTail } from "../lanes";
import { largest } from "../row";
import { forbidden, LEAST, MAXIMA, MOST, STRIP, strip } from "./tokens";

export function vocabularyMaxima(state: usize, x: usize, mask: usize, from: usize, n: usize, shift: u32): void {
  for (let i: usize = 0; i < n; i += STRIP) {
    const part = min(n - i, STRIP), token = from + i;
    const at = state + (token >> shift << 2);
    const first = (token & ((1 << shift) - 1)) == 0;
    const m: f32 = first ? -Infinity : load<f32>(at, MAXIMA);
    const shut = mask != 0 && forbidden(mask, i, part);
    store<f32>(at, shut ? m : max(m, largest(strip(x, mask, i, part, 1, -Infinity), part)), MAXIMA);
  }
}

/** LEAST and MOST = the smallest and the largest of the n > 0 logits at x, none of them NaN. */
export function vocabularyRange(state: usize, x: usize, n: usize): void {
  const first = v128.load32_splat(x);
  let least = first, most = first;
  for (; n; n -= min(n, 4), x += 16) {
    const v = n < 4 ? loadTail(x, n, first) : v128.load(x);
    least = f32x4.pmin(least, v);
    most = f32x4.pmax(most, v);
  }
  store<f32>(state, -horizontalMax(f32x4.neg(least)), LEAST);
  store<f32>(state, horizontalMax(most), MOST);
}

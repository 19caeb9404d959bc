/**
 * maxima[b] = the largest allowed logit of block b; -Infinity where none is allowed, NaN where one of them is NaN
 *
 * The largest of them is the row's maximum. The k-th largest of them is a lower bound of the k-th largest logit, because k blocks
 * hold a logit that large. A pass that looks for logits above a bound need only read the blocks whose maximum is above it.
 */
import { horizontalMax, loadTail } from "../lanes";
import { largest } from "../row";
import { Marks, maximumAt, Tile } from "./marks";
import { forbidden, STRIP, strip } from "./tokens";

export function vocabularyMaxima(marks: Marks, tile: Tile): void {
  const from = tile.from, n = tile.n, shift = tile.shift;
  for (let i: usize = 0; i < n; i += STRIP) {
    const part = min(n - i, STRIP), token = from + i;
    const at = maximumAt(marks, token, shift);
    const first = (token & ((1 << shift) - 1)) == 0;
    const m: f32 = first ? -Infinity : load<f32>(at);
    store<f32>(at, forbidden(tile, i, part) ? m : max(m, largest(strip(tile, i, part, 1, -Infinity), part)));
  }
}

/** Marks the smallest and the largest of the n > 0 logits at x, none of them NaN. */
export function vocabularyRange(marks: Marks, x: usize, n: usize): void {
  const first = v128.load32_splat(x);
  let least = first, most = first;
  for (; n; n -= min(n, 4), x += 16) {
    const v = n < 4 ? loadTail(x, n, first) : v128.load(x);
    least = f32x4.pmin(least, v);
    most = f32x4.pmax(most, v);
  }
  marks.least = -horizontalMax(f32x4.neg(least));
  marks.most = horizontalMax(most);
}

/**
 * Scores that float32 cannot hold, or whose partial sums it cannot: computed again in float64, one by one.
 *
 *   s[j] = 2^e · q·k[j]        where s[j] is not finite, and everywhere where e is not 0
 *
 * From finite q and k: beyond FLT_MAX it is FLT_MAX, beyond -FLT_MAX it is -Infinity. From an infinite operand: NaN, or
 * -Infinity. Positions that are masked keep what they have.
 *
 * While every |q| and |k| is below `safe`, no sum of their products overflows, in any order: √(FLT_MAX / 2 / headDim). Tiles
 * look at their scores only where a query is not, or where the sum of the squares of four keys is not below safe².
 */

import { FLT_MAX, LEAST_SCALE, TOP_EXPONENT as TOP } from "../layout";

/** While every |q| and |k| is below it, no sum of their products overflows. */
export function safe(headDim: usize): f32 {
  return sqrt<f32>(f32.MAX_VALUE / 2 / <f32>headDim);
}

/** Whether float32 holds `scale`. Where it does not, every row of q has an exponent of its own. */
export function scaleIsPlain(scale: f64): bool {
  const size = abs<f64>(scale);
  return size == 0 || (size >= LEAST_SCALE && size <= FLT_MAX);
}

/** e of a finite x = [1, 2)·2^e, not 0 */
function exponentOf(x: f64): i32 {
  let e = 0;
  x = abs<f64>(x);
  for (; x >= 2; x *= 0.5) e++;
  for (; x < 1; x *= 2) e--;
  return e;
}

/** 2^n, -1022 <= n <= 1023 */
function power(n: i32): f64 {
  return reinterpret<f64>(<i64>(n + 1023) << 52);
}

/** x·2^n, in two steps of which each is in range */
function raise(x: f64, n: i32): f64 {
  const half = n >> 1;
  return x * power(half) * power(n - half);
}

/** q = source · scale / 2^e. @returns e, such that q is in range */
export function startWide(q: usize, source: usize, headDim: usize, scale: f64): i32 {
  let most: f64 = 0;
  for (let d: usize = 0; d < headDim; d++) {
    const x = abs<f64>(<f64>load<f32>(source + (d << 2)));
    if (x < Infinity) most = max<f64>(most, x); // not NaN either
  }
  const a = exponentOf(scale), b = most > 0 ? exponentOf(most) : 0;
  const m = raise(scale, -a), up = power(TOP - b);
  for (let d: usize = 0; d < headDim; d++) {
    store<f32>(q + (d << 2), <f32>(<f64>load<f32>(source + (d << 2)) * up * m));
  }
  return a + b - TOP;
}

/** step  bytes from float to float of a key */
function scoreAgain(q: usize, k: usize, step: usize, headDim: usize, e: i32): f32 {
  let sum: f64 = 0;
  for (const end = q + (headDim << 2); q < end; q += 4, k += step) sum += <f64>load<f32>(q) * <f64>load<f32>(k);
  if (sum - sum != 0) return sum == -Infinity ? -Infinity : NaN;
  const s = <f32>raise(sum, e);
  return s == Infinity ? f32.MAX_VALUE : s;
}

/**
 * The scores of keys from … to.
 *
 * @param k      panels of `lanes` keys, `panel` bytes apart: [headDim, lanes] each
 * @param bias   0 for none, as mask
 */
export function scoresAgain(
  s: usize, q: usize, k: usize, panel: usize, lanes: usize, headDim: usize, e: i32,
  bias: usize, mask: usize, from: usize, to: usize,
): void {
  for (let j = from; j < to; j++) {
    const at = s + (j << 2);
    const score = load<f32>(at);
    if (score - score == 0 && e == 0) continue;
    if (mask && load<u8>(mask + j) == 0) continue;
    if (bias && load<f32>(bias + (j << 2)) == -Infinity) continue;
    store<f32>(at, scoreAgain(q, k + j / lanes * panel + (j % lanes << 2), lanes << 2, headDim, e));
  }
}

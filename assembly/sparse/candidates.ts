/**
 * The candidates of a row: the logits that can still have a share, side by side in a list.
 *
 * p_j = [s·(x_j - m) - τ]_+^(1/s) with s = alpha - 1 sums to 1 for one τ, and τ >= -1: what lies 1/s or more below the
 * maximum, T/s above alpha = 2, has no share, and of most rows a few dozen logits remain. One pass over the row lists them,
 * and the search for τ walks over the list alone (list.ts). The modes of the search in a row:
 *
 *   GATHERING   the list takes the logits above the best lower bound of τ. When the list is full, τ of the listed logits alone is
 *               searched. It is a lower bound of the row's τ (fewer terms, smaller τ), so everything below it can leave the list.
 *   FULL        most of a full list stayed, or making room has cost more than a look at every logit seen: the support is
 *               large. The rest of this pass only counts positions.
 *   SAMPLING    the list takes logits from everywhere in the row, each of which stands for several: the search in the row begins
 *               at their τ.
 *   PASSING     each pass over the row takes the sums at one τ, list by list. When all candidates fit into one list, that is
 *               solved as above.
 *   PASSED      as PASSING, after the first list of a pass.
 *
 * The steps depend on the logits and their order alone, so a row in tiles gets the same bits. Another thread may write to the row
 * meanwhile: the list is bounded by its own count, the passes by MOST_STEPS, and no pass relies on logits that another one saw.
 *
 * source  Martins & Astudillo 2016 (arXiv:1602.02068); Condat 2016, doi:10.1007/s10107-015-0946-6 (bounds from a part of
 *         the row)
 * Measured, 32000 floats N(0, 3²): 0.31 ns a float for the whole of sparsemax, against 45-220 for a sort.
 */
import { loadTail } from "../lanes";
import {
  FULL, GATHERING, GROUP_FLOATS, MOST_STEPS, PASSED, PASSING, SAMPLE_NEAR, SAMPLING, SHARES, SUPPORT,
} from "../layout";
import { append, listSums, shorten, solve } from "./list";
import { LIST, Search } from "./search";

/** Floats that lie together in a sample; after as many, gather sees whether the list is full. */
const GROUP: u32 = GROUP_FLOATS;

/** The sample's k-th group: one of each `stride` groups, at a place among them that changes with k. */
// @ts-ignore: decorator
@inline
function sampled(k: u32, stride: u32): u32 {
  return k * stride + k * 7 % stride;
}

/** One group of so many is sampled: then the sample fits the list. */
// @ts-ignore: decorator
@inline
function sampleStride(search: Search): u32 {
  return search.length / GROUP / (LIST / GROUP - 1) + 1;
}

/** Lists the sample's candidates among n floats, `pitch` floats apart. */
function gatherSample(search: Search, x: usize, n: u32, pitch: usize): void {
  const list = search.list, stride = sampleStride(search);
  const lift = search.lift, base = search.base, cut = search.cut, seen = search.seen;
  let count = search.count, positions = search.sampled;
  for (let k = seen / GROUP / stride; ; k++) {
    const from = sampled(k, stride) * GROUP;
    if (from < seen) continue;
    if (from + GROUP > seen + n || count > LIST - GROUP) break;
    positions += GROUP;
    let at = x + (<usize>(from - seen) * pitch << 2);
    for (let j: u32 = 0; j < GROUP; j++, at += pitch << 2) {
      const d = load<f32>(at) + lift - base;
      store<f32>(list + (<usize>count << 2), d);
      count += d > cut ? 1 : 0;
    }
  }
  search.count = count;
  search.sampled = positions;
}

/** Lists the candidates among n floats, of one tile after the other. */
export function gather(search: Search, x: usize, n: usize): void {
  const mode = search.mode;
  let seen = search.seen;
  if (mode == SAMPLING) gatherSample(search, x, <u32>n, 1);
  search.seen = seen + <u32>n;
  if (mode == FULL || mode == SAMPLING) return;
  const list = search.list, lift = f32x4.splat(search.lift), base = f32x4.splat(search.base);
  let cut = f32x4.splat(search.cut), floor = f32x4.splat(search.floor);
  let count = search.count;
  for (; n >= 16; n -= 16, x += 64) {
    seen += GROUP;
    const v0 = v128.load(x), v1 = v128.load(x, 16), v2 = v128.load(x, 32), v3 = v128.load(x, 48);
    const any = f32x4.gt(f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3)), floor);
    if (!v128.any_true(any)) continue;
    const d0 = f32x4.sub(f32x4.add(v0, lift), base), d1 = f32x4.sub(f32x4.add(v1, lift), base);
    const d2 = f32x4.sub(f32x4.add(v2, lift), base), d3 = f32x4.sub(f32x4.add(v3, lift), base);
    if (i32x4.all_true(f32x4.gt(f32x4.pmin(f32x4.pmin(d0, d1), f32x4.pmin(d2, d3)), cut))) {
      const end = list + (<usize>count << 2);
      v128.store(end, d0);
      v128.store(end, d1, 16);
      v128.store(end, d2, 32);
      v128.store(end, d3, 48);
      count += 16;
    } else {
      count = append(list, count, d0, cut);
      count = append(list, count, d1, cut);
      count = append(list, count, d2, cut);
      count = append(list, count, d3, cut);
    }
    if (count <= LIST - 16) continue;
    count = shorten(search, count, seen);
    if (search.mode == FULL) return;
    cut = f32x4.splat(search.cut);
    floor = f32x4.splat(search.floor);
  }
  for (; n; x += 16) {
    const v = n < 4 ? loadTail(x, n, f32x4.splat(-Infinity)) : v128.load(x);
    count = append(list, count, f32x4.sub(f32x4.add(v, lift), base), cut);
    n -= min(n, 4);
  }
  search.count = count;
}

/** As gather, for one column: positions `pitch` floats apart. */
export function gatherColumn(search: Search, x: usize, axis: usize, pitch: usize): void {
  const mode = search.mode;
  let seen = search.seen;
  if (mode == SAMPLING) gatherSample(search, x, <u32>axis, pitch);
  search.seen = seen + <u32>axis;
  if (mode == FULL || mode == SAMPLING) return;
  const list = search.list, lift = search.lift, base = search.base;
  let cut = search.cut, count = search.count;
  while (axis) {
    const group = min(axis, 16);
    seen += <u32>group;
    for (let a: usize = 0; a < group; a++, x += pitch << 2) {
      const d = load<f32>(x) + lift - base;
      if (!(d > cut)) continue;
      store<f32>(list + (<usize>count << 2), d);
      count++;
    }
    axis -= group;
    if (group < 16 || count <= LIST - 16) continue; // gather looks here too, so a column has the bits of a row
    count = shorten(search, count, seen);
    if (search.mode == FULL) return;
    cut = search.cut;
  }
  search.count = count;
}

/** The next pass over the row. */
function again(search: Search, mode: i32): bool {
  search.cutAtLeast();
  search.mode = mode;
  search.count = 0;
  search.seen = 0;
  return true;
}

/** The end of a pass over the row. @returns another pass is needed */
export function settle(search: Search): bool {
  const mode = search.mode;
  if (mode == FULL) {
    search.length = search.seen;
    search.sampled = 0;
    search.open(SUPPORT);
    return again(search, SAMPLING);
  }
  if (mode == SAMPLING) {
    const least = search.least; // as the whole row has shown it
    solve(search, <f64>search.length / <f64>search.sampled, SAMPLE_NEAR);
    const stage = search.stage, pivot = search.pivot, root = search.root;
    search.least = least;
    search.guess = 1;
    search.cutAtLeast();
    search.open(stage);
    if (stage == SHARES) search.root = root;
    search.pivot = max(pivot, search.first);
    return again(search, PASSING);
  }
  if (mode == PASSED) {
    listSums(search, search.count);
    search.passes++;
    if (search.step(search) || search.passes >= MOST_STEPS) return false;
    search.clear();
    return again(search, PASSING);
  }
  if (mode == GATHERING) search.open(SUPPORT);
  solve(search, 1, 0);
  return false;
}

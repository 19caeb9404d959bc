/**
 * The list of a row's candidates: its sums, the search for τ in it, and how it is shortened when a better bound is known.
 */
import { front } from "../compact";
import { FULL, GATHERING, IDLE_STEPS, IDLE_STEPS_STEEP, MOST_STEPS, PART, PASSED } from "../layout";
import { LIST, Search } from "./search";

/** The lanes of d above the cut to list[count…]. @returns the new count */
// @ts-ignore: decorator
@inline
export function append(list: usize, count: u32, d: v128, cut: v128): u32 {
  const taken = i32x4.bitmask(f32x4.gt(d, cut));
  v128.store(list + (<usize>count << 2), v128.swizzle(d, front(taken)));
  return count + popcnt(taken);
}

export function listSums(search: Search, count: u32): void {
  const list = search.list;
  v128.store(list + (<usize>count << 2), f32x4.splat(-Infinity));
  search.accumulate(search, list, count);
}

/** Takes the sums of the list, each logit counting `weight` times, and a step. @returns τ is found */
function listStep(search: Search, count: u32, weight: f64): bool {
  search.clear();
  listSums(search, count);
  if (weight != 1) search.weigh(weight);
  return search.step(search);
}

/** @param near  an S - 1 after which one step more will do */
export function solve(search: Search, weight: f64, near: f64): void {
  for (let i = 0; i < MOST_STEPS; i++) {
    if (listStep(search, search.count, weight) || abs(search.S - 1) < near) return;
  }
}

/** A full list: half of it has to go, or τ of this part of the row be found. @returns how many stay in it */
export function shorten(search: Search, count: u32, seen: u32): u32 {
  if (search.mode != GATHERING) {
    search.mode = PASSED;
    listSums(search, count);
    return 0;
  }
  const list = search.list, affordable = seen + 4 * LIST;
  const patience = search.s > 1 ? IDLE_STEPS_STEEP : IDLE_STEPS;
  let left = count, work = search.work, idle = 0;
  search.open(PART);
  while (left > LIST / 2 && work < affordable && idle < patience) {
    work += left;
    const found = listStep(search, left, 1);
    search.cutAtLeast();
    const cut = f32x4.splat(search.cut), all = left;
    v128.store(list + (<usize>all << 2), f32x4.splat(-Infinity));
    left = 0;
    for (let j: u32 = 0; j < all; j += 4) left = append(list, left, v128.load(list + (<usize>j << 2)), cut);
    if (found) break;
    if (left > all - all / 8) idle++;
  }
  search.work = work;
  if (left > LIST / 4 * 3 || work >= affordable) search.mode = FULL;
  return left;
}

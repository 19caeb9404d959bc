/**
 * Orders and cuts a list of tokens, u64[2][capacity]: index and key of each, in index order as gather.ts leaves them, and as much
 * room again.
 */
import { exp64 } from "../log";
import { rowShiftWide } from "../row";
import { binsOf, Marks, Weights } from "./marks";
import { logitOf } from "./tokens";

/** Bits of a digit, at most: to scatter to more than 2048 places is slow, and two tables of 2048 u32s fill the histogram's bytes. */
const WIDEST: i32 = 11;

/** places = how many tokens have the digits before each */
function addUp(places: usize, width: u32): void {
  let first: u32 = 0;
  for (let at = places, end = places + (4 << width); at < end; at += 4) {
    const here = load<u32>(at);
    store<u32>(at, first);
    first += here;
  }
}

// @ts-ignore: decorator
@inline
function count1(places: usize, digit: u32): void {
  const at = places + (<usize>digit << 2);
  store<u32>(at, load<u32>(at) + 1);
}

// @ts-ignore: decorator
@inline
function takePlace(places: usize, digit: u32): usize {
  const at = places + (<usize>digit << 2);
  const place = load<u32>(at);
  store<u32>(at, place + 1);
  return place;
}

/**
 * Orders a list: logits downwards, equal ones by index. Radix sort from the lowest digit on, of the bits in which keys differ; a
 * pass counts the digits of the next.
 *
 * @returns where it is then: f32[capacity], the logits, and u32[capacity], the indices
 */
export function vocabularyOrder(marks: Marks, list: usize, capacity: u32, count: u32): usize {
  const width = <u32>min(max(30 - <i32>clz(count), 4), WIDEST); // fewer digits than tokens
  const mask: u32 = (1 << width) - 1, bytes = <usize>count << 3;
  let places = binsOf(marks), others = places + (4 << WIDEST);
  let source = list, target = list + (<usize>capacity << 3);
  memory.fill(places, 0, 4 << width);
  const first = load<u32>(source, 4);
  let differ: u32 = 0;
  for (let at = source, end = source + bytes; at < end; at += 8) {
    const key = load<u32>(at, 4);
    differ |= key ^ first;
    count1(places, key & mask);
  }
  const bits: u32 = 32 - clz(differ);
  let low: u32 = 0;
  for (; low + width < bits; low += width) {
    addUp(places, width);
    memory.fill(others, 0, 4 << width);
    for (let at = source, end = source + bytes; at < end; at += 8) {
      const key = load<u32>(at, 4) >> low;
      store<u64>(target + (takePlace(places, key & mask) << 3), load<u64>(at));
      count1(others, (key >> width) & mask);
    }
    const counted = others, sorted = target;
    others = places;
    places = counted;
    target = source;
    source = sorted;
  }
  addUp(places, width);
  const indices = target + (<usize>capacity << 2);
  for (let at = source, end = source + bytes; at < end; at += 8) {
    const key = load<u32>(at, 4);
    const to = takePlace(places, (key >> low) & mask) << 2;
    store<f32>(target + to, logitOf(key));
    store<u32>(indices + to, load<u32>(at));
  }
  return target;
}

/**
 * Takes the first of `count` ordered logits until `above` and their weights reach `target`; all of them, if they never do. A
 * token weighs exp((x - m) / T), or 1 where `weights` is 0. Marks the mass that was reached, the last logit that was taken, and
 * how many were taken that equal it.
 */
export function vocabularyCut(marks: Marks, weights: Weights, logits: usize, count: u32, above: f64, target: f64): void {
  const weighted = changetype<usize>(weights) != 0;
  const m = weighted ? weights.m : 0, temperature = weighted ? weights.temperature : 1;
  let t: f32 = NaN, ties: u32 = 0;
  for (let taken: u32 = 0; taken < count && (above < target || taken == 0); taken++) {
    const x = load<f32>(logits + (<usize>taken << 2));
    above += weighted ? exp64((<f64>x - m) / temperature) : 1;
    ties = x == t ? ties + 1 : 1;
    t = x;
  }
  marks.mass = above;
  marks.threshold = t;
  marks.ties = ties;
}

/** x = (x - m) / T - logS, of n logits */
export function vocabularyShift(weights: Weights, x: usize, n: u32, logS: f64): void {
  rowShiftWide(x, x, 0, n, 1, weights.m, weights.temperature, logS);
}

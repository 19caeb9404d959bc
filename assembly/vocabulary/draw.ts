/**
 * The first token, in index order, at which the running sum of weights exp((x - m) / T) exceeds `target`; -1 if none does
 *
 * The weights are those of the allowed logits above t, and of the first `ties` logits that equal t: the prefix that truncation
 * leaves. Marks the running sum as the mass, and the token's own weight. With target Infinity no token is found, and the mass is the
 * sum of all weights. The mass and the ties left at the start of each block are stored, for a second walk from there.
 *
 * error   of each weight as in exp.ts; summed as in row.ts
 */
import { exponentFloor, exponentScale, prescale } from "../exp";
import { firstLanes } from "../lanes";
import { PARTIAL_SUM } from "../phases";
import { VOCABULARY_BLOCKS } from "../layout";
import { binsOf, Marks, Tile, Weights } from "./marks";
import { ALL, below, next, STRIP, strip } from "./tokens";
import { WEIGHTS, weigh, weighWide } from "./weigh";

/** In the bytes of the histogram: the mass at the start of each block, and behind those of all blocks the ties left there. */
// @ts-ignore: decorator
@inline
export function massAt(marks: Marks, block: usize): usize {
  return binsOf(marks) + (block << 3);
}
// @ts-ignore: decorator
@inline
function tiesAt(marks: Marks, block: usize): usize {
  return binsOf(marks) + 8 * VOCABULARY_BLOCKS + (block << 2);
}

/** How many of the n <= PARTIAL_SUM logits at x equal t. */
function countTies(x: usize, n: usize, t: f32): u32 {
  const tv = f32x4.splat(t);
  let count = i32x4.splat(0);
  for (; n >= 4; n -= 4, x += 16) count = i32x4.sub(count, f32x4.eq(v128.load(x), tv));
  if (n) count = i32x4.sub(count, v128.and(f32x4.eq(v128.load(x), tv), firstLanes(n)));
  return (
    i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3)
  );
}

/** Leaves a weight to the first `ties` of the logits that equal t. @returns the sum of what is left */
function cutTies(x: usize, n: usize, t: f32, ties: u32): f64 {
  let s: f64 = 0;
  for (let j: usize = 0; j < n << 2; j += 4) {
    if (load<f32>(x + j) == t) {
      if (ties) ties--;
      else store<f32>(WEIGHTS + j, 0);
    }
    s += <f64>load<f32>(WEIGHTS + j);
  }
  return s;
}

/**
 * The first of the n weights at `at` at which `mass` and those up to it exceed `target`; where rounding leaves them short, the last
 * one that is not 0.
 */
export function find(at: usize, n: usize, mass: f64, target: f64): usize {
  let last: usize = 0;
  for (let j: usize = 0; j < n; j++) {
    const w = load<f32>(at + (j << 2));
    if (w == 0) continue;
    last = j;
    mass += <f64>w;
    if (mass > target) break;
  }
  return last;
}

export function vocabularyDraw(marks: Marks, tile: Tile, weights: Weights, t: f32, ties: u32, target: f64): i32 {
  const from = tile.from, n = tile.n, shift = tile.shift;
  const m = <f32>weights.m, temperature = weights.temperature;
  const wide = prescale(temperature) != 1;
  const c = exponentScale(temperature), floor = exponentFloor(c);
  let mass: f64 = 0;
  if (from) {
    mass = marks.mass;
    ties = marks.ties;
  }
  const beyond = next(t);
  let lo = ties ? t : beyond;
  for (let i: usize = 0; i < n; i += STRIP) {
    const token = from + i;
    if ((token & ((1 << shift) - 1)) == 0) {
      store<f64>(massAt(marks, token >> shift), mass);
      store<u32>(tiesAt(marks, token >> shift), ties);
    }
    if (below(marks, token, shift, lo)) continue;
    const part = min(n - i, STRIP);
    const source = strip(tile, i, part, 1, -Infinity);
    for (let j: usize = 0; j < part; j += PARTIAL_SUM) {
      const at = source + (j << 2), count = min(part - j, PARTIAL_SUM);
      let sum = wide ? weighWide(WEIGHTS, at, count, lo, m, temperature) : weigh(WEIGHTS, at, count, lo, m, c, floor);
      if (ties != 0 && ties != ALL) {
        const here = countTies(at, count, t);
        if (here > ties) sum = cutTies(at, count, t, ties);
        ties -= min(ties, here);
        if (ties == 0) lo = beyond;
      }
      if (mass + sum > target) {
        const found = find(WEIGHTS, count, mass, target);
        marks.weight = <f64>load<f32>(WEIGHTS + (found << 2));
        return <i32>(token + j + found);
      }
      mass += sum;
    }
  }
  marks.mass = mass;
  marks.ties = ties;
  return -1;
}

/** After a draw to target Infinity: goes back to the block in which the mass exceeds `target`. @returns its number */
export function vocabularySeek(marks: Marks, blocks: u32, target: f64): u32 {
  let block = blocks - 1;
  while (block > 0 && load<f64>(massAt(marks, block)) > target) block--;
  marks.mass = load<f64>(massAt(marks, block));
  marks.ties = load<u32>(tiesAt(marks, block));
  return block;
}

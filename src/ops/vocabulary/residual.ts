/**
 * The residual of a row: what the target's probabilities exceed the draft's by. A token that takes the place of one that was
 * rejected is drawn from it.
 *
 *     r_j = max(0, p_j - q_j)
 *
 * Where few tokens of the target are kept they are listed, and r is computed in float64. Else a kernel goes over both rows.
 *
 * The number that decides the draw is asked for between the sums of r and the walk to the token, and whoever gives it may use the
 * heap. So the sums are kept here, and the rows are placed in the heap again for the walk.
 */

import {
  ALL_TIES,
  LOWEST,
  SIDE_LAST,
  SIDE_T,
  SIDE_TILE,
  VOCABULARY_DRAFT,
  VOCABULARY_HISTOGRAM,
  VOCABULARY_MASS,
  VOCABULARY_STRIP,
  VOCABULARY_TARGET,
  VOCABULARY_WEIGHT,
  WEIGHTS_M,
  WEIGHTS_TEMPERATURE,
} from "../../../assembly/layout";
import type { Core, Heap } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import type { Positions } from "./positions";
import { EVERYTHING } from "./prefix";
import { halves, Row } from "./row";
import { Chance, type Odds } from "./rowLaw";
import { LISTED } from "./top";
import type { Vocabulary } from "./vocabulary";

/** A token and its probability under the target's law. */
interface Drawn {
  readonly index: number;
  readonly prob: number;
}

/** What is left to draw from; undefined where that is nothing. */
export interface Residual {
  /** The token at which the running sum of r passes u times the whole; undefined where the logits have changed so that none does. */
  draw(u: number): Drawn | undefined;
}

/** Tokens that are walked over together: a strip of few, to find one. */
const WALKED = 16 * VOCABULARY_STRIP;

/** Below the whole, which no running sum exceeds, also where u is next to 1. */
const goalOf = (u: number, whole: number): number => Math.min(u * whole, whole * (1 - 2 ** -52));

/** The residual of the target's tokens that are kept, if they are few. @returns false if they are not */
export function listedResidual(vocabulary: Vocabulary, target: Chance, draft: Odds): Residual | undefined | false {
  const { heap, list, row } = vocabulary;
  const { kept, distribution } = target;
  if (kept === EVERYTHING && row.length > LISTED) return false;
  const [t, ties] = kept.t === -Infinity ? [LOWEST, ALL_TIES] : [kept.t, kept.ties];
  const { count, fits } = list.tokens(row, t, Infinity, ties, Math.min(LISTED, list.capacity));
  if (!fits) return false;
  const at = list.weigh(count, distribution);
  const tokens = heap.words(list.indicesOf(at), count);
  const probs = heap.floats(at, count);
  const sums = new Float64Array(count);
  let sum = 0;
  for (let j = 0; j < count; j++) {
    sum += Math.max(0, target.prob(tokens[j]) - draft.prob(tokens[j]));
    sums[j] = sum;
  }
  if (!(sum > 0)) return undefined;
  return {
    draw(u) {
      const goal = goalOf(u, sum);
      const j = sums.findIndex((before) => before > goal);
      return { index: tokens[j], prob: probs[j] };
    },
  };
}

/** Writes one of the two rows of a residual for the kernel. @param tile  0 for a draft that is certain of its token `last` */
function writeSide(
  heap: Heap,
  side: number,
  tile: number,
  t: number,
  last: number,
  m: number,
  temperature: number,
): void {
  heap.setFloat64(side + WEIGHTS_M, m);
  heap.setFloat64(side + WEIGHTS_TEMPERATURE, temperature);
  heap.setWord(side + SIDE_TILE, tile);
  heap.setFloat32(side + SIDE_T, t);
  heap.setWord(side + SIDE_LAST, last);
}

const writeChance = (heap: Heap, side: number, tile: number, { kept, last, distribution }: Chance): void =>
  writeSide(heap, side, tile, kept.t, last, distribution.m, distribution.temperature);

/** The two rows in the heap; none of a draft that is certain of its token. */
type Pair = readonly [target: Row, draft: Row | undefined];

/** The residual by passes over both rows, as long as they may be. */
class Walk implements Residual {
  readonly #core: Core<VocabularyKernels>;
  readonly #target: Chance;
  readonly #draft: Odds;
  readonly #rows: Positions;
  readonly #at: number;
  /** r of all tokens before each block, and of all. */
  readonly #before: Float64Array;
  readonly sum: number;

  /** @param placed  the target's row is in the heap where it does not lie over the draft's */
  constructor(
    core: Core<VocabularyKernels>,
    rows: Positions,
    at: number,
    target: Chance,
    draft: Odds,
    placed: boolean,
  ) {
    this.#core = core;
    this.#target = target;
    this.#draft = draft;
    this.#rows = rows;
    this.#at = at;
    const { heap } = core;
    const pair: Pair = placed ? [target.row, draft instanceof Chance ? draft.row : undefined] : this.#place();
    this.#pass(pair, 0, Infinity, Infinity);
    this.#before = heap.doubles(heap.state + VOCABULARY_HISTOGRAM, target.row.blocks);
    this.sum = heap.float64(heap.state + VOCABULARY_MASS);
  }

  /** Half of the workspace for each row. What the target's mask does not allow is not looked at in the draft, which needs none. */
  #place(): Pair {
    const { heap } = this.#core;
    const { target, draft } = this.#rows;
    const [half, other] = halves(heap);
    const at = this.#at;
    const edits = target.edits(at);
    const row = new Row(heap, target.logits, at, target.allowed(this.#core, at), edits, half);
    const chance = draft !== undefined && this.#draft instanceof Chance;
    return [row, chance ? new Row(heap, draft.logits, at, undefined, edits, other) : undefined];
  }

  /** Goes over tokens from `from` on, `most` at a time. @returns the token at which the sum of r passes `goal`; -1 if none does */
  #pass([row, other]: Pair, from: number, most: number, goal: number): number {
    const { state } = this.#core.heap;
    const [own, theirs] = [state + VOCABULARY_TARGET, state + VOCABULARY_DRAFT];
    const ratio = this.#writeSides(own, theirs, row, other);
    row.rewind(false, from);
    other?.rewind(false, from);
    for (;;) {
      const n = Math.min(row.span, other?.span ?? Infinity, most);
      if (n === 0) return -1;
      row.take(n);
      other?.take(n);
      const token = this.#core.kernels.vocabularyResidual(state, own, theirs, ratio, goal);
      if (token >= 0) return token;
    }
  }

  /** @returns the weight of all of the target's tokens over that of all of the draft's */
  #writeSides(own: number, theirs: number, row: Row, other: Row | undefined): number {
    const { heap } = this.#core;
    const [target, draft] = [this.#target, this.#draft];
    writeChance(heap, own, row.tile, target);
    if (other === undefined || !(draft instanceof Chance)) {
      writeSide(heap, theirs, 0, 0, draft.certain, 0, 1);
      return 1;
    }
    writeChance(heap, theirs, other.tile, draft);
    return target.whole / draft.whole;
  }

  draw(u: number): Drawn | undefined {
    const { heap } = this.#core;
    const goal = goalOf(u, this.sum);
    const before = this.#before;
    let block = before.length - 1;
    while (block > 0 && before[block] > goal) block--;
    heap.setFloat64(heap.state + VOCABULARY_MASS, before[block]);
    const index = this.#pass(this.#place(), block << this.#target.row.shift, WALKED, goal);
    if (index < 0) return undefined;
    return { index, prob: Math.min(1, heap.float64(heap.state + VOCABULARY_WEIGHT) / this.#target.whole) };
  }
}

/** The residual of a row where many tokens are kept. @param placed  as of Walk */
export function walkedResidual(
  core: Core<VocabularyKernels>,
  rows: Positions,
  at: number,
  target: Chance,
  draft: Odds,
  placed: boolean,
): Residual | undefined {
  const walk = new Walk(core, rows, at, target, draft, placed);
  return walk.sum > 0 ? walk : undefined;
}

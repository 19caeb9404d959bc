/** The vocabulary of a call: its row of logits, room for lists, and the maxima of the row's blocks. */

import { VOCABULARY_MAXIMA } from "../../../assembly/layout";
import { checkChoice } from "../../check";
import type { Core, Heap } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { List } from "./list";
import { type Place, Row } from "./row";
import type { Rows } from "./rows";

export class Vocabulary implements Core<VocabularyKernels> {
  readonly heap: Heap;
  readonly kernels: VocabularyKernels;
  readonly row: Row;
  private lists: List | undefined;

  /** Which of the call's rows it is, for errors; -1 where there is but one. */
  private readonly index: number;
  private readonly name: string;

  /** @param place  where the row is copied to, if it is not the call's only one */
  constructor(core: Core<VocabularyKernels>, rows: Rows, row: number, place?: Place) {
    this.heap = core.heap;
    this.kernels = core.kernels;
    this.row = new Row(core.heap, rows.logits, row, rows.allowed(core, row), rows.edits(row), place);
    this.index = rows.logits.shaped ? rows.first + row : -1;
    this.name = rows.logits.name;
  }

  /** Made when it is first asked for: short calls have no need of it. */
  get list(): List {
    this.lists ??= new List(this, this.row.end);
    return this.lists;
  }

  /**
   * The largest allowed logit, above -Infinity. Comes first in a call: every later pass reads the blocks' maxima that this leaves.
   *
   * @param keep  there will be another pass, so the row stays in the heap if it fits
   * @throws {RangeError} an allowed logit is NaN, or none is above -Infinity
   */
  largest(fn: string, keep: boolean): number {
    const { row } = this;
    row.rewind(keep);
    while (row.next()) this.kernels.vocabularyMaxima(this.heap.state, row.tile);
    let m = -Infinity;
    for (let b = 0; b < row.blocks; b++) m = Math.max(m, this.maximum(b));
    checkChoice(fn, this.name, this.index, m, () => this.first(m), row.by);
    return m;
  }

  /** The largest logit of a block. */
  private maximum(block: number): number {
    return this.heap.float32(this.heap.state + VOCABULARY_MAXIMA + 4 * block);
  }

  /**
   * The first allowed token whose logit is m: the largest logit, or NaN. Where another thread has overwritten that logit meanwhile,
   * the first allowed token from its block on.
   */
  first(m: number): number {
    const { row } = this;
    let block = 0;
    while (block < row.blocks - 1 && !Object.is(this.maximum(block) + 0, m + 0)) block++; // -0 is 0
    const from = block << row.shift;
    let instead = -1;
    for (let i = from; i < row.length; i++) {
      const v = row.logit(i);
      if ((v === m || (m !== m && v !== v)) && row.allows(i)) return i;
      if (instead < 0 && row.allows(i)) instead = i;
    }
    return Math.max(instead, from);
  }
}

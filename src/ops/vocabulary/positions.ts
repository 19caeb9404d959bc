/** Rows of logits for tokens that follow each other: every row's penalties count the tokens before it as generated. */

import { checkSame, type Logits } from "../../check";
import { type CheckedBias, type CheckedPenalties, checkBias, checkPenalties, type Edits, editsOf } from "./edits";
import { checkEach, checkMasks, type Given, type Masks, Rows, readMasks, type TokenOptions } from "./rows";

type PerPosition<Checked> = Checked | undefined | (Checked | undefined)[];

const at = <Checked>(all: PerPosition<Checked>, row: number): Checked | undefined =>
  Array.isArray(all) ? all[row] : all;

/** The edits of rows, made when a row is come to: the last ones are kept, for the target and the draft. */
class History {
  readonly #vocabulary: number;
  readonly #tokens: Float64Array;
  readonly #biases: PerPosition<CheckedBias>;
  readonly #penalties: PerPosition<CheckedPenalties>;
  #row = -1;
  #edits: Edits | undefined;

  constructor(
    vocabulary: number,
    tokens: Float64Array,
    biases: PerPosition<CheckedBias>,
    penalties: PerPosition<CheckedPenalties>,
  ) {
    this.#vocabulary = vocabulary;
    this.#tokens = tokens;
    this.#biases = biases;
    this.#penalties = penalties;
  }

  /** Penalties for all rows know of more tokens in each; those in a list are each as they are. */
  #penaltiesOf(row: number): CheckedPenalties | undefined {
    const given = at(this.#penalties, row);
    if (given === undefined || Array.isArray(this.#penalties)) return given;
    const seen = new Float64Array(given.seen.length + row);
    seen.set(given.seen);
    seen.set(this.#tokens.subarray(0, row), given.seen.length);
    return { ...given, seen };
  }

  edits(row: number): Edits | undefined {
    if (this.#row !== row) {
      this.#edits = editsOf(this.#vocabulary, at(this.#biases, row), this.#penaltiesOf(row));
      this.#row = row;
    }
    return this.#edits;
  }
}

/** Rows whose edits are those of a history. */
class HistoryRows extends Rows {
  readonly #history: History;

  constructor(logits: Logits, masks: Masks, history: History) {
    super(logits, masks, undefined);
    this.#history = history;
  }

  override edits(row: number): Edits | undefined {
    return this.#history.edits(row);
  }
}

/** The rows of a target, and those of the draft, if there are such. */
export interface Positions {
  readonly target: Rows;
  readonly draft: Rows | undefined;
}

/**
 * The rest of a call's arguments, when its logits are known: as checkRows, for rows that follow each other.
 *
 * @param tokens  those that follow: row i of target and draft comes after the first i
 */
export function checkHistory(
  fn: string,
  target: Logits,
  draft: Logits | undefined,
  tokens: Float64Array,
  { mask, bias, penalties, dtype }: Given<TokenOptions>,
): Positions {
  const biases = checkEach(fn, "bias", bias, target, checkBias, dtype);
  const lost = checkEach(fn, "penalties", penalties, target, checkPenalties, dtype);
  const masks = readMasks(fn, mask, target.rows);
  checkSame(fn, target);
  if (draft !== undefined) checkSame(fn, draft);
  checkMasks(fn, masks);
  const history = new History(target.length, tokens, biases, lost);
  return {
    target: new HistoryRows(target, masks, history),
    draft: draft === undefined ? undefined : new HistoryRows(draft, masks, history),
  };
}

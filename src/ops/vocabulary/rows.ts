/** Rows of logits, as topK, sample, truncate and logProbs take them: with a mask, bias and penalties for all rows or for each. */

import { checkPerRow, checkSame, checkTokenMask, type Logits, type TokenMask, type Used } from "../../check";
import type { Dtype } from "../../half";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import {
  type Bias,
  type CheckedBias,
  type CheckedPenalties,
  checkBias,
  checkPenalties,
  type Edits,
  editsOf,
  type Penalties,
} from "./edits";
import { Allowed } from "./mask";

/** Options of every function of a vocabulary. */
export interface TokenOptions {
  /**
   * 1 = allowed, 0 = not read: a bit a token, bit i & 31 of word i >> 5, in a Uint32Array or Int32Array; or a byte a token in a
   * Uint8Array. Tokens that it is too short for are not allowed, what it has too much is ignored.
   */
  mask?: TokenMask | undefined;
  /** Added to some of the logits; -Infinity bans, +Infinity forces. */
  bias?: Bias | undefined;
  /** For tokens that were there before, after bias. */
  penalties?: Penalties | undefined;
  /**
   * Logits are divided by it, after bias and penalties; finite and >= 0; 0 gives the first maximum all the probability; default 1.
   * Temperatures are told apart down to log2(e) / FLT_MAX = 4.24e-39.
   */
  temperature?: number | undefined;
  /** What the bits of a Uint16Array are, logits, bias.values and out alike; without it one is refused. A Float16Array needs none. */
  dtype?: Dtype | undefined;
  /** Of several rows (RowsOf): with it results are arrays. */
  shape?: undefined;
}

/** One for all rows, or a list with one a row. */
export type PerRow<T> = T | readonly (T | undefined)[];

/** The options of a function for rows: the same, and mask, bias and penalties may be lists with one a row. */
export type RowsOf<Options extends TokenOptions> = Omit<Options, "shape" | "mask" | "bias" | "penalties"> & {
  /** Sizes of the axes, slowest first, the vocabulary last; all others are rows. */
  shape: readonly number[];
  /** One for all rows, or one for each. */
  mask?: PerRow<TokenMask> | undefined;
  /** The same. */
  bias?: PerRow<Bias> | undefined;
  /** The same. */
  penalties?: PerRow<Penalties> | undefined;
};

/** Options as they are read: of one row or of several. */
export type Given<Options extends TokenOptions> = Omit<RowsOf<Options>, "shape"> & {
  shape?: readonly number[] | undefined;
};

export class Rows {
  readonly logits: Logits;
  /** The number of its first row, for errors: more than 0 where the call is a part of a larger one. */
  readonly first: number;
  readonly #masks: Masks;
  readonly #edits: Edits | undefined | (Edits | undefined)[];

  constructor(logits: Logits, masks: Masks, edits: Edits | undefined | (Edits | undefined)[], first = 0) {
    this.logits = logits;
    this.first = first;
    this.#masks = masks;
    this.#edits = edits;
  }

  allowed(core: Core<VocabularyKernels>, row: number): Allowed | undefined {
    const mask = Array.isArray(this.#masks) ? this.#masks[row] : this.#masks;
    return mask === undefined ? undefined : new Allowed(core, mask);
  }

  /** The arrays are still as they were when the call began: code of the caller's has run since. */
  checkAlive(fn: string, row: number): void {
    checkSame(fn, this.logits);
    const mask = Array.isArray(this.#masks) ? this.#masks[row] : this.#masks;
    if (mask !== undefined) checkTokenMask(fn, Array.isArray(this.#masks) ? `mask[${row}]` : "mask", mask);
  }

  edits(row: number): Edits | undefined {
    return Array.isArray(this.#edits) ? this.#edits[row] : this.#edits;
  }
}

/** One for all rows or one for each, checked: each is read once, also where it is for all rows or there are none. */
export function checkEach<Value, Checked>(
  fn: string,
  name: string,
  given: PerRow<Value> | undefined,
  { rows, length }: Logits,
  check: (fn: string, name: string, value: Value, vocabulary: number, dtype: Dtype | undefined) => Checked,
  dtype: Dtype | undefined,
): Checked | undefined | (Checked | undefined)[] {
  const each = checkPerRow(fn, name, given, rows) as Value | undefined | (Value | undefined)[];
  if (!Array.isArray(each)) return each === undefined ? undefined : check(fn, name, each, length, dtype);
  return each.map((one, r) => (one === undefined ? undefined : check(fn, `${name}[${r}]`, one, length, dtype)));
}

/** Rows whose arguments are in order. */
export interface CheckedRows {
  readonly logits: Logits;
  readonly masks: Masks;
  readonly biases: CheckedBias | undefined | (CheckedBias | undefined)[];
  readonly penalties: CheckedPenalties | undefined | (CheckedPenalties | undefined)[];
}

/** What the call reads where it lies. */
export function usedBy({ logits, masks }: CheckedRows): Used[] {
  const used: Used[] = [["logits", logits.x]];
  for (const mask of Array.isArray(masks) ? masks : [masks]) used.push(["mask", mask]);
  return used;
}

/** @param first  of Rows */
export function rowsOf({ logits, masks, biases, penalties: lost }: CheckedRows, first = 0): Rows {
  return new Rows(logits, masks, editsOfRows(logits, biases, lost), first);
}

function editsOfRows(
  { rows, length }: Logits,
  biases: CheckedRows["biases"],
  lost: CheckedRows["penalties"],
): Edits | undefined | (Edits | undefined)[] {
  if (!Array.isArray(biases) && !Array.isArray(lost)) return editsOf(length, biases, lost);
  const edits: (Edits | undefined)[] = [];
  for (let r = 0; r < rows; r++) {
    edits.push(editsOf(length, Array.isArray(biases) ? biases[r] : biases, Array.isArray(lost) ? lost[r] : lost));
  }
  return edits;
}

/**
 * The rest of a call's arguments, when its logits are known: what they are made of is read before any array is looked at to be
 * used where it lies.
 */
export function checkRows(
  fn: string,
  logits: Logits,
  { mask, bias, penalties, dtype }: Given<TokenOptions>,
): CheckedRows {
  const biases = checkEach(fn, "bias", bias, logits, checkBias, dtype);
  const lost = checkEach(fn, "penalties", penalties, logits, checkPenalties, dtype);
  const masks = readMasks(fn, mask, logits.rows);
  checkSame(fn, logits);
  checkMasks(fn, masks);
  return { logits, masks, biases, penalties: lost };
}

/** A mask for all rows, or one for each. */
export type Masks = TokenMask | undefined | (TokenMask | undefined)[];

export const readMasks = (fn: string, mask: PerRow<TokenMask> | undefined, rows: number): Masks =>
  checkPerRow(fn, "mask", mask, rows) as Masks;

export function checkMasks(fn: string, masks: Masks): void {
  if (Array.isArray(masks)) {
    for (const [r, one] of masks.entries()) if (one !== undefined) checkTokenMask(fn, `mask[${r}]`, one);
  } else if (masks !== undefined) {
    checkTokenMask(fn, "mask", masks);
  }
}

/** Rows of logits over a vocabulary, and which of its tokens are allowed. */
import type { Dtype, Floats } from "../half";
import { lengthOf, typeOf } from "../typedArray";
import { checkAttached, checkDtype, checkFloats, checkList, checkLive, type FloatInput } from "./array";
import { isList, kind, refuseType, refuseValue } from "./refuse";

/** Which tokens are allowed: a bit a token, bit i & 31 of word i >> 5, or a byte a token. */
export type TokenMask = Uint32Array | Int32Array | Uint8Array;

export function checkTokenMask(fn: string, name: string, value: TokenMask): void {
  const type = typeOf(value);
  if (type !== "Uint32Array" && type !== "Int32Array" && type !== "Uint8Array") {
    refuseType(fn, name, "a Uint32Array, an Int32Array or a Uint8Array", kind(value));
  }
  if (lengthOf(value) === 0) checkAttached(fn, name, value);
}

/** Rows of logits of `length` tokens each, one after the other. */
export interface Logits {
  /** The argument that they are, for errors. */
  readonly name: string;
  readonly x: Floats;
  readonly rows: number;
  readonly length: number;
  /** By the option shape: results are arrays, and errors name the row. */
  readonly shaped: boolean;
}

/** The axes before the last are rows. */
export function checkLogits(
  fn: string,
  logits: FloatInput,
  shape: readonly number[] | undefined,
  dtype: Dtype | undefined,
  name = "logits",
): Logits {
  checkDtype(fn, dtype);
  return checkRowsOf(fn, name, checkFloats(fn, name, logits, dtype), shape);
}

function checkRowsOf(fn: string, name: string, x: Floats, shape: readonly number[] | undefined): Logits {
  if (shape === undefined) return { name, x, rows: 1, length: liveLogits(fn, name, x, 1), shaped: false };
  const sizes = checkList(fn, "shape", shape, "an array of sizes");
  const written = `[${sizes.join(", ")}]`;
  if (sizes.length === 0) refuseValue(fn, "shape", "at least one size", "[]");
  const length = sizes[sizes.length - 1];
  let rows = 1;
  for (let i = 0; i < sizes.length - 1; i++)
    rows *= Number.isSafeInteger(sizes[i]) && sizes[i] >= 0 ? sizes[i] : Number.NaN;
  if (!(rows >= 0 && Number.isSafeInteger(length) && length >= 1)) {
    refuseValue(fn, "shape", "sizes that are integers >= 0, the last one >= 1", written);
  }
  const given = liveLogits(fn, name, x, 0);
  if (rows * length !== given) {
    refuseValue(fn, "shape", `sizes whose product is ${name}.length = ${given}`, `${written} = ${rows * length}`);
  }
  return { name, x, rows, length, shaped: true };
}

/**
 * Rows of logits for tokens that follow each other: one for each, and one for the token behind the last.
 *
 * @param shape  their sizes; without it they are equally long
 * @param count  how many tokens
 */
export function checkPositions(
  fn: string,
  name: string,
  x: Floats,
  shape: readonly number[] | undefined,
  count: number,
): Logits {
  const rows = count + 1;
  if (shape !== undefined) {
    const all = checkRowsOf(fn, name, x, shape);
    if (all.rows !== rows) refuseValue(fn, "shape", `${rows} rows (tokens.length + 1)`, `${all.rows}`);
    return all;
  }
  const given = liveLogits(fn, name, x, 1);
  if (given % rows !== 0) {
    refuseValue(fn, name, `${rows} rows of equal length (tokens.length + 1)`, `length ${given}`);
  }
  return { name, x, rows, length: given / rows, shaped: true };
}

/** logits.length, of logits that are alive. */
function liveLogits(fn: string, name: string, x: Floats, least: 0 | 1): number {
  const length = checkLive(fn, name, x);
  if (length < least) refuseValue(fn, name, "at least one", "length 0");
  return length;
}

/** The logits are as they were when their length was looked at: what ran since then may have detached or resized them. */
export function checkSame(fn: string, { name, x, rows, length }: Logits): void {
  const now = lengthOf(x);
  if (now === rows * length) return;
  if (now === 0) checkAttached(fn, name, x);
  refuseValue(fn, name, `length ${rows * length}, as it was when the call began`, now);
}

/** A bit of text that says which row is meant. */
const ofRow = (row: number): string => (row < 0 ? "" : `row ${row}, `);

/**
 * A token must be left to choose.
 *
 * @param name     of the logits
 * @param row      which one, -1 where there is but one
 * @param largest  the largest allowed logit, NaN if one is
 * @param first    the first that is NaN
 * @param by       the option that has left none, if one may have
 */
export function checkChoice(
  fn: string,
  name: string,
  row: number,
  largest: number,
  first: () => number,
  by: "mask" | "bias" | undefined,
): void {
  if (largest > -Infinity) return;
  if (largest !== largest) {
    refuseValue(
      fn,
      name,
      `numbers${by === "mask" ? " where the mask allows" : ""}`,
      `NaN at ${ofRow(row)}index ${first()}`,
    );
  }
  const none = row < 0 ? "none" : `none in row ${row}`;
  if (by === "mask") refuseValue(fn, "mask", "to allow a token whose logit is above -Infinity", none);
  if (by === "bias") refuseValue(fn, "bias", "to leave a token whose logit is above -Infinity", none);
  refuseValue(fn, name, "one above -Infinity", none);
}

/** One for all rows, or a list with one a row. @returns one a row, or the one for all */
export function checkPerRow<T>(fn: string, name: string, value: T | readonly T[], rows: number): T | T[] {
  if (!isList(value)) return value as T;
  const { length } = value;
  if (length !== rows) refuseValue(fn, name, `one, or a list of ${rows} (one a row)`, `a list of ${length}`);
  const each: T[] = [];
  for (let i = 0; i < length; i++) each.push(value[i] as T);
  return each;
}

/** Lists of token ids, as tokenizers and tensors give them. */
import { lengthOf, setAll, typeOf } from "../typedArray";
import { checkAttached, listLength, newDoubles } from "./array";
import { isList, kind, refuseType, refuseValue } from "./refuse";

/** Token ids: numbers or bigints in an array, or what the data of an integer tensor is. */
export type TokenList = readonly (number | bigint)[] | Uint32Array | Int32Array | BigInt64Array;

const TYPES = ["Uint32Array", "Int32Array", "BigInt64Array"];

/** @returns how many tokens there are */
export function checkTokenList(fn: string, name: string, value: TokenList): number {
  if (isList(value)) return listLength(fn, name, value, "an array of token ids");
  if (!TYPES.includes(typeOf(value) ?? "")) {
    refuseType(fn, name, "an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array", kind(value));
  }
  const view = value as Uint32Array;
  const length = lengthOf(view);
  if (length === 0) checkAttached(fn, name, view);
  return length;
}

const refuseToken = (fn: string, name: string, token: unknown, index: number, vocabulary: number): never =>
  refuseValue(fn, name, `integers from 0 to ${vocabulary - 1}`, `${token} at index ${index}`);

/** What stands at an index of the list, asked for once: it may be a getter. */
function readToken(fn: string, name: string, value: TokenList, index: number): number | bigint {
  const given: unknown = value[index];
  if (typeof given !== "number" && typeof given !== "bigint") {
    refuseType(fn, name, "token ids", `${kind(given)} at index ${index}`);
  }
  return given;
}

/**
 * The token at an index of the list, asked for once.
 *
 * @param ignore  a number that may stand there too
 * @returns       it as a number
 */
export function checkToken(
  fn: string,
  name: string,
  value: TokenList,
  index: number,
  vocabulary: number,
  ignore?: number | undefined,
): number {
  const given = readToken(fn, name, value, index);
  const token = Number(given);
  const inside = Number.isInteger(token) && token >= 0 && token < vocabulary;
  if (!inside && token !== ignore) refuseToken(fn, name, given, index, vocabulary);
  return token;
}

/** The list as a copy of ours, in numbers, where the vocabulary is not known yet (checkTokenRange). */
export function readTokenIds(fn: string, name: string, value: TokenList): Float64Array {
  const ids = newDoubles(fn, name, checkTokenList(fn, name, value));
  for (let i = 0; i < ids.length; i++) ids[i] = Number(readToken(fn, name, value, i));
  return ids;
}

/** Refuses what is no index of the vocabulary. */
export function checkTokenRange(fn: string, name: string, ids: Float64Array, vocabulary: number): void {
  for (let i = 0; i < ids.length; i++) {
    if (!(Number.isInteger(ids[i]) && ids[i] >= 0 && ids[i] < vocabulary)) refuseToken(fn, name, ids[i], i, vocabulary);
  }
}

/** The list as a copy of ours, in numbers. */
export function checkTokenIds(
  fn: string,
  name: string,
  value: TokenList,
  vocabulary: number,
  ignore?: number | undefined,
): Float64Array {
  const ids = newDoubles(fn, name, checkTokenList(fn, name, value));
  if (isList(value) || typeOf(value) === "BigInt64Array") {
    for (let i = 0; i < ids.length; i++) ids[i] = checkToken(fn, name, value, i, vocabulary, ignore);
    return ids;
  }
  setAll(ids, value as Uint32Array | Int32Array, 0); // integers: their range is all that is to be looked at
  for (let i = 0; i < ids.length; i++) {
    if (!(ids[i] >= 0 && ids[i] < vocabulary) && ids[i] !== ignore) refuseToken(fn, name, ids[i], i, vocabulary);
  }
  return ids;
}

/** Lists of token ids, as tokenizers and tensors give them. */
import { lengthOf, typeOf } from "../typedArray";
import { checkAttached } from "./array";
import { isList, kind, refuseType, refuseValue } from "./refuse";

/** Token ids: numbers or bigints in an array, or what the data of an integer tensor is. */
export type TokenList = readonly (number | bigint)[] | Uint32Array | Int32Array | BigInt64Array;

const TYPES = ["Uint32Array", "Int32Array", "BigInt64Array"];

/** @returns how many tokens there are */
export function checkTokenList(fn: string, name: string, value: TokenList): number {
  if (isList(value)) return value.length;
  if (!TYPES.includes(typeOf(value) ?? "")) {
    refuseType(fn, name, "an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array", kind(value));
  }
  const view = value as Uint32Array;
  const length = lengthOf(view);
  if (length === 0) checkAttached(fn, name, view);
  return length;
}

/** The token at an index of the list, asked for once: what stands there may be a getter. @returns it as a number */
export function checkToken(fn: string, name: string, value: TokenList, index: number, vocabulary: number): number {
  const given: unknown = value[index];
  if (typeof given !== "number" && typeof given !== "bigint") {
    refuseType(fn, name, "token ids", `${kind(given)} at index ${index}`);
  }
  const token = Number(given);
  if (!(Number.isInteger(token) && token >= 0 && token < vocabulary)) {
    refuseValue(fn, name, `integers from 0 to ${vocabulary - 1}`, `${given} at index ${index}`);
  }
  return token;
}

/** A row of logits over a vocabulary, and which of its tokens are allowed. */
import { lengthOf, typeOf } from "../typedArray";
import { checkAttached, checkFloats, type FloatInput } from "./array";
import { isFloat32Array, kind, refuseType, refuseValue } from "./refuse";

/** Which tokens are allowed: a bit a token, bit i & 31 of word i >> 5, or a byte a token. */
export type TokenMask = Uint32Array | Int32Array | Uint8Array;

function checkTokenMask(fn: string, value: TokenMask): void {
  const type = typeOf(value);
  if (type !== "Uint32Array" && type !== "Int32Array" && type !== "Uint8Array") {
    refuseType(fn, "mask", "a Uint32Array, an Int32Array or a Uint8Array", kind(value));
  }
  if (lengthOf(value) === 0) checkAttached(fn, "mask", value);
}

/** The logits of a vocabulary, how many there are, and which of its tokens are allowed. */
export interface Tokens {
  readonly x: Float32Array;
  readonly length: number;
  readonly mask: TokenMask | undefined;
}

export function checkTokens(fn: string, logits: FloatInput, mask: TokenMask | undefined): Tokens {
  const x = checkFloats(fn, "logits", logits);
  const length = lengthOf(x);
  if (length === 0) {
    if (isFloat32Array(logits)) checkAttached(fn, "logits", logits);
    refuseValue(fn, "logits", "at least one", "length 0");
  }
  if (mask !== undefined) checkTokenMask(fn, mask);
  return { x, length, mask };
}

/** Some token must be left to choose. @param largest  the largest allowed logit, or NaN  @param first  finds the first NaN's index */
export function checkChoice(fn: string, largest: number, first: () => number, masked: boolean): void {
  if (largest > -Infinity) return;
  if (largest !== largest) {
    refuseValue(fn, "logits", `numbers${masked ? " where the mask allows" : ""}`, `NaN at index ${first()}`);
  }
  if (masked) refuseValue(fn, "mask", "to allow a token whose logit is above -Infinity", "none");
  refuseValue(fn, "logits", "one above -Infinity", "none");
}

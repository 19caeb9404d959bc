/** Checks attention's arguments and fills in the defaults. */
import {
  checkApart,
  checkArray,
  checkAttached,
  checkFloats,
  checkLength,
  checkOut,
  checkOverlap,
  type FloatInput,
  newFloats,
  type Used,
} from "../../check";
import { lengthOf, offsetOf } from "../../typedArray";
import type { Spread } from "./operands";
import { type AttentionOptions, readAttention } from "./options";
import {
  checkKeyLengths,
  checkOffset,
  checkPerHead,
  checkReach,
  checkScale,
  checkShape,
  checkSoftcap,
  checkSpread,
} from "./scores";
import { checkSizes, type Sizes } from "./sizes";

/** A call whose arguments are in order. */
export interface AttentionCall extends Sizes {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly out: Float32Array;
  readonly lse: Float32Array | undefined;
  readonly weights: Float32Array | undefined;
  readonly bias: Spread<Float32Array> | undefined;
  readonly mask: Spread<Uint8Array> | undefined;
  readonly alibi: Float32Array | undefined;
  readonly sinks: Float32Array | undefined;
  readonly keyLengths: readonly number[] | undefined;
  readonly scale: number;
  /** 0 for none. */
  readonly softcap: number;
  /** How far a query sees from its position; Infinity is no limit. */
  readonly left: number;
  readonly right: number;
  readonly queryOffset: number | undefined;
}

const ATTENTION = "attention";

export function checkAttention(
  qInput: FloatInput,
  kInput: FloatInput,
  vInput: FloatInput,
  options: AttentionOptions,
): AttentionCall {
  // Getters and elements of lists may run code of the caller's, so they are read first, as in checkCall (ops/axis.ts).
  const given = readAttention(ATTENTION, options);
  const [left, right] = checkReach(ATTENTION, given.window, given.causal);
  const biasShape = checkShape(ATTENTION, "biasShape", given.biasShape);
  const maskShape = checkShape(ATTENTION, "maskShape", given.maskShape);
  const q = checkFloats(ATTENTION, "q", qInput);
  const k = checkFloats(ATTENTION, "k", kInput);
  const v = checkFloats(ATTENTION, "v", vInput);
  // Lengths are read only now: a getter in k or v may have detached an array.
  const sizes = checkSizes(ATTENTION, given, livingLength("q", q), livingLength("k", k), livingLength("v", v));
  const { batch, heads, kvHeads, queries, keys, headDim, valueDim, sequenceFirst } = sizes;
  const scale = checkScale(ATTENTION, given.scale, headDim);
  const softcap = checkSoftcap(ATTENTION, given.softcap);
  checkOffset(ATTENTION, given.queryOffset);
  const bias = checkSpread(ATTENTION, "bias", "Float32Array", given.bias, biasShape, sizes);
  const mask = checkSpread(ATTENTION, "mask", "Uint8Array", given.mask, maskShape, sizes);
  checkPerHead(ATTENTION, "alibi", given.alibi, heads);
  checkPerHead(ATTENTION, "sinks", given.sinks, heads);
  const keyLengths = checkKeyLengths(ATTENTION, given.keyLengths, sizes);
  checkOutputs(given, sizes, q, k, v);
  return {
    q,
    k,
    v,
    out: given.out ?? newFloats(ATTENTION, "out", batch * heads * queries * valueDim),
    lse: given.lse,
    weights: given.weights,
    bias,
    mask,
    alibi: given.alibi,
    sinks: given.sinks,
    keyLengths,
    batch,
    heads,
    kvHeads,
    queries,
    keys,
    headDim,
    valueDim,
    sequenceFirst,
    scale,
    softcap,
    left,
    right,
    queryOffset: given.queryOffset,
  };
}

/** The length of x. A detached array is refused: its length is 0. */
function livingLength(name: string, x: Float32Array): number {
  const length = lengthOf(x);
  if (length === 0) checkAttached(ATTENTION, name, x);
  return length;
}

/** Checks out, lse and weights: their lengths, and that each lies apart from all else that the call reads or writes. out may be q. */
function checkOutputs(given: AttentionOptions, sizes: Sizes, q: Float32Array, k: Float32Array, v: Float32Array): void {
  const { out, lse, weights, bias, mask, alibi, sinks, keyLengths } = given;
  if (out === undefined && lse === undefined && weights === undefined) return;
  const { batch, heads, queries, keys, valueDim, sequenceFirst } = sizes;
  const rows = batch * heads * queries;
  if (lse !== undefined) {
    checkLength(ATTENTION, "lse", checkArray(ATTENTION, "lse", lse, "Float32Array"), rows, "[batch, heads, queries]");
  }
  if (weights !== undefined) {
    const length = checkArray(ATTENTION, "weights", weights, "Float32Array");
    checkLength(ATTENTION, "weights", length, rows * keys, "[batch, heads, queries, keys]");
  }
  const read: readonly Used[] = [
    ["k", k, 4],
    ["v", v, 4],
    ["bias", bias, 4],
    ["mask", mask, 1],
    ["alibi", alibi, 4],
    ["sinks", sinks, 4],
    ["keyLengths", keyLengths, 4],
  ];
  if (out !== undefined) {
    const shape = sequenceFirst ? [batch, queries, heads, valueDim] : [batch, heads, queries, valueDim];
    checkOut(ATTENTION, out, rows * valueDim, shape, -1);
    checkOverlap(ATTENTION, out, offsetOf(out), rows * valueDim, "q", q, offsetOf(q), lengthOf(q), 4);
    checkApart(ATTENTION, "out", out, read);
  }
  if (lse !== undefined) checkApart(ATTENTION, "lse", lse, [["out", out, 4], ["q", q, 4], ...read]);
  if (weights !== undefined) {
    checkApart(ATTENTION, "weights", weights, [["out", out, 4], ["lse", lse, 4], ["q", q, 4], ...read]);
  }
}

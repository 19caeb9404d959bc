/** Checks attention's arguments and fills in the defaults. */
import {
  checkApart,
  checkArray,
  checkDtype,
  checkFloats,
  checkLength,
  checkLive,
  checkOut,
  checkOverlap,
  type FloatInput,
  type FloatView,
  newFloats,
  type Used,
} from "../../check";
import { elementBytes, type Floats } from "../../half";
import { bytesOf, offsetOf } from "../../typedArray";
import type { Spread } from "./operands";
import { type AttentionOptions, readAttention } from "./options";
import {
  checkBias,
  checkKeyLengths,
  checkMask,
  checkOffset,
  checkPerHead,
  checkReach,
  checkScale,
  checkShape,
  checkSoftcap,
} from "./scores";
import { checkSizes, type Sizes } from "./sizes";

/** A call whose arguments are in order. */
export interface AttentionCall extends Sizes {
  readonly q: Floats;
  readonly k: Floats;
  readonly v: Floats;
  readonly out: Floats;
  /** What the caller gets: options.out itself, or out. */
  readonly result: FloatView;
  readonly lse: Float32Array | undefined;
  readonly weights: Float32Array | undefined;
  readonly bias: Spread<Floats> | undefined;
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
  options: AttentionOptions<FloatView>,
): AttentionCall {
  // Getters and elements of lists may run code of the caller's, so they are read first, as in checkCall (ops/axis.ts).
  const given = readAttention(ATTENTION, options);
  const [left, right] = checkReach(ATTENTION, given.window, given.causal);
  const biasShape = checkShape(ATTENTION, "biasShape", given.biasShape);
  const maskShape = checkShape(ATTENTION, "maskShape", given.maskShape);
  const { dtype } = given;
  checkDtype(ATTENTION, dtype);
  const q = checkFloats(ATTENTION, "q", qInput, dtype);
  const k = checkFloats(ATTENTION, "k", kInput, dtype);
  const v = checkFloats(ATTENTION, "v", vInput, dtype);
  // Lengths are read only now: a getter in k or v may have detached an array.
  const sizes = checkSizes(
    ATTENTION,
    given,
    checkLive(ATTENTION, "q", q),
    checkLive(ATTENTION, "k", k),
    checkLive(ATTENTION, "v", v),
  );
  const { batch, heads, kvHeads, queries, keys, headDim, valueDim, sequenceFirst } = sizes;
  const scale = checkScale(ATTENTION, given.scale, headDim);
  const softcap = checkSoftcap(ATTENTION, given.softcap);
  checkOffset(ATTENTION, given.queryOffset);
  const bias = checkBias(ATTENTION, given.bias, biasShape, sizes, dtype);
  const mask = checkMask(ATTENTION, given.mask, maskShape, sizes);
  checkPerHead(ATTENTION, "alibi", given.alibi, heads);
  checkPerHead(ATTENTION, "sinks", given.sinks, heads);
  const keyLengths = checkKeyLengths(ATTENTION, given.keyLengths, sizes);
  const out = checkOutputs(given, sizes, q, k, v, bias?.values);
  return {
    q,
    k,
    v,
    out,
    result: given.out ?? out,
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

/**
 * Checks out, lse and weights: their lengths, and that each lies apart from all else that the call reads or writes. out may be q.
 *
 * @returns where to write
 */
function checkOutputs(
  given: AttentionOptions<FloatView>,
  sizes: Sizes,
  q: Floats,
  k: Floats,
  v: Floats,
  bias: Floats | undefined,
): Floats {
  const { lse, weights, mask, alibi, sinks, keyLengths } = given;
  const { batch, heads, queries, keys, valueDim } = sizes;
  const rows = batch * heads * queries;
  if (lse !== undefined) {
    checkLength(ATTENTION, "lse", checkArray(ATTENTION, "lse", lse, "Float32Array"), rows, "[batch, heads, queries]");
  }
  if (weights !== undefined) {
    const length = checkArray(ATTENTION, "weights", weights, "Float32Array");
    checkLength(ATTENTION, "weights", length, rows * keys, "[batch, heads, queries, keys]");
  }
  const read: readonly Used[] = [
    ["k", k],
    ["v", v],
    ["bias", bias],
    ["mask", mask],
    ["alibi", alibi],
    ["sinks", sinks],
    ["keyLengths", keyLengths],
  ];
  const out = checkedOut(given, sizes, q, read);
  if (lse !== undefined) checkApart(ATTENTION, "lse", lse, [["out", out], ["q", q], ...read]);
  if (weights !== undefined) {
    checkApart(ATTENTION, "weights", weights, [["out", out], ["lse", lse], ["q", q], ...read]);
  }
  return out ?? newFloats(ATTENTION, "out", rows * valueDim);
}

function checkedOut(
  given: AttentionOptions<FloatView>,
  sizes: Sizes,
  q: Floats,
  read: readonly Used[],
): Floats | undefined {
  if (given.out === undefined) return undefined;
  const { batch, heads, queries, valueDim, sequenceFirst } = sizes;
  const shape = sequenceFirst ? [batch, queries, heads, valueDim] : [batch, heads, queries, valueDim];
  const out = checkOut(ATTENTION, given.out, batch * heads * queries * valueDim, shape, -1, given.dtype);
  const inPlace = elementBytes(out) === elementBytes(q);
  checkOverlap(ATTENTION, out, offsetOf(out), bytesOf(out), "q", q, offsetOf(q), bytesOf(q), inPlace);
  checkApart(ATTENTION, "out", out, read);
  return out;
}

/** Attention's arguments: every error they can be, and what they mean where they are none. */
import {
  checkApart,
  checkAttached,
  checkFloats,
  checkOut,
  checkOverlap,
  type FloatInput,
  isFloat32Array,
  isList,
  isUint8Array,
  isUint32Array,
  kind,
  newFloats,
  type Used,
} from "../../check";
import { checkObject, ownOptions } from "../../options";
import { lengthOf, offsetOf } from "../../typedArray";
import type { Spread } from "./operands";
import type { AttentionOptions, Shape4 } from "./options";

/** A call whose arguments are in order. */
export interface AttentionCall {
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
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly sequenceFirst: boolean;
  readonly scale: number;
  readonly softcap: number;
  /** How far a query sees from its position; Infinity is no limit. */
  readonly left: number;
  readonly right: number;
  readonly queryOffset: number | undefined;
}

/** Beyond these a softcap or its inverse is 0 or Infinity as a float32; scores stay as they are above and are all 0 below. */
const NO_CAP = 2 ** 126;
const LEAST_CAP = 2 ** -126;

function checkSize(fn: string, name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number") throw new TypeError(`${fn}: "${name}" expected a number, got ${kind(value)}`);
  if (!(Number.isSafeInteger(value) && value >= 1)) {
    throw new RangeError(`${fn}: "${name}" expected an integer >= 1, got ${value}`);
  }
  return value;
}

/** The axis that a length leaves over, when the others are known. */
function checkLength(fn: string, name: string, length: number, others: number, of: string): number {
  if (length % others !== 0) {
    throw new RangeError(`${fn}: "${name}" expected a length divisible by ${of} = ${others}, got ${length}`);
  }
  return length / others;
}

function checkArray<T extends Float32Array | Uint32Array>(
  fn: string,
  name: string,
  value: T | undefined,
  length: number,
  of: string,
  type: "Float32Array" | "Uint32Array",
): T | undefined {
  if (value === undefined) return undefined;
  if (!(type === "Float32Array" ? isFloat32Array(value) : isUint32Array(value)))
    throw new TypeError(`${fn}: "${name}" expected a ${type}, got ${kind(value)}`);
  const given = lengthOf(value);
  if (given === 0) checkAttached(fn, name, value);
  if (given !== length) {
    throw new RangeError(`${fn}: "${name}" expected length ${length} (${of}), got ${given}`);
  }
  return value;
}

/** A copy of a list of numbers, each asked for once: what stands there may be a getter. */
function checkNumbers(fn: string, name: string, value: readonly number[], expected: string): number[] {
  if (!isList(value)) throw new TypeError(`${fn}: "${name}" expected ${expected}, got ${kind(value)}`);
  const numbers: number[] = [];
  const { length } = value;
  for (let i = 0; i < length; i++) {
    const n = value[i];
    if (typeof n !== "number") throw new TypeError(`${fn}: "${name}" expected numbers, got ${kind(n)}`);
    numbers.push(n);
  }
  return numbers;
}

const checkShape = (fn: string, name: string, value: Shape4 | undefined): number[] | undefined =>
  value === undefined ? undefined : checkNumbers(fn, name, value, "an array of sizes");

function checkSpread<T extends Float32Array | Uint8Array>(
  fn: string,
  name: "bias" | "mask",
  values: T | undefined,
  shape: readonly number[] | undefined,
  full: Shape4,
): Spread<T> | undefined {
  if (values === undefined) {
    if (shape !== undefined)
      throw new TypeError(`${fn}: "${name}" expected an array beside "${name}Shape", got undefined`);
    return undefined;
  }
  if (name === "bias" ? !isFloat32Array(values) : !isUint8Array(values)) {
    throw new TypeError(
      `${fn}: "${name}" expected a ${name === "bias" ? "Float32Array" : "Uint8Array"}, got ${kind(values)}`,
    );
  }
  const given = lengthOf(values);
  if (given === 0) checkAttached(fn, name, values);
  const sizes = shape ?? [1, 1, full[2], full[3]];
  const fits = sizes.length === 4 && sizes.every((n, i) => n === full[i] || (i < 3 && n === 1));
  if (!fits) {
    const [b, h, q, k] = full;
    throw new RangeError(
      `${fn}: "${name}Shape" expected [${b} or 1, ${h} or 1, ${q} or 1, ${k}] (batch, heads, queries, keys), got [${sizes.join(", ")}]`,
    );
  }
  const [b, h, q, k] = sizes;
  if (given !== b * h * q * k) {
    throw new RangeError(
      `${fn}: "${name}" expected length ${b * h * q * k} (shape [${sizes.join(", ")}]), got ${given}`,
    );
  }
  return {
    values,
    batch: b === 1 ? 0 : h * q * k,
    head: h === 1 ? 0 : q * k,
    row: q === 1 ? 0 : k,
  };
}

function checkReach(
  fn: string,
  value: AttentionOptions["window"],
  causal: boolean | undefined,
): [left: number, right: number] {
  if (causal !== undefined && typeof causal !== "boolean") {
    throw new TypeError(`${fn}: "causal" expected a boolean, got ${kind(causal)}`);
  }
  let sides = [Infinity, Infinity];
  if (typeof value === "number") sides = [value, value];
  else if (value !== undefined) sides = checkNumbers(fn, "window", value, "a number or [left, right]");
  if (sides.length !== 2 || !sides.every((n) => n >= 0 && (Number.isInteger(n) || n === Infinity))) {
    throw new RangeError(
      `${fn}: "window" expected an integer >= 0, or two of them, got ${typeof value === "number" ? value : `[${sides.join(", ")}]`}`,
    );
  }
  return [sides[0], causal ? 0 : sides[1]];
}

function checkNumber(fn: string, name: string, value: number, inRange: boolean, range: string): void {
  if (typeof value !== "number") throw new TypeError(`${fn}: "${name}" expected a number, got ${kind(value)}`);
  if (!inRange) throw new RangeError(`${fn}: "${name}" expected ${range}, got ${value}`);
}

const ATTENTION = "attention";

/** Copied while they are checked: another thread may write to shared memory. */
function checkLengths(keyLengths: Uint32Array, batch: number, keys: number): number[] {
  const lengths: number[] = [];
  for (let b = 0; b < batch; b++) {
    const length = keyLengths[b];
    if (length > keys)
      throw new RangeError(
        `${ATTENTION}: "keyLengths" expected at most the ${keys} keys of k, got ${length} at index ${b}`,
      );
    lengths.push(length);
  }
  return lengths;
}

function readAttention(options: AttentionOptions): AttentionOptions {
  checkObject(ATTENTION, "options", options, "headDim");
  return ownOptions(ATTENTION, options, {
    headDim: options.headDim,
    valueDim: options.valueDim,
    heads: options.heads,
    kvHeads: options.kvHeads,
    batch: options.batch,
    layout: options.layout,
    scale: options.scale,
    causal: options.causal,
    window: options.window,
    queryOffset: options.queryOffset,
    softcap: options.softcap,
    bias: options.bias,
    biasShape: options.biasShape,
    mask: options.mask,
    maskShape: options.maskShape,
    alibi: options.alibi,
    sinks: options.sinks,
    keyLengths: options.keyLengths,
    out: options.out,
    lse: options.lse,
    weights: options.weights,
  });
}

export function checkAttention(
  qInput: FloatInput,
  kInput: FloatInput,
  vInput: FloatInput,
  options: AttentionOptions,
): AttentionCall {
  // what may run code of the caller's comes first, as in checkCall (ops/axis.ts): getters, then elements of lists and arrays
  const given = readAttention(options);
  const reach = checkReach(ATTENTION, given.window, given.causal);
  const biasShape = checkShape(ATTENTION, "biasShape", given.biasShape);
  const maskShape = checkShape(ATTENTION, "maskShape", given.maskShape);
  const q = checkFloats(ATTENTION, "q", qInput);
  const k = checkFloats(ATTENTION, "k", kInput);
  const v = checkFloats(ATTENTION, "v", vInput);
  const qLength = lengthOf(q); // only now: k or v may have been lists with getters
  const kLength = lengthOf(k);
  const vLength = lengthOf(v);
  if (qLength === 0) checkAttached(ATTENTION, "q", q);
  if (kLength === 0) checkAttached(ATTENTION, "k", k);
  if (vLength === 0) checkAttached(ATTENTION, "v", v); // and Node 22's compiled code may have seen the lengths they had

  const { layout = "bhsd", queryOffset, softcap, out } = given;
  if (given.headDim === undefined) throw new TypeError(`${ATTENTION}: "headDim" expected a number, got undefined`);
  const headDim = checkSize(ATTENTION, "headDim", given.headDim, 1);
  const valueDim = checkSize(ATTENTION, "valueDim", given.valueDim, headDim);
  const heads = checkSize(ATTENTION, "heads", given.heads, 1);
  const kvHeads = checkSize(ATTENTION, "kvHeads", given.kvHeads, heads);
  const batch = checkSize(ATTENTION, "batch", given.batch, 1);
  if (heads % kvHeads !== 0)
    throw new RangeError(`${ATTENTION}: "kvHeads" expected a divisor of heads = ${heads}, got ${kvHeads}`);
  if (layout !== "bhsd" && layout !== "bshd") {
    if (typeof layout !== "string")
      throw new TypeError(`${ATTENTION}: "layout" expected a string, got ${kind(layout)}`);
    throw new RangeError(`${ATTENTION}: "layout" expected "bhsd" or "bshd", got ${JSON.stringify(layout)}`);
  }

  const queries = checkLength(ATTENTION, "q", qLength, batch * heads * headDim, "batch · heads · headDim");
  const keys = checkLength(ATTENTION, "k", kLength, batch * kvHeads * headDim, "batch · kvHeads · headDim");
  if (vLength !== batch * kvHeads * keys * valueDim) {
    throw new RangeError(
      `${ATTENTION}: "v" expected length ${batch * kvHeads * keys * valueDim} (${keys} keys, as k has, of ${valueDim} floats), got ${vLength}`,
    );
  }

  const { scale = 1 / Math.sqrt(headDim) } = given;
  checkNumber(ATTENTION, "scale", scale, Number.isFinite(scale), "a finite number");
  if (softcap !== undefined) {
    checkNumber(ATTENTION, "softcap", softcap, Number.isFinite(softcap) && softcap > 0, "a finite number > 0");
  }
  if (queryOffset !== undefined) {
    checkNumber(ATTENTION, "queryOffset", queryOffset, Number.isSafeInteger(queryOffset), "an integer");
  }
  const [left, right] = reach;
  const full: Shape4 = [batch, heads, queries, keys];
  const bias = checkSpread(ATTENTION, "bias", given.bias, biasShape, full);
  const mask = checkSpread(ATTENTION, "mask", given.mask, maskShape, full);
  const alibi = checkArray(ATTENTION, "alibi", given.alibi, heads, "one a head", "Float32Array");
  const sinks = checkArray(ATTENTION, "sinks", given.sinks, heads, "one a head", "Float32Array");
  const keyLengths = checkArray(ATTENTION, "keyLengths", given.keyLengths, batch, "one a batch entry", "Uint32Array");
  const lengths = keyLengths && checkLengths(keyLengths, batch, keys);

  const length = batch * heads * queries * valueDim;
  const lse = checkArray(
    ATTENTION,
    "lse",
    given.lse,
    batch * heads * queries,
    "[batch, heads, queries]",
    "Float32Array",
  );
  const weights = checkArray(
    ATTENTION,
    "weights",
    given.weights,
    batch * heads * queries * keys,
    "[batch, heads, queries, keys]",
    "Float32Array",
  );
  if (out !== undefined || lse !== undefined || weights !== undefined) {
    const read: readonly Used[] = [
      ["k", k, 4],
      ["v", v, 4],
      ["bias", bias?.values, 4],
      ["mask", mask?.values, 1],
      ["alibi", alibi, 4],
      ["sinks", sinks, 4],
      ["keyLengths", keyLengths, 4],
    ];
    if (out !== undefined) {
      checkOut(
        ATTENTION,
        out,
        length,
        [batch, ...(layout === "bhsd" ? [heads, queries] : [queries, heads]), valueDim],
        -1,
      );
      checkOverlap(ATTENTION, out, offsetOf(out), length, "q", q, offsetOf(q), lengthOf(q), 4);
      checkApart(ATTENTION, "out", out, read);
    }
    if (lse !== undefined) checkApart(ATTENTION, "lse", lse, [["out", out, 4], ["q", q, 4], ...read]);
    if (weights !== undefined)
      checkApart(ATTENTION, "weights", weights, [["out", out, 4], ["lse", lse, 4], ["q", q, 4], ...read]);
  }

  return {
    q,
    k,
    v,
    out: out ?? newFloats(ATTENTION, "out", length),
    lse,
    weights,
    bias,
    mask,
    alibi,
    sinks,
    keyLengths: lengths,
    batch,
    heads,
    kvHeads,
    queries,
    keys,
    headDim,
    valueDim,
    sequenceFirst: layout === "bshd",
    scale,
    softcap: softcap === undefined || softcap > NO_CAP ? 0 : Math.max(softcap, LEAST_CAP),
    left,
    right,
    queryOffset,
  };
}

/** Attention's arguments: what they mean, and every error they can be. */
import {
  checkAttached,
  checkFloats,
  checkOptions,
  checkOut,
  checkOverlap,
  type FloatInput,
  isFloat32Array,
  isUint8Array,
  kind,
} from "../../check";

/** `[B or 1, H or 1, Q or 1, K]`: sizes of 1 are broadcast. */
export type Shape4 = readonly [batch: number, heads: number, queries: number, keys: number];

export interface AttentionOptions {
  /** Floats of a query and of a key. */
  headDim: number;
  /** Floats of a value, and of a query's output; default headDim. */
  valueDim?: number;
  /** Heads of q and of the output; default 1. */
  heads?: number;
  /** Heads of k and v, a divisor of heads: each serves heads / kvHeads heads in a row; default heads. */
  kvHeads?: number;
  /** default 1 */
  batch?: number;
  /** Order of the axes: batch, heads, sequence, dim (default), or batch, sequence, heads, dim. */
  layout?: "bhsd" | "bshd";
  /** Scores are multiplied by it; default 1 / √headDim. */
  scale?: number;
  /** A query sees the keys up to its own position; default false. */
  causal?: boolean;
  /** A query sees the keys this far to both sides of its position, or so far to the left and to the right. */
  window?: number | readonly [left: number, right: number];
  /** Position of query 0 among the keys; default: the last query stands at the last valid key. 0 is PyTorch's causal. */
  queryOffset?: number;
  /** Scores become softcap·tanh(score / softcap), after scale and before bias. */
  softcap?: number;
  /** Added to the scores; -Infinity masks. */
  bias?: Float32Array;
  /** Default [1, 1, queries, keys]. */
  biasShape?: Shape4;
  /** 1 = attend, 0 = leave out. */
  mask?: Uint8Array;
  /** Default [1, 1, queries, keys]. */
  maskShape?: Shape4;
  /** One slope a head: slope·|key - position| is subtracted from the scores. */
  alibi?: Float32Array;
  /** One logit a head, of a key that is always seen and has no value. */
  sinks?: Float32Array;
  /** Valid keys of each batch entry; k and v may be longer caches; default all. */
  keyLengths?: Uint32Array;
  /** Where to write, of the output's length; may be q itself, but not overlap an input otherwise; default a new array. */
  out?: Float32Array;
  /** `[batch, heads, queries]`: receives the log-sum-exp of each query's scores. */
  lse?: Float32Array;
  /** `[batch, heads, queries, keys]`: receives the weights, and costs the time of writing them. */
  weights?: Float32Array;
}

/** A bias or a mask: pitches in elements, 0 where it is broadcast. */
export interface Spread<Values> {
  readonly values: Values;
  readonly offset: number;
  readonly batch: number;
  readonly head: number;
  readonly row: number;
}

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
  readonly keyLengths: Uint32Array | undefined;
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
  /** How far a query sees from its position; FAR is no limit. */
  readonly left: number;
  readonly right: number;
  readonly queryOffset: number | undefined;
}

/** Further than any position: positions and distances stay 32-bit integers when they are added. */
export const FAR = 2 ** 29;

function checkSize(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number") throw new TypeError(`"${name}" expected a number, got ${kind(value)}`);
  if (!(Number.isSafeInteger(value) && value >= 1)) {
    throw new RangeError(`"${name}" expected an integer >= 1, got ${value}`);
  }
  return value;
}

/** The axis that a length leaves over, when the others are known. */
function checkLength(name: string, x: Float32Array, others: number, of: string): number {
  if (x.length % others !== 0) {
    throw new RangeError(`"${name}" expected a length divisible by ${of} = ${others}, got ${x.length}`);
  }
  return x.length / others;
}

function checkArray<T extends Float32Array | Uint32Array>(
  name: string,
  value: T | undefined,
  length: number,
  of: string,
  type: "Float32Array" | "Uint32Array",
): T | undefined {
  if (value === undefined) return undefined;
  if (kind(value) !== type) throw new TypeError(`"${name}" expected a ${type}, got ${kind(value)}`);
  if (value.length === 0) checkAttached(name, value);
  if (value.length !== length) {
    throw new RangeError(`"${name}" expected length ${length} (${of}), got ${value.length}`);
  }
  return value;
}

function checkSpread<T extends Float32Array | Uint8Array>(
  name: "bias" | "mask",
  values: T | undefined,
  shape: Shape4 | undefined,
  full: Shape4,
): Spread<T> | undefined {
  if (values === undefined) {
    if (shape !== undefined) throw new TypeError(`"${name}" expected an array beside "${name}Shape", got undefined`);
    return undefined;
  }
  if (name === "bias" ? !isFloat32Array(values) : !isUint8Array(values)) {
    throw new TypeError(`"${name}" expected a ${name === "bias" ? "Float32Array" : "Uint8Array"}, got ${kind(values)}`);
  }
  if (values.length === 0) checkAttached(name, values);
  const sizes = shape ?? [1, 1, full[2], full[3]];
  if (!Array.isArray(sizes)) throw new TypeError(`"${name}Shape" expected an array of sizes, got ${kind(sizes)}`);
  const fits = sizes.length === 4 && sizes.every((n, i) => n === full[i] || (i < 3 && n === 1));
  if (!fits) {
    const [b, h, q, k] = full;
    throw new RangeError(
      `"${name}Shape" expected [${b} or 1, ${h} or 1, ${q} or 1, ${k}] (batch, heads, queries, keys), got [${sizes.join(", ")}]`,
    );
  }
  const [b, h, q, k] = sizes;
  if (values.length !== b * h * q * k) {
    throw new RangeError(
      `"${name}" expected length ${b * h * q * k} (shape [${sizes.join(", ")}]), got ${values.length}`,
    );
  }
  return {
    values,
    offset: values.byteOffset,
    batch: b === 1 ? 0 : h * q * k,
    head: h === 1 ? 0 : q * k,
    row: q === 1 ? 0 : k,
  };
}

function checkReach(value: AttentionOptions["window"], causal: boolean | undefined): [left: number, right: number] {
  if (causal !== undefined && typeof causal !== "boolean") {
    throw new TypeError(`"causal" expected a boolean, got ${kind(causal)}`);
  }
  const sides = value === undefined ? [FAR, FAR] : typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(sides)) {
    throw new TypeError(`"window" expected a number or [left, right], got ${kind(value)}`);
  }
  for (const side of sides) {
    if (typeof side !== "number") throw new TypeError(`"window" expected numbers, got ${kind(side)}`);
  }
  if (sides.length !== 2 || !sides.every((n) => n >= 0 && (Number.isInteger(n) || n === Infinity))) {
    throw new RangeError(
      `"window" expected an integer >= 0, or two of them, got ${typeof value === "number" ? value : `[${sides.join(", ")}]`}`,
    );
  }
  return [Math.min(sides[0], FAR), causal ? 0 : Math.min(sides[1], FAR)];
}

function checkNumber(name: string, value: number, inRange: boolean, range: string): void {
  if (typeof value !== "number") throw new TypeError(`"${name}" expected a number, got ${kind(value)}`);
  if (!inRange) throw new RangeError(`"${name}" expected ${range}, got ${value}`);
}

type View = Float32Array | Uint8Array | Uint32Array;

/** Throws where what is written meets anything else that the call reads or writes. */
export function checkApart(name: string, written: Float32Array, others: readonly [string, View | undefined][]): void {
  const from = written.byteOffset;
  const to = from + written.byteLength;
  for (const [other, view] of others) {
    if (view === undefined || view.byteLength === 0 || written.length === 0 || view.buffer !== written.buffer) continue;
    const start = view.byteOffset;
    const end = start + view.byteLength;
    if (from < end && start < to) {
      throw new RangeError(
        `"${name}" expected memory apart from ${other}'s, got bytes ${from} to ${to} of the buffer where ${other} has ${start} to ${end}`,
      );
    }
  }
}

export function checkAttention(
  qInput: FloatInput,
  kInput: FloatInput,
  vInput: FloatInput,
  options: AttentionOptions,
): AttentionCall {
  const q = checkFloats("q", qInput);
  const k = checkFloats("k", kInput);
  const v = checkFloats("v", vInput);
  checkOptions(options);
  const { layout = "bhsd", queryOffset, softcap } = options;
  if (options.headDim === undefined) throw new TypeError(`"headDim" expected a number, got undefined`);
  const headDim = checkSize("headDim", options.headDim, 1);
  const valueDim = checkSize("valueDim", options.valueDim, headDim);
  const heads = checkSize("heads", options.heads, 1);
  const kvHeads = checkSize("kvHeads", options.kvHeads, heads);
  const batch = checkSize("batch", options.batch, 1);
  if (heads % kvHeads !== 0) throw new RangeError(`"kvHeads" expected a divisor of heads = ${heads}, got ${kvHeads}`);
  if (layout !== "bhsd" && layout !== "bshd") {
    if (typeof layout !== "string") throw new TypeError(`"layout" expected a string, got ${kind(layout)}`);
    throw new RangeError(`"layout" expected "bhsd" or "bshd", got ${JSON.stringify(layout)}`);
  }

  const queries = checkLength("q", q, batch * heads * headDim, "batch · heads · headDim");
  const keys = checkLength("k", k, batch * kvHeads * headDim, "batch · kvHeads · headDim");
  if (v.length !== batch * kvHeads * keys * valueDim) {
    throw new RangeError(
      `"v" expected length ${batch * kvHeads * keys * valueDim} (${keys} keys, as k has, of ${valueDim} floats), got ${v.length}`,
    );
  }

  const { scale = 1 / Math.sqrt(headDim) } = options;
  checkNumber("scale", scale, Number.isFinite(scale), "a finite number");
  if (softcap !== undefined) {
    checkNumber("softcap", softcap, softcap > 0 && softcap < Infinity, "a finite number > 0");
  }
  if (queryOffset !== undefined) {
    checkNumber("queryOffset", queryOffset, Number.isSafeInteger(queryOffset), "an integer");
  }
  const [left, right] = checkReach(options.window, options.causal);
  const full: Shape4 = [batch, heads, queries, keys];
  const bias = checkSpread("bias", options.bias, options.biasShape, full);
  const mask = checkSpread("mask", options.mask, options.maskShape, full);
  const alibi = checkArray("alibi", options.alibi, heads, "one a head", "Float32Array");
  const sinks = checkArray("sinks", options.sinks, heads, "one a head", "Float32Array");
  const keyLengths = checkArray("keyLengths", options.keyLengths, batch, "one a batch entry", "Uint32Array");
  if (keyLengths !== undefined) {
    for (let b = 0; b < batch; b++) {
      if (keyLengths[b] > keys) {
        throw new RangeError(`"keyLengths" expected at most the ${keys} keys of k, got ${keyLengths[b]} at index ${b}`);
      }
    }
  }

  const length = batch * heads * queries * valueDim;
  const lse = checkArray("lse", options.lse, batch * heads * queries, "[batch, heads, queries]", "Float32Array");
  const weights = checkArray(
    "weights",
    options.weights,
    batch * heads * queries * keys,
    "[batch, heads, queries, keys]",
    "Float32Array",
  );
  const { out } = options;
  if (out !== undefined || lse !== undefined || weights !== undefined) {
    const read: [string, View | undefined][] = [
      ["k", k],
      ["v", v],
      ["bias", bias?.values],
      ["mask", mask?.values],
      ["alibi", alibi],
      ["sinks", sinks],
      ["keyLengths", keyLengths],
    ];
    if (out !== undefined) {
      checkOut(out, length, [batch, ...(layout === "bhsd" ? [heads, queries] : [queries, heads]), valueDim]);
      checkOverlap(out, out.byteOffset, "q", q, q.byteOffset, 4);
      checkApart("out", out, read);
    }
    if (lse !== undefined) checkApart("lse", lse, [["out", out], ["q", q], ...read]);
    if (weights !== undefined) checkApart("weights", weights, [["out", out], ["lse", lse], ["q", q], ...read]);
  }

  return {
    q,
    k,
    v,
    out: out ?? new Float32Array(length),
    lse,
    weights,
    bias,
    mask,
    alibi,
    sinks,
    keyLengths,
    batch,
    heads,
    kvHeads,
    queries,
    keys,
    headDim,
    valueDim,
    sequenceFirst: layout === "bshd",
    scale,
    softcap: softcap ?? 0,
    left,
    right,
    queryOffset,
  };
}

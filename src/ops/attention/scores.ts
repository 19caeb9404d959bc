/** Checks of attention's options that change scores (scale, softcap, bias, alibi, sinks) or mask them (mask, window, keyLengths). */
import {
  checkArray,
  checkBoolean,
  checkLength,
  checkList,
  checkLive,
  checkNumber,
  checkView,
  type FloatView,
  refuseType,
  refuseValue,
} from "../../check";
import type { Dtype, Floats } from "../../half";
import type { Spread } from "./operands";
import type { AttentionOptions, Shape4 } from "./options";
import type { Sizes } from "./sizes";

/** Beyond these the inverse of a softcap, or the softcap, is no normal float32. Above, scores stay as they are; below, all are 0. */
const NO_CAP = 2 ** 126;
const LEAST_CAP = 2 ** -126;

/** How far a query sees from its position; Infinity is no limit. */
export function checkReach(
  fn: string,
  window: AttentionOptions["window"],
  causal: boolean | undefined,
): [left: number, right: number] {
  if (causal !== undefined) checkBoolean(fn, "causal", causal);
  let sides = [Infinity, Infinity];
  if (typeof window === "number") sides = [window, window];
  else if (window !== undefined) sides = checkList(fn, "window", window, "a number or [left, right]");
  if (sides.length !== 2 || !sides.every((n) => n >= 0 && (Number.isInteger(n) || n === Infinity))) {
    const got = typeof window === "number" ? window : `[${sides.join(", ")}]`;
    refuseValue(fn, "window", "an integer >= 0, or two of them", got);
  }
  return [sides[0], causal ? 0 : sides[1]];
}

export const checkShape = (fn: string, name: string, value: Shape4 | undefined): readonly number[] | undefined =>
  value === undefined ? undefined : checkList(fn, name, value, "an array of sizes");

export function checkScale(fn: string, value: number | undefined, headDim: number): number {
  if (value === undefined) return 1 / Math.sqrt(headDim);
  checkNumber(fn, "scale", value);
  if (!Number.isFinite(value)) refuseValue(fn, "scale", "a finite number", value);
  return value;
}

/** 0 for none. */
export function checkSoftcap(fn: string, value: number | undefined): number {
  if (value === undefined) return 0;
  checkNumber(fn, "softcap", value);
  if (!(Number.isFinite(value) && value > 0)) refuseValue(fn, "softcap", "a finite number > 0", value);
  return value > NO_CAP ? 0 : Math.max(value, LEAST_CAP);
}

export function checkOffset(fn: string, value: number | undefined): void {
  if (value === undefined) return;
  checkNumber(fn, "queryOffset", value);
  if (!Number.isSafeInteger(value)) refuseValue(fn, "queryOffset", "an integer", value);
}

/** A bias or a mask, of the shape [batch, heads, queries, keys] or broadcast along any axis but the last. */
function spread<Values extends Floats | Uint8Array>(
  fn: string,
  name: "bias" | "mask",
  values: Values,
  shape: readonly number[] | undefined,
  { batch, heads, queries, keys }: Sizes,
): Spread<Values> {
  const full = [batch, heads, queries, keys];
  const sizes = shape ?? [1, 1, queries, keys];
  if (!(sizes.length === 4 && sizes.every((n, i) => n === full[i] || (i < 3 && n === 1)))) {
    const expected = `[${batch} or 1, ${heads} or 1, ${queries} or 1, ${keys}] (batch, heads, queries, keys)`;
    refuseValue(fn, `${name}Shape`, expected, `[${sizes.join(", ")}]`);
  }
  const [b, h, q, k] = sizes;
  checkLength(fn, name, checkLive(fn, name, values), b * h * q * k, `shape [${sizes.join(", ")}]`);
  return { values, batch: b === 1 ? 0 : h * q * k, head: h === 1 ? 0 : q * k, row: q === 1 ? 0 : k };
}

/** A shape of nothing says that an array was forgotten. */
function refuseAlone(fn: string, name: string, shape: readonly number[] | undefined): undefined {
  if (shape !== undefined) refuseType(fn, name, `an array beside "${name}Shape"`, "undefined");
  return undefined;
}

export function checkBias(
  fn: string,
  bias: FloatView | undefined,
  shape: readonly number[] | undefined,
  sizes: Sizes,
  dtype: Dtype | undefined,
): Spread<Floats> | undefined {
  if (bias === undefined) return refuseAlone(fn, "bias", shape);
  return spread(fn, "bias", checkView(fn, "bias", bias, dtype), shape, sizes);
}

export function checkMask(
  fn: string,
  mask: Uint8Array | undefined,
  shape: readonly number[] | undefined,
  sizes: Sizes,
): Spread<Uint8Array> | undefined {
  if (mask === undefined) return refuseAlone(fn, "mask", shape);
  checkArray(fn, "mask", mask, "Uint8Array");
  return spread(fn, "mask", mask, shape, sizes);
}

/** alibi or sinks. */
export function checkPerHead(fn: string, name: string, value: Float32Array | undefined, heads: number): void {
  if (value !== undefined) checkLength(fn, name, checkArray(fn, name, value, "Float32Array"), heads, "one a head");
}

/** Copied while they are checked: another thread may write to shared memory. */
export function checkKeyLengths(
  fn: string,
  value: Uint32Array | undefined,
  { batch, keys }: Sizes,
): readonly number[] | undefined {
  if (value === undefined) return undefined;
  checkLength(fn, "keyLengths", checkArray(fn, "keyLengths", value, "Uint32Array"), batch, "one a batch entry");
  const lengths: number[] = [];
  for (let b = 0; b < batch; b++) {
    const length = value[b];
    if (length > keys) refuseValue(fn, "keyLengths", `at most the ${keys} keys of k`, `${length} at index ${b}`);
    lengths.push(length);
  }
  return lengths;
}

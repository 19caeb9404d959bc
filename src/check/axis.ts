/** Checks of the functions along an axis: shape and axis of x, and the arrays whose lengths depend on them. */
import type { Dtype, Floats } from "../half";
import { lengthOf } from "../typedArray";
import { checkApart } from "./apart";
import { checkArray, checkLength, checkList, checkLive, checkView, type FloatView } from "./array";
import { kind, refuseType, refuseValue } from "./refuse";

/** f32[outer, axis, inner], row-major: any shape, seen from one of its axes. */
interface Geometry {
  readonly outer: number;
  readonly axis: number;
  readonly inner: number;
  /** The number of that axis in the shape, and the shape, if one was given. */
  readonly at: number;
  readonly shape: readonly number[] | undefined;
}

/** The number of the axis, counted from the first. */
function checkAlong(fn: string, axis: number | undefined, sizes: readonly number[]): number {
  const rank = sizes.length;
  const along = axis === undefined ? -1 : axis;
  if (typeof along !== "number") refuseType(fn, "axis", "an integer", kind(along));
  if (!Number.isInteger(along) || along < -rank || along >= rank) {
    refuseValue(fn, "axis", `an integer from ${-rank} to ${rank - 1} (shape [${sizes.join(", ")}])`, along);
  }
  return along < 0 ? along + rank : along;
}

/** shape and axis as one Geometry. The product of the sizes must be x.length, which is read last, when no getter can change it. */
export function checkAxis(
  fn: string,
  x: Floats,
  shape: readonly number[] | undefined,
  axis: number | undefined,
): Geometry {
  if (shape === undefined && axis === undefined) {
    return { outer: 1, axis: checkLive(fn, "x", x), inner: 1, at: 0, shape };
  }
  const sizes = shape === undefined ? [lengthOf(x)] : checkList(fn, "shape", shape, "an array of sizes");
  if (sizes.length === 0) refuseValue(fn, "shape", "at least one size", "[]");
  const at = checkAlong(fn, axis, sizes);
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i];
    if (!Number.isSafeInteger(size) || size < 0) {
      refuseValue(fn, "shape", "sizes that are integers >= 0", `[${sizes.join(", ")}]`);
    }
    if (i < at) outer *= size;
    else if (i > at) inner *= size;
  }
  const length = checkLive(fn, "x", x);
  const product = outer * sizes[at] * inner;
  if (product !== length) {
    refuseValue(fn, "shape", `sizes whose product is x.length = ${length}`, `[${sizes.join(", ")}] = ${product}`);
  }
  return { outer, axis: sizes[at], inner, at, shape: shape === undefined ? undefined : sizes };
}

/** A mask is as long as x, or as the axis: then all rows share it. @returns its length */
export function checkMask(fn: string, value: Uint8Array, length: number, axis: number, at: number): number {
  const given = checkArray(fn, "mask", value, "Uint8Array");
  if (given !== length && given !== axis) {
    const shared = axis === length ? "" : ` or ${axis} (as its axis ${at})`;
    refuseValue(fn, "mask", `length ${length} (as x)${shared}`, given);
  }
  return given;
}

/**
 * @param length   the length that out must have
 * @param shape    explains the length in the error
 * @param without  the axis of the shape that the result does not have; -1 for none
 */
export function checkOut(
  fn: string,
  value: FloatView,
  length: number,
  shape: readonly number[] | undefined,
  without: number,
  dtype: Dtype | undefined,
): Floats {
  const out = checkView(fn, "out", value, dtype);
  const given = checkLive(fn, "out", out);
  if (given === length) return out;
  const whole = shape === undefined ? "x" : `shape [${shape.join(", ")}]`;
  const of = without >= 0 ? ` (${whole} without axis ${without})` : shape === undefined ? "" : ` (${whole})`;
  return refuseValue(fn, "out", `length ${length}${of}`, given);
}

/** support has one entry for each row, and shares no memory with x, out or the mask. */
export function checkSupport(
  fn: string,
  value: Uint32Array,
  rows: number,
  x: Floats,
  out: Floats,
  mask: Uint8Array | undefined,
): void {
  checkLength(fn, "support", checkArray(fn, "support", value, "Uint32Array"), rows, "one entry a row");
  checkApart(fn, "support", value, [
    ["x", x],
    ["out", out],
    ["mask", mask],
  ]);
}

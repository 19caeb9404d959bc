/** Arrays that share memory: what is written may not lie where something else is still to be read. */
import { bufferOf, lengthOf, offsetOf, type TypedArray } from "../typedArray";
import { refuseValue } from "./refuse";

/** An array that a call reads or writes, and the bytes of its elements. */
export type Used = readonly [name: string, view: Float32Array | Uint8Array | Uint32Array | undefined, bytes: 1 | 4];

/** Whether two ranges of bytes have one in common; an empty one has none. */
const meet = (from: number, to: number, start: number, end: number): boolean =>
  from < end && start < to && from !== to && start !== end;

/** Buffers are dearest, and asked last: only where the bytes would meet in one buffer. */
function checkBuffers(
  fn: string,
  [name, view, from, to]: readonly [string, TypedArray, number, number],
  [other, another, start, end]: readonly [string, TypedArray, number, number],
  exactly: string,
): void {
  if (bufferOf(view) !== bufferOf(another)) return;
  refuseValue(
    fn,
    name,
    `memory apart from ${other}'s${exactly}`,
    `bytes ${from} to ${to} of the buffer where ${other} has ${start} to ${end}`,
  );
}

/**
 * Throws where `out` would write over an input that is still to be read; exactly the input's own floats are fine.
 *
 * Offsets and lengths are the views', which the caller knows.
 */
export function checkOverlap(
  fn: string,
  out: Float32Array,
  outOffset: number,
  outLength: number,
  name: string,
  input: Float32Array | Uint8Array,
  inputOffset: number,
  length: number,
  bytes: 1 | 4,
): void {
  const outEnd = outOffset + 4 * outLength;
  const end = inputOffset + bytes * length;
  if (!meet(outOffset, outEnd, inputOffset, end)) return;
  if (outOffset === inputOffset && outEnd === end && bytes === 4) return;
  const exactly = bytes === 4 ? ` (or exactly ${name}'s)` : "";
  checkBuffers(fn, ["out", out, outOffset, outEnd], [name, input, inputOffset, end], exactly);
}

/** Throws where what is written meets anything else that the call reads or writes. */
export function checkApart(
  fn: string,
  name: string,
  written: Float32Array | Uint32Array,
  others: readonly Used[],
): void {
  const from = offsetOf(written);
  const to = from + 4 * lengthOf(written);
  for (const [other, view, bytes] of others) {
    if (view === undefined) continue;
    const start = offsetOf(view);
    const end = start + bytes * lengthOf(view);
    if (meet(from, to, start, end)) checkBuffers(fn, [name, written, from, to], [other, view, start, end], "");
  }
}

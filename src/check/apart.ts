/**
 * Arrays that share memory: an array that is written may not lie where another is still to be read. Offsets are compared first and
 * buffers last, because asking for a buffer takes longest.
 */
import { bufferOf, lengthOf, offsetOf } from "../typedArray";
import { refuseValue } from "./refuse";

/** An array that a call reads or writes, and the bytes of its elements. */
export type Used = readonly [
  name: string,
  view: Float32Array | Uint8Array | Uint32Array | Int32Array | undefined,
  bytes: 1 | 4,
];

/** An argument's name, and the bytes of its buffer that it has. */
type Place = readonly [name: string, from: number, to: number];

const refuseMeeting = (fn: string, [name, from, to]: Place, [other, start, end]: Place, exactly: string): never =>
  refuseValue(
    fn,
    name,
    `memory apart from ${other}'s${exactly}`,
    `bytes ${from} to ${to} of the buffer where ${other} has ${start} to ${end}`,
  );

/**
 * Throws where `out` would write over an input that is still to be read. It may be exactly the input's floats, in place.
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
  if (outOffset >= end || inputOffset >= outEnd || outOffset === outEnd || inputOffset === end) return;
  if (outOffset === inputOffset && outEnd === end && bytes === 4) return;
  if (bufferOf(out) !== bufferOf(input)) return;
  const exactly = bytes === 4 ? ` (or exactly ${name}'s)` : "";
  refuseMeeting(fn, ["out", outOffset, outEnd], [name, inputOffset, end], exactly);
}

/** Throws where an array that is written shares memory with any other that the call reads or writes. */
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
    if (from >= end || start >= to || from === to || start === end) continue;
    if (bufferOf(written) === bufferOf(view)) refuseMeeting(fn, [name, from, to], [other, start, end], "");
  }
}

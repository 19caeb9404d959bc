/**
 * Arrays that share memory: an array that is written may not lie where another is still to be read. Offsets are compared first and
 * buffers last, because asking for a buffer takes longest.
 */
import { bufferOf, bytesOf, offsetOf, type TypedArray } from "../typedArray";
import { refuseValue } from "./refuse";

/** An array that a call reads or writes. */
export type Used = readonly [name: string, view: TypedArray | undefined];

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
 * Throws where `out` would write over an input that is still to be read.
 *
 * Offsets and bytes are the views', which the caller knows.
 *
 * @param inPlace  whether it may be exactly the input's floats
 */
export function checkOverlap(
  fn: string,
  out: TypedArray,
  outOffset: number,
  outBytes: number,
  name: string,
  input: TypedArray,
  inputOffset: number,
  bytes: number,
  inPlace: boolean,
): void {
  const outEnd = outOffset + outBytes;
  const end = inputOffset + bytes;
  if (outOffset >= end || inputOffset >= outEnd || outBytes === 0 || bytes === 0) return;
  if (outOffset === inputOffset && outEnd === end && inPlace) return;
  if (bufferOf(out) !== bufferOf(input)) return;
  const exactly = inPlace ? ` (or exactly ${name}'s)` : "";
  refuseMeeting(fn, ["out", outOffset, outEnd], [name, inputOffset, end], exactly);
}

/** Throws where an array that is written shares memory with any other that the call reads or writes. */
export function checkApart(fn: string, name: string, written: TypedArray, others: readonly Used[]): void {
  const from = offsetOf(written);
  const to = from + bytesOf(written);
  for (const [other, view] of others) {
    if (view === undefined) continue;
    const start = offsetOf(view);
    const end = start + bytesOf(view);
    if (from >= end || start >= to || from === to || start === end) continue;
    if (bufferOf(written) === bufferOf(view)) refuseMeeting(fn, [name, from, to], [other, start, end], "");
  }
}

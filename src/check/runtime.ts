/** Checks of createRuntime's options. */
import { checkNumber } from "./number";
import { kind, refuseType, refuseValue } from "./refuse";

const CREATE = "createRuntime";
const PAGE = 65536;
const MOST_HEAP_BYTES = 16384 * PAGE;

/** The heap of the default runtime, and of every runtime without heapBytes. */
export const DEFAULT_HEAP_BYTES = 128 * PAGE;

/** Heap bytes as asked for: whole pages of 64 KiB, at most 1 GiB; default 8 MiB. */
export function checkHeapBytes(value: number | undefined): number {
  if (value === undefined) return DEFAULT_HEAP_BYTES;
  checkNumber(CREATE, "heapBytes", value);
  if (!(value > 0 && value <= MOST_HEAP_BYTES)) {
    refuseValue(CREATE, "heapBytes", `more than 0 and at most ${MOST_HEAP_BYTES}`, value);
  }
  return Math.max(1, Math.ceil(value / PAGE)) * PAGE; // Math.max: for a value below 2^-1058 the quotient is 0
}

/** @param names  the backends that there are, "auto" first, @param expected  the same in words */
export function checkBackend(value: unknown, names: readonly string[], expected: string): void {
  if (typeof value !== "string") refuseType(CREATE, "backend", expected, kind(value));
  if (!names.includes(value as string)) refuseValue(CREATE, "backend", expected, JSON.stringify(value));
}

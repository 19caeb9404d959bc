/** Checks of numbers, booleans and functions. Conditions are negated, so that NaN fails. */
import { kind, refuseType, refuseValue } from "./refuse";

/** Any number, NaN and Infinity too. */
export function checkNumber(fn: string, name: string, value: unknown): void {
  if (typeof value !== "number") refuseType(fn, name, "a number", kind(value));
}

/** A count: an integer >= `least`. @param off  how a caller switches the option off */
export function checkCount(fn: string, name: string, value: number, least = 1, off?: string): void {
  checkNumber(fn, name, value);
  if (!(Number.isInteger(value) && value >= least)) {
    refuseValue(fn, name, `an integer >= ${least}${off === undefined ? "" : ` (${off})`}`, value);
  }
}

/** A size of an axis: a safe integer >= 1. */
export function checkSize(fn: string, name: string, value: number): void {
  checkNumber(fn, name, value);
  if (!(Number.isSafeInteger(value) && value >= 1)) refuseValue(fn, name, "an integer >= 1", value);
}

/** Any integer that a float64 tells from its neighbours. */
export function checkSeed(fn: string, value: number): void {
  checkNumber(fn, "seed", value);
  if (!Number.isSafeInteger(value)) refuseValue(fn, "seed", "a safe integer", value);
}

/** Finite and >= 0; default 1. */
export function checkTemperature(fn: string, value: number | undefined, name = "temperature"): number {
  if (value === undefined) return 1;
  checkNumber(fn, name, value);
  if (!(value >= 0 && value < Infinity)) refuseValue(fn, name, "a finite number >= 0", value);
  return value + 0; // -0 is 0
}

/** entmax's exponent: finite and >= 1. */
export function checkAlpha(fn: string, value: number): void {
  checkNumber(fn, "alpha", value);
  if (!(value >= 1 && value < Infinity)) refuseValue(fn, "alpha", "a finite number >= 1", value);
}

/** A number in (0, 1], or in [0, 1] where `zero` is true. @param off  how a caller switches the option off */
export function checkFraction(fn: string, name: string, value: number, zero: boolean, off: string): void {
  checkNumber(fn, name, value);
  if (!((value > 0 || (zero && value === 0)) && value <= 1)) {
    refuseValue(fn, name, `a number in ${zero ? "[" : "("}0, 1] (${off})`, value);
  }
}

export function checkBoolean(fn: string, name: string, value: unknown): void {
  if (typeof value !== "boolean") refuseType(fn, name, "a boolean", kind(value));
}

export function checkFunction(fn: string, name: string, value: unknown): void {
  if (typeof value !== "function") refuseType(fn, name, "a function", kind(value));
}

/** Calls a source of random numbers once. @returns its number, in [0, 1) */
export function checkRandom(fn: string, random: () => number): number {
  checkFunction(fn, "random", random);
  const value = random();
  if (typeof value !== "number") refuseType(fn, "random", "to return a number", kind(value));
  if (!(value >= 0 && value < 1)) refuseValue(fn, "random", "to return a number in [0, 1)", value);
  return value;
}

/**
 * A setup file of the unit tests: toEqual compares numbers of typed arrays in a plain loop. vitest's own way takes microseconds a
 * number, most of the suite's time. Arrays that differ are left to it, which says where.
 */
import { expect } from "vitest";

const TypedArray = Object.getPrototypeOf(Uint8Array) as new () => Uint8Array;

expect.addEqualityTesters([
  (a, b) => {
    if (!(a instanceof TypedArray && b instanceof TypedArray)) return undefined;
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || a.length !== b.length) return undefined;
    for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return undefined;
    return true;
  },
]);

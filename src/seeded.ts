import { checkSeed } from "./check";

/** 2^32 over the golden ratio: how far apart splitmix32's states are. */
const STEP = 0x9e3779b9;

/**
 * splitmix32's number for a state.
 *
 * source  the scheme: Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195; the multipliers: found by Wellons' hash prospector
 */
function mix(state: number): number {
  let z = state ^ (state >>> 16);
  z = Math.imul(z, 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

/**
 * A source of random numbers for `random`: the same numbers for the same seed, on every engine. Not for secrets.
 *
 * The generator is sfc32 (Doty-Humphrey, PractRand): four words of state, which are the first four numbers of splitmix32. Each
 * number is 32 bits divided by 2^32. No two calls of seeded share their state.
 *
 * @param seed  a safe integer, of which the last 32 bits count: 1 and 1 + 2^32 give the same numbers
 * @returns     a function that gives the next number, in [0, 1)
 * @throws {TypeError}  seed is not a number
 * @throws {RangeError} seed is not a safe integer
 * @example
 * import { sample, seeded } from "softmax-wasm";
 * const random = seeded(42);
 * sample([1, 2, 3], { random }); // the same token whenever the program runs
 */
export function seeded(seed: number): () => number {
  checkSeed("seeded", seed);
  let [a, b, c, counter] = [1, 2, 3, 4].map((i) => mix((seed | 0) + i * STEP));
  return () => {
    const bits = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + bits) | 0;
    return (bits >>> 0) / 2 ** 32;
  };
}

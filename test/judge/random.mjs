// @ts-check
/** Seeded numbers, for the tests and the bench. */

/**
 * Mulberry32: floats in [0, 1).
 * @param {number} seed
 * @returns {() => number}
 */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A draw from N(0, 1), from two floats in [0, 1): Box and Muller's transform.
 * @param {() => number} next
 */
export const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/**
 * Arrays of draws from N(0, 1), one array after the other.
 * @param {number} seed
 * @returns {(n: number) => Float32Array<ArrayBuffer>}
 */
export function normals(seed) {
  const next = random(seed);
  return (n) => Float32Array.from({ length: n }, () => normal(next));
}

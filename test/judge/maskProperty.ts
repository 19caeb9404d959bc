import fc from "fast-check";
import { expect, it } from "vitest";
import { drawn } from "./drawn";

type Along = (x: Float32Array, options?: { mask?: Uint8Array; temperature?: number }) => Float32Array;

/** @param functions  each with its result where the mask leaves a position out */
export function whatIsMaskedIsNotThere(
  functions: readonly (readonly [f: Along, absent: number])[],
  row: fc.Arbitrary<Float32Array>,
): void {
  it("what is masked might as well not be there", () => {
    const flags = fc.array(fc.boolean(), { minLength: 150, maxLength: 150 });
    fc.assert(
      fc.property(row, flags, fc.constantFrom(1, 0.3, 2), (x, taken, temperature) => {
        const mask = Uint8Array.from(x, (_, i) => (taken[i] ? 1 : 0));
        const hidden = x.map((v, i) => (mask[i] === 0 ? Number.NaN : v));
        for (const [f, absent] of functions) {
          const got = f(hidden, { mask, temperature });
          const alone = f(
            x.filter((_, i) => mask[i] !== 0),
            { temperature },
          );
          let j = 0;
          got.forEach((v, i) => {
            if (mask[i] === 0) expect(v).toBe(absent);
            else expect(Math.abs(v - alone[j++])).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(v)));
          });
        }
      }),
      { numRuns: drawn(60), seed: 20261122 },
    );
  });
}

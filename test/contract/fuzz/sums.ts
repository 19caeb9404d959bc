/** logSumExp and entropy at any temperature, and the first sum asked of topK, whose logSumExp has its bits. */
import fc from "fast-check";
import type { Dtype } from "../../../src/index";
import { RANGES } from "../../judge/cases";
import { type ArraySpec, input } from "./arrays";
import { entropy, logSumExp } from "./axis";
import { halved } from "./halves";
import type { Kind } from "./kind";
import { take } from "./take";
import { numbersOf } from "./valid";
import { FULL, World } from "./world";

const temperatures = fc.oneof(
  fc.constantFrom(0, 0, 5e-324, 4.3e-39, 1e-38, 0.01, 0.7, 1, 3, 1e10),
  fc.integer({ min: -126, max: 1023 }).map((n) => 2 ** n),
  fc.integer({ min: 110, max: 160 }).map((n) => 1.7 * 2 ** n),
);

const drawn = fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 10_000 })).chain((n) => {
  const x = input(n, {
    fills: [...Object.keys(RANGES), "denormals"],
    specials: [Infinity, -Infinity, -0, 1e-45, -1e-45],
  });
  return fc.record({
    spec: halved(["x", "out"], fc.record({ arrays: fc.record({ x }), options: fc.constant({}) })),
    k: fc.integer({ min: 1, max: 20 }),
    temperature: temperatures,
    bytes: fc.constantFrom(65536, 262144),
    filled: fc.constantFrom(0, FULL),
  });
});

export const sums: Kind = {
  name: "sums at any temperature",
  runs: 40,
  shares: 1,
  property: (backend) =>
    fc.property(drawn, ({ spec: { arrays, options: more }, k, temperature, bytes, filled }) => {
      const world = new World(backend, bytes, filled);
      const x = world.array(arrays.x as ArraySpec, {}) as Float32Array;
      const { dtype } = more as { dtype?: Dtype };
      const options = { shape: [arrays.x?.length as number], temperature, dtype };
      world.remember();
      for (const fuzzed of [logSumExp, entropy]) {
        take(world, backend, { fuzzed, spec: { arrays, options }, spoiled: [] });
      }
      const numbers = numbersOf(world.plain(x), { alive: () => true, options: true }, dtype);
      if (!numbers?.some((v) => v > -Infinity)) return;
      const [want] = world.runtime.logSumExp(x, options);
      const got = world.runtime.topK(x, k, { temperature, dtype }).logSumExp;
      if (!Object.is(got, want)) throw new Error(`topK's logSumExp is ${got}, logSumExp gives ${want}`);
    }),
};

/**
 * Arrays of every make in one call: of classes of which nothing can be called, of another realm, on shared and resizable memory, and
 * with a prototype that is not theirs. They are taken for what they are inside; only the last may be refused instead.
 */
import fc from "fast-check";
import { lengthened } from "./aftermath";
import type { ArraySpec } from "./arrays";
import { FUZZED } from "./functions";
import type { Kind } from "./kind";
import { PROTOTYPES } from "./ownClasses";
import { type Step, take } from "./take";
import { World } from "./world";

type Make = Pick<ArraySpec, "memory" | "offset" | "prototype">;

const make: fc.Arbitrary<Make> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ memory: fc.constant("class" as const), offset: fc.nat(7) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      memory: fc.constantFrom("realm" as const, "shared", "resized", "own", "heap"),
      offset: fc.nat(7),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      memory: fc.constantFrom("own" as const, "heap"),
      offset: fc.nat(7),
      prototype: fc.constantFrom(...Object.keys(PROTOTYPES)),
    }),
  },
);

const LISTS = ["list", "float64", "object"];

const steps: fc.Arbitrary<Step> = fc.constantFrom(...FUZZED).chain((fuzzed) =>
  fc
    .tuple(lengthened(fuzzed), fc.array(make, { minLength: 11, maxLength: 11 }))
    .map(([{ arrays, options }, makes]): Step => {
      const made = Object.entries(arrays).map(([name, spec], i) => {
        if (spec === undefined || LISTS.includes(spec.memory)) return [name, spec] as const;
        return [name, { ...spec, alias: undefined, ...makes[i] }] as const;
      });
      return { fuzzed, spec: { arrays: Object.fromEntries(made), options }, spoiled: [] };
    })
    .map((step) => ({ ...step, [fc.toStringMethod]: () => `${fuzzed.name} ${fc.stringify(step.spec)}` })),
);

export const ownArrays: Kind = {
  name: "arrays of the caller's own make",
  runs: 40,
  shares: 2,
  property: (backend) =>
    fc.property(fc.constantFrom(65536, 262144), steps, (bytes, step) => {
      take(new World(backend, bytes, 0), backend, step);
    }),
};

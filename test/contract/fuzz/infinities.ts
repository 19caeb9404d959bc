/** Infinities, NaN and equal values that come again and again, so that every block of a row has some. */
import fc from "fast-check";
import type { Backend } from "../../../src/index";
import { RANGES } from "../../judge/cases";
import type { ArraySpec } from "./arrays";
import { input } from "./arrays";
import type { CallSpec, Fuzzed } from "./calls";
import { FUZZED } from "./functions";
import { halved } from "./halves";
import type { Kind } from "./kind";
import { type Step, take } from "./take";
import { biases, given, maybe, penalties } from "./vocabularyCalls";
import { FULL, World } from "./world";

const lengths = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3000, max: 20_000 }) },
);

/** Mostly infinities: NaN makes a vocabulary be refused, and a row NaN. */
const values = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(Infinity, -Infinity, Infinity, -Infinity, 3.4e38, -3.4e38, 0, 7) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const every = fc.array(
  fc.record({ step: fc.constantFrom(1, 2, 3, 32, 255, 256, 256, 257, 512), first: fc.nat(300), value: values }),
  { minLength: 1, maxLength: 3 },
);
const logits = (length: number): fc.Arbitrary<ArraySpec> =>
  fc
    .tuple(input(length, { fills: [...Object.keys(RANGES), "ranks", "ties", "normal"] }), every)
    .map(([spec, again]) => ({ ...spec, every: again }));

const TEMPERATURES = [1, 0.7, 3, 0, 1e30, 1e-30];
const temperature = maybe(fc.constantFrom(...TEMPERATURES));
/** Of n: few, about a block's, about all, and more. */
const counts = (n: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom(255, 256, 257),
    fc.constantFrom((n >> 1) + 1, Math.max(1, n - 1), n, n + 7),
    fc.integer({ min: 1, max: n }),
  );
const bits = (n: number): fc.Arbitrary<ArraySpec | undefined> =>
  maybe(input(Math.ceil(n / 32), { type: "u32", fills: ["words"], specials: [2 ** 32 - 1, 0] }));

/** Arguments of the functions of a vocabulary. */
const vocabulary = (n: number): fc.Arbitrary<CallSpec> =>
  fc
    .record({
      logits: logits(n),
      mask: bits(n),
      k: counts(n),
      topK: maybe(counts(n)),
      topP: maybe(fc.constantFrom(1e-9, 0.3, 0.9, 0.999, 1)),
      minP: maybe(fc.constantFrom(0, 1e-6, 0.1, 1)),
      minKeep: maybe(counts(n)),
      temperatureLast: maybe(fc.boolean()),
      bias: maybe(biases(n)),
      penalties: maybe(penalties(n)),
      tokens: fc.array(fc.nat(n - 1), { maxLength: 9 }),
      temperature,
    })
    .map(({ logits, mask, ...options }) => ({ arrays: { logits, mask }, options: given(options) }));

/** Arguments of the functions along an axis. */
const axis = (n: number): fc.Arbitrary<CallSpec> =>
  fc.tuple(fc.constantFrom(1, 1, 3), fc.constantFrom(1, 1, 2)).chain(([outer, inner]) =>
    fc
      .record({
        x: logits(outer * n * inner),
        mask: maybe(input(n, { type: "u8", fills: ["flags"], specials: [0] })),
        temperature,
        alpha: fc.constantFrom(1, 1.2, 1.5, 2, 3),
      })
      .map(({ x, mask, ...options }) => ({
        arrays: { x, mask },
        options: given({ ...options, shape: [outer, n, inner], axis: 1 }),
      })),
  );

const isVocabulary = ({ positional }: Fuzzed): boolean => positional[0] === "logits";

/** Only what the function takes. */
function within(fuzzed: Fuzzed, { arrays, options }: CallSpec): CallSpec {
  const names = [...fuzzed.positional, ...fuzzed.options];
  const taken = Object.entries(options).filter(([name]) => names.includes(name));
  return { arrays, options: Object.fromEntries(taken) };
}

const calls: fc.Arbitrary<Step> = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...FUZZED.filter(isVocabulary)) },
      { weight: 1, arbitrary: fc.constantFrom(...FUZZED.filter(({ positional }) => positional[0] === "x")) },
    ),
    lengths,
  )
  .chain(([fuzzed, n]) => {
    const specs = halved(["x", "logits"], isVocabulary(fuzzed) ? vocabulary(n) : axis(n));
    return fc.record({
      fuzzed: fc.constant(fuzzed),
      spec: specs.map((spec) => within(fuzzed, spec)),
      spoiled: fc.constant([]),
    });
  })
  .map((step) => ({ ...step, [fc.toStringMethod]: () => `${step.fuzzed.name} ${fc.stringify(step.spec)}` }));

const heap = fc.record({ bytes: fc.constantFrom(65536, 65536, 262144), filled: fc.constantFrom(0, FULL) });

export const infinities: Kind = {
  name: "infinities in every block",
  runs: 60,
  shares: 3,
  property: (backend: Backend) =>
    fc.property(heap, calls, ({ bytes, filled }, step) => take(new World(backend, bytes, filled), backend, step)),
};

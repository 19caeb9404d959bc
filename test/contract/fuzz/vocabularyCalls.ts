/** Arguments of the functions of a vocabulary: rows of logits, grammars, bias, penalties, tokens. */
import fc from "fast-check";
import { type ArraySpec, input, output, type Type } from "./arrays";
import type { CallSpec } from "./calls";
import { halved } from "./halves";

export const vocabularies = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 6, arbitrary: fc.nat(300) },
  { weight: 2, arbitrary: fc.nat(6000) },
  { weight: 1, arbitrary: fc.nat(40_000) },
);
/** One row, not as such, mostly; else a shape whose product before the vocabulary is not large. */
const leads = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constantFrom<number[]>([], [0], [1], [2], [3], [2, 2], [1, 3, 1]) },
);

export const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const rarely = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>, weight = 30): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: other });

/** Without what is undefined: an option that is left out. */
export const given = (options: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const words = (n: number): number => Math.ceil(n / 32);

/** A grammar's mask: bits in words of either sign, or a byte a token; of the vocabulary, or of a smaller or larger one. */
const grammars = (n: number): fc.Arbitrary<ArraySpec> => {
  const kinds = fc.constantFrom<[Type, number, readonly number[]]>(
    ["u32", words(n), [2 ** 32 - 1, 2 ** 31, 0]],
    ["i32", words(n), [-1, -(2 ** 31), 0]],
    ["u8", n, [1, 255, 0]],
  );
  const lengths = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -9, max: 9 }) },
    { weight: 1, arbitrary: fc.integer({ min: -n, max: 2 * n }) },
  );
  return fc
    .tuple(kinds, lengths)
    .chain(([[type, length, specials], more]) =>
      input(Math.max(0, length + more), { type, fills: type === "u8" ? ["flags"] : ["flags", "words"], specials }),
    );
};

/** A mask of one row of several. */
export const rowMask = (n: number): fc.Arbitrary<Uint8Array | Uint32Array> =>
  fc.constantFrom<Uint8Array | Uint32Array>(
    new Uint8Array(n).fill(1),
    Uint8Array.from({ length: n }, (_, i) => (i % 3 === 1 ? 0 : 9)),
    new Uint32Array(words(n)).fill(0xfffffffd),
  );

/** Tokens where blocks and tiles begin and end, or anywhere; a few times one that is none. */
export const token = (n: number): fc.Arbitrary<number> =>
  rarely(
    fc.oneof(
      fc.nat(Math.max(0, n - 1)),
      fc.constantFrom(0, 1, n - 1, 255, 256, 4095, 4096, 8191, 8192).map((t) => Math.min(Math.max(t, 0), n - 1)),
    ),
    fc.constantFrom(n, -1, 0.5),
    400, // of up to 40 in a list
  );

/** The same tokens as lists of every type, where it can hold them. */
export const listed = (tokens: fc.Arbitrary<number[]>): fc.Arbitrary<unknown> =>
  fc.tuple(tokens, fc.constantFrom("list", "list", "bigints", "u32", "i32", "i64")).map(([ids, as]) => {
    const whole = ids.every((id) => Number.isInteger(id) && id >= 0);
    if (as === "list" || !whole) return ids;
    if (as === "bigints") return ids.map((id, i) => (i % 2 === 0 ? BigInt(id) : id));
    if (as === "i64") return BigInt64Array.from(ids, BigInt);
    return as === "u32" ? Uint32Array.from(ids) : Int32Array.from(ids);
  });

const biasValue = rarely(
  fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: -6, max: 6, noNaN: true }) },
    { weight: 3, arbitrary: fc.constantFrom(-Infinity, -Infinity, 0, -0, 3e38, -3e38, 1e39) },
  ),
  fc.constantFrom(Infinity, Infinity, Number.NaN),
  100,
);

export const biases = (n: number): fc.Arbitrary<object> =>
  fc.array(fc.tuple(token(n), biasValue), { maxLength: 12 }).chain((pairs) =>
    fc.record({
      tokens: listed(fc.constant(pairs.map(([id]) => id))),
      values: rarely(
        fc.constantFrom(
          pairs.map(([, value]) => value),
          Float32Array.from(pairs, ([, value]) => value),
          Float64Array.from(pairs, ([, value]) => value),
        ),
        fc.constant<number[]>([1]),
      ),
    }),
  );

const amount = maybe(
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(0, 0.5, -0.3, 2) }, fc.constantFrom(1e38, -1e38, 1e300, -1e300)),
);

export const penalties = (n: number): fc.Arbitrary<object> =>
  fc
    .record({
      tokens: listed(fc.array(fc.oneof(token(n), token(Math.min(n, 5))), { maxLength: 40 })),
      promptLength: maybe(rarely(fc.constantFrom(0, 0, 1), fc.constant(41))),
      repetition: maybe(
        fc.oneof({ weight: 5, arbitrary: fc.constantFrom(1, 1.2, 0.7) }, fc.constantFrom(1e30, 1e-300, 1e300)),
      ),
      frequency: amount,
      presence: amount,
    })
    .map(given);

/** For all rows, or a list with one for each, or with one too many. */
export const perRow = <T>(one: fc.Arbitrary<T>, rows: number | undefined): fc.Arbitrary<unknown> => {
  if (rows === undefined) return maybe(one);
  const list = (length: number) => fc.array(maybe(one), { minLength: length, maxLength: length });
  return maybe(fc.oneof({ weight: 6, arbitrary: one }, { weight: 6, arbitrary: list(rows) }, list(rows + 1)));
};

/** The rows of a call: how many, undefined where there is no shape, and the vocabulary. */
export interface Size {
  readonly rows: number | undefined;
  readonly n: number;
}

/** @param more  the other arguments of a function, arrays (ArraySpec) by a name that is in `arrays` */
export const calls = (
  more: (size: Size) => fc.Arbitrary<Record<string, unknown>>,
  arrays: readonly string[] = [],
): fc.Arbitrary<CallSpec> =>
  halved(
    ["logits", "out"],
    fc
      .tuple(vocabularies, leads)
      .chain(([n, lead]) => {
        const rows = n > 6000 ? undefined : lead?.reduce((product, size) => product * size, 1);
        return fc.record({
          logits: input((rows ?? 1) * n, { lists: true }),
          mask: maybe(grammars(n)),
          masks: rows === undefined ? fc.constant(undefined) : perRow(rowMask(n), rows),
          shape: fc.constant(rows === undefined ? undefined : [...(lead as number[]), n]),
          bias: perRow(biases(n), rows),
          penalties: perRow(penalties(n), rows),
          rest: more({ rows, n }),
        });
      })
      .map(({ logits, mask, masks, rest, ...options }) => {
        const own = Object.entries(rest).filter(([name, value]) => arrays.includes(name) && isSpec(value));
        const others = Object.fromEntries(Object.entries(rest).filter(([name]) => !own.some(([of]) => of === name)));
        return {
          arrays: {
            logits,
            mask: masks === undefined ? mask : undefined,
            ...Object.fromEntries(own),
          } as CallSpec["arrays"],
          options: given({ ...options, mask: masks, ...others }),
        };
      }),
  );

const isSpec = (value: unknown): boolean => typeof value === "object" && value !== null && "memory" in value;

/** tokens and out of logProbs: so many a row, in the world's memory or beside it, some of them to be ignored. */
export const asked = ({ rows = 1, n }: Size): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .tuple(rarely(fc.nat(4), fc.constant(-1)), fc.constantFrom(undefined, undefined, -100, 0, 3, Number.NaN))
    .chain(([width, ignore]) => {
      const length = width < 0 ? rows + 1 : width * rows;
      const one = ignore === undefined || Number.isNaN(ignore) ? token(n) : fc.oneof(token(n), fc.constant(ignore));
      return fc.array(one, { minLength: length, maxLength: length }).chain((ids) => {
        const fitting = ids.every((id) => Number.isInteger(id));
        const type: Type = ids.every((id) => id >= 0) ? "u32" : "i32";
        const placed = input(length, { type, fills: ["zeros"] }).map((spec) => ({
          ...spec,
          specials: ids.map((id, i) => [i, id] as const),
        }));
        const tokens: fc.Arbitrary<unknown> = fitting ? fc.oneof(placed, listed(fc.constant(ids))) : fc.constant(ids);
        return tokens.chain((tokens) =>
          fc.record({
            tokens: fc.constant(tokens),
            ignore: fc.constant(ignore),
            out: output(length, "f32", isSpec(tokens) ? ["logits", "tokens"] : ["logits"]),
          }),
        );
      });
    });

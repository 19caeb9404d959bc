/** Arrays as the fuzzer describes them: plain data, so that a failure prints small and shrinks. */
import fc from "fast-check";
import type { Dtype } from "../../../src/index";
import { RANGES } from "../../judge/cases";
import { INFINITE, nearest, numberOf } from "../../judge/half16";
import { normal, random } from "../../judge/random.mjs";

export type Values = Float32Array | Uint8Array | Uint16Array | Uint32Array | Int32Array;
/** f16 is a Float16Array, where the host has that class, and else as u16 is. */
export type Type = "f32" | "u8" | "u16" | "f16" | "u32" | "i32";
export const BYTES: Readonly<Record<Type, number>> = { f32: 4, u8: 1, u16: 2, f16: 2, u32: 4, i32: 4 };

/** Where an array lives, or what else it is instead. */
const MEMORIES = ["own", "heap", "otherHeap", "shared", "resized", "realm", "class"] as const;
type Memory = (typeof MEMORIES)[number];
export const LISTS = ["list", "float64", "object"] as const;
export type List = (typeof LISTS)[number];

export interface ArraySpec {
  readonly type: Type;
  /** What its bits stand for, where it has floats of 16 bits. */
  readonly format?: Dtype;
  readonly length: number;
  /** A name of test/judge/cases.ts's ranges or of `draws` below. */
  readonly fill: string;
  readonly seed: number;
  /** Values put in: where (modulo the length), what. */
  readonly specials: readonly (readonly [at: number, value: number])[];
  readonly memory: Memory | List;
  /** Elements before it in its memory. */
  readonly offset: number;
  /** The prototype that it has by now: a name of test/contract/fuzz/ownClasses.ts's PROTOTYPES. */
  readonly prototype?: string;
  /** Values that come again: at every `step`-th place, from `first` on. */
  readonly every?: readonly { readonly step: number; readonly first: number; readonly value: number }[];
  /** In another array's memory instead, this many bytes after its start. */
  readonly alias?: { readonly of: string; readonly bytes: number };
}

/** Specials come rarely: most calls are to be ordinary ones. */
const few = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<readonly (readonly [number, T])[]> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(9999), value), { maxLength: 3 }) },
  );

const memory = fc.oneof(
  { weight: 3, arbitrary: fc.constant("own" as const) },
  { weight: 3, arbitrary: fc.constant("heap" as const) },
  { weight: 2, arbitrary: fc.constantFrom(...MEMORIES) },
);

interface Kind {
  type?: Type;
  fills?: readonly string[];
  specials?: readonly number[];
  lists?: boolean;
}

/** An array of a length, to be read. */
export const input = (length: number, { type = "f32", fills, specials, lists = false }: Kind = {}) =>
  fc.record<ArraySpec>({
    type: fc.constant(type),
    length: fc.constant(length),
    fill: fc.constantFrom(...(fills ?? Object.keys(RANGES))),
    seed: fc.nat(999),
    specials: few(fc.constantFrom(...(specials ?? [Number.NaN, Infinity, -Infinity, -0, 1e-40, 3.4e38]))),
    memory: lists
      ? fc.oneof({ weight: 6, arbitrary: memory }, { weight: 1, arbitrary: fc.constantFrom(...LISTS) })
      : memory,
    offset: fc.nat(3),
  });

/** A mask. */
export const flags = (length: number) => input(length, { type: "u8", fills: ["flags"], specials: [0, 255] });

/** An array to be written to, or nothing; now and then in the memory of another. */
export const output = (length: number, type: Type, others: readonly string[]): fc.Arbitrary<ArraySpec | undefined> => {
  const apart = fc.record<ArraySpec>({
    type: fc.constant(type),
    length: fc.constant(length),
    fill: fc.constant("zeros"),
    seed: fc.constant(0),
    specials: fc.constant([]),
    memory,
    offset: fc.nat(3),
  });
  const within = fc
    .tuple(
      apart,
      fc.constantFrom(...others),
      fc.constantFrom(0, 0, 0, 4, -4, 16, 4 * length, -4 * length, 4 * length - 4),
    )
    .map(([spec, of, bytes]): ArraySpec => ({ ...spec, alias: { of, bytes } }));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 3, arbitrary: apart },
    { weight: 1, arbitrary: within },
  );
};

/** The values of a described array. */
export function valuesOf({ length, fill, seed, specials, every = [] }: ArraySpec): number[] {
  const next = random(seed);
  let rank = 0;
  const draws: Record<string, () => number> = {
    zeros: () => 0,
    flags: () => (next() < 0.7 ? 1 : 0),
    ranks: () => -rank++,
    denormals: () => -(2 ** -149) * Math.floor(3 * next()),
    holes: () => [-Infinity, Number.NaN, 1, 2, -3][Math.floor(5 * next())],
    ties: () => Math.floor(4 * next()),
    words: () => Math.floor(2 ** 32 * next()) | 0,
    normal: () => normal(next),
    "all of 16 bits": () => numberOf(Math.floor(0x7c00 * next()) + (next() < 0.5 ? 0x8000 : 0), "float16"),
  };
  const values = fill in draws ? Array.from({ length }, draws[fill]) : RANGES[fill](length, next);
  for (const { step, first, value } of every) for (let i = first; i < length; i += step) values[i] = value;
  for (const [at, value] of length > 0 ? specials : []) values[at % length] = value;
  return values;
}

/** The same as elements of 16 bits: the nearest, and a NaN of any bits for NaN. */
export function bitsFor(values: ArrayLike<number>, format: Dtype, seed: number): number[] {
  const next = random(seed);
  const infinite = INFINITE[format];
  return Array.from(values, (value) => {
    if (!Number.isNaN(value)) return nearest(value, format);
    return (next() < 0.5 ? 0x8000 : 0) + infinite + 1 + Math.floor((0x7fff - infinite) * next());
  });
}

/** A call as the fuzzer describes it: good arguments, and what is done to them; then for real. */
import fc from "fast-check";
import type { Runtime } from "../../../src/index";
import type { ArraySpec } from "./arrays";
import { WEIRD } from "./weird";
import type { World } from "./world";

export interface CallSpec {
  /** By name, positional ones and options alike; undefined: left out. */
  readonly arrays: Readonly<Record<string, ArraySpec | undefined>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The right outcome for these arguments: undefined where they must be refused. */
export type Expectation =
  | {
      /** The arrays that are written to. */
      readonly outputs: readonly ArrayBufferView[];
      /** Judges the result. @returns the first fault in words, or undefined */
      readonly failure: (result: unknown) => string | undefined;
      /** The call may be refused too, for lack of workspace. */
      readonly mayRefuse?: boolean;
      /** Whether it is refused depends on numbers that are not known, or too close to call. */
      readonly either?: boolean;
    }
  | undefined;

/** A function of the package, as the fuzzer knows it. */
export interface Fuzzed {
  readonly name: Exclude<keyof Runtime, "backend" | "rejected" | "alloc" | "free">;
  readonly positional: readonly string[];
  /** Every option it has. */
  readonly options: readonly string[];
  readonly calls: fc.Arbitrary<CallSpec>;
  /** Judges arguments by name; reads arrays before the call changes them. `alive` is false of arrays whose buffer is gone. */
  readonly expect: (args: Args, given: Given) => Expectation;
}

export type Args = Readonly<Record<string, unknown>>;

export interface Given {
  readonly alive: (view: unknown) => boolean;
  /** false: the options argument was not there at all. */
  readonly options: boolean;
}

export type Spoil =
  | { readonly do: "replace"; readonly what: string; readonly by: string }
  | { readonly do: "detach" | "shrink"; readonly what: string }
  | {
      readonly do: "getter";
      readonly what: string;
      readonly effect: "throw" | "call" | "detach";
      readonly other: string;
      /** The part of an option that has parts (bias, penalties) which the getter is for; else it is for the option. */
      readonly within: string;
    }
  | { readonly do: "no options" };

/** Every few calls something is done to the arguments. */
export function spoils({ positional, options }: Fuzzed): fc.Arbitrary<readonly Spoil[]> {
  const names = [...positional, ...options];
  const name = fc.constantFrom(...names);
  const spoil: fc.Arbitrary<Spoil> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("replace" as const),
        what: fc.constantFrom(...names, "options"),
        by: fc.constantFrom(...Object.keys(WEIRD)),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("detach" as const, "shrink" as const), what: name }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("getter" as const),
        what: name,
        effect: fc.constantFrom("throw" as const, "call" as const, "detach" as const),
        other: name,
        within: fc.constantFrom("", "tokens", "values", "presence"),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: "no options" as const }) },
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(spoil, { minLength: 1, maxLength: 2 }) },
  );
}

/** The error that a getter of the fuzzer throws. */
export class Mine extends Error {}

interface Built {
  readonly args: readonly unknown[];
  readonly expectation: Expectation;
  /** A getter among the arguments throws Mine. */
  readonly throws: boolean;
  /** Names in the options that are no options of the function, and in what was put in the place of arguments. */
  readonly foreign: readonly string[];
}

/** Calls something else of the runtime, as a getter may. */
export function reenter({ runtime }: World): void {
  runtime.softmax([1, 2, 3], { shape: [3, 1], axis: 0, temperature: 2 });
  runtime.entmax([1, 2, 3], { alpha: 1.2, support: new Uint32Array(1) });
  runtime.attention([1, 2], [1, 2, 3, 4], [5, 6, 7, 8], { headDim: 2 });
  runtime.topK([1, 2, 3], 2);
  runtime.sample([1, 2, 3], { topP: 0.9, penalties: { tokens: [2, 0], repetition: 2 } });
  runtime.truncate([1, 2, 3, 0], { shape: [2, 2], bias: [{ tokens: [0], values: [3] }, undefined], minP: 0.5 });
  runtime.logProbs([1, 2, 3], [2]);
  runtime.verifyDraft([1, 2, 3, 0], [1], { draft: [2, 1], random: () => 0.9 });
  runtime.logSumExp(runtime.pack16([1, 2, 3], { dtype: "bfloat16" }), { dtype: "bfloat16" });
}

type Getter = Extract<Spoil, { do: "getter" }>;

export function build(world: World, fuzzed: Fuzzed, { arrays, options }: CallSpec, spoiled: readonly Spoil[]): Built {
  const all: Record<string, unknown> = { ...options };
  const entries = Object.entries(arrays).filter((entry): entry is [string, ArraySpec] => entry[1] !== undefined);
  for (const aliases of [false, true]) {
    for (const [name, spec] of entries) if ((spec.alias !== undefined) === aliases) all[name] = world.array(spec, all);
  }
  let given: unknown = {};
  let ordinary = true; // options are an object of ours, with what is in `all`
  for (const spoil of spoiled) {
    if (spoil.do === "no options") [given, ordinary] = [undefined, false];
    else if (spoil.do === "replace" && spoil.what === "options") [given, ordinary] = [WEIRD[spoil.by](), false];
    else if (spoil.do === "replace") all[spoil.what] = WEIRD[spoil.by]();
  }
  const everything = Object.values(all);
  world.remember();
  for (const spoil of spoiled) {
    if (spoil.do === "detach" || spoil.do === "shrink") world.kill(all[spoil.what], spoil.do, everything);
  }

  // getters: of an option, or of the first element of a list; one each, and only those that will be asked
  const getters = new Map<string, Getter>();
  for (const spoil of spoiled) {
    if (spoil.do !== "getter" || getters.has(spoil.what)) continue;
    const value = all[spoil.what];
    const list = fuzzed.positional.includes(spoil.what) && Array.isArray(value) && value.length > 0;
    if (list || (ordinary && fuzzed.options.includes(spoil.what))) getters.set(spoil.what, spoil);
  }
  const act = ({ effect, other }: Getter): void => {
    if (effect === "throw") throw new Mine();
    if (effect === "call") reenter(world);
    else world.kill(all[other], "detach", everything);
  };
  const doomed = new WeakSet<object>();
  for (const { effect, other } of getters.values()) {
    for (const view of effect === "detach" ? world.victims(all[other], "detach", everything) : []) doomed.add(view);
  }

  const positional = fuzzed.positional.map((name) => {
    const getter = getters.get(name);
    return getter === undefined ? all[name] : withGetter((all[name] as unknown[]).slice(), 0, () => act(getter));
  });
  for (const name of ordinary ? fuzzed.options : []) {
    if (name in all) (given as Record<string, unknown>)[name] = all[name];
    const getter = getters.get(name);
    if (getter === undefined) continue;
    const parts = partsOf(all[name], getter);
    if (parts === undefined) withGetter(given as object, name, () => act(getter));
    else (given as Record<string, unknown>)[name] = withGetter(parts, getter.within, () => act(getter));
  }

  const isObject = typeof given === "object" && given !== null;
  const option = (name: string): unknown => {
    if (ordinary) return all[name];
    return isObject ? (given as Record<string, unknown>)[name] : undefined; // a strange one has what it has by chance
  };
  const foreign: string[] = [];
  if (isObject) for (const name in given as object) if (!fuzzed.options.includes(name)) foreign.push(name);
  const args: Args = Object.fromEntries([
    ...fuzzed.positional.map((name) => [name, world.plain(all[name])]),
    ...fuzzed.options.map((name) => [name, world.plain(option(name))]),
  ]);
  const gone = new WeakSet<object>();
  for (const value of everything) {
    if (ArrayBuffer.isView(value) && (world.dead.has(value) || doomed.has(value)))
      gone.add(world.plain(value) as object);
  }
  const alive = (view: unknown): boolean => ArrayBuffer.isView(view) && !gone.has(view);
  const isArray = Array.isArray(given) || ArrayBuffer.isView(given);
  const taken = given === undefined || (isObject && !isArray && foreign.length === 0);
  return {
    args: given === undefined ? positional : [...positional, given],
    expectation: taken ? fuzzed.expect(args, { alive, options: isObject }) : undefined,
    foreign: [...foreign, ...namesIn(spoiled.map((spoil) => ("what" in spoil ? all[spoil.what] : undefined)))],
    throws: [...getters.values()].some(({ effect }) => effect === "throw"),
  };
}

/** A copy of an option's parts, if the getter is to be for one of them. The tokens of logProbs are read before those parts are. */
function partsOf(value: unknown, { within, effect, other }: Getter): object | undefined {
  const parts = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return parts && within in value && !(effect === "detach" && other === "tokens") ? { ...value } : undefined;
}

/** Names in what was put in the place of an argument: of bias, say, they are no parts. */
function namesIn(values: readonly unknown[]): string[] {
  const names: string[] = [];
  for (const value of values) {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) continue;
    for (const name in value) names.push(name);
    if ("values" in value) names.push("values"); // the method of a Map, which a bias must have as its own
  }
  return names;
}

/** The property as it was, but asking for it has the effect first. */
function withGetter<T extends object>(object: T, key: string | number, effect: () => void): T {
  const value = (object as Record<string | number, unknown>)[key];
  return Object.defineProperty(object, key, {
    get() {
      effect();
      return value;
    },
  });
}

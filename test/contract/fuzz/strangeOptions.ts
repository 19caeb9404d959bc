/**
 * Options that a function does not have, options that are inherited, and an Object.prototype that somebody wrote to: the first
 * two are refused before anything is written, the last is ignored. The next call is right.
 */
import fc from "fast-check";
import { type Backend, createRuntime } from "../../../src/index";
import { build, type CallSpec, type Fuzzed } from "./calls";
import { FUZZED } from "./functions";
import type { Kind } from "./kind";
import { namedBy, take } from "./take";
import { World } from "./world";

/** Other libraries' names, slips, and words that may mean something inside. */
const NAMES = [
  "dim",
  "dims",
  "dType",
  "temp",
  "Temperature",
  "temperatures",
  "top_k",
  "topk",
  "top_p",
  "min_p",
  "isCausal",
  "is_causal",
  "numHeads",
  "num_heads",
  "attnMask",
  "heapBytes",
  "length",
  "name",
  "constructor",
  "toString",
  "0",
];
/** Names that the package's own objects may lack and be asked for: then Object.prototype answers. */
const INSIDE = [
  "mass",
  "t",
  "ties",
  "s",
  "values",
  "offset",
  "tokens",
  "promptLength",
  "repetition",
  "outer",
  "inner",
  "data",
  "get",
  "set",
  "valueOf",
];
const VALUES: Record<string, unknown> = {
  "0": 0,
  "1": 1,
  "2": 2,
  "0.5": 0.5,
  true: true,
  text: "float32",
  "a list": [0, 1],
  "an array": new Float32Array(4),
  "a function": () => 0.5,
};
const value = fc.constantFrom(...Object.keys(VALUES));

/** How the options are made strange. */
type Treatment = "own" | "inherited" | "inherited from null" | "of a class" | "polluted" | "no prototype";
const TREATMENTS: readonly Treatment[] = [
  "own",
  "own",
  "inherited",
  "inherited from null",
  "of a class",
  "polluted",
  "polluted",
  "no prototype",
];

interface Strange {
  readonly fuzzed: Fuzzed;
  readonly spec: CallSpec;
  readonly treatment: Treatment;
  readonly name: string;
  readonly value: string;
}

const strange: fc.Arbitrary<Strange> = fc.constantFrom(...FUZZED).chain((fuzzed) =>
  fc
    .record({
      fuzzed: fc.constant(fuzzed),
      spec: fuzzed.calls,
      treatment: fc.constantFrom(...TREATMENTS),
      name: fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom(...INSIDE, ...fuzzed.options), fc.constantFrom("x")),
      value,
    })
    .map((drawn) => ({
      ...drawn,
      [fc.toStringMethod]: () =>
        `${fuzzed.name}, ${drawn.treatment} ${drawn.name}: ${drawn.value}, ${fc.stringify(drawn.spec)}`,
    })),
);

/** With Object.prototype[name] = value meanwhile. */
function polluted<T>(name: string, value: unknown, work: () => T): T {
  const before = Object.getOwnPropertyDescriptor(Object.prototype, name);
  if (before !== undefined && !before.writable) return work();
  Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true });
  try {
    return work();
  } finally {
    if (before === undefined) delete (Object.prototype as Record<string, unknown>)[name];
    else Object.defineProperty(Object.prototype, name, before);
  }
}

/** The options that the treatment makes of ordinary ones, and the error's name for it; undefined where they are to be taken. */
function treat(
  options: Record<string, unknown>,
  { treatment, name, value, fuzzed }: Strange,
): { options: object; refused: string | undefined } {
  const more = { [name]: VALUES[value] };
  const known = fuzzed.options.includes(name);
  if (treatment === "own") {
    return known ? { options, refused: undefined } : { options: { ...options, ...more }, refused: name };
  }
  if (treatment === "no prototype") return { options: Object.assign(Object.create(null), options), refused: undefined };
  if (treatment === "inherited" || treatment === "inherited from null") {
    const from = Object.assign(Object.create(treatment === "inherited" ? Object.prototype : null), more);
    const made = Object.assign(Object.create(from), options);
    // what is an own option too is that one
    return { options: made, refused: Object.hasOwn(options, name) ? undefined : name };
  }
  class Options {
    constructor() {
      Object.assign(this, options);
    }
    help(): string {
      return "a method is no option";
    }
  }
  if (!known || Object.hasOwn(options, name)) return { options: new Options(), refused: undefined };
  Object.defineProperty(Options.prototype, name, { get: () => VALUES[value], configurable: true });
  return { options: new Options(), refused: name };
}

/** Called with them: the error, and what has changed. */
function judge(backend: Backend, drawn: Strange): void {
  const { fuzzed, spec, treatment, name } = drawn;
  const world = new World(backend, 262144, 0);
  const built = build(world, fuzzed, spec, []);
  const positional = built.args.slice(0, fuzzed.positional.length);
  const options = built.args[fuzzed.positional.length] as Record<string, unknown>;
  const run = world.runtime[fuzzed.name] as (...args: readonly unknown[]) => unknown;
  const label = `${fuzzed.name} on ${backend}, ${treatment} "${name}"`;
  const made = treatment === "polluted" ? { options, refused: undefined } : treat(options, drawn);
  let result: unknown;
  let error: unknown;
  const call = (): void => {
    try {
      result = run(...positional, made.options);
    } catch (thrown) {
      error = thrown;
    }
  };
  if (treatment === "polluted") polluted(name, VALUES[drawn.value], call);
  else call();

  if (made.refused !== undefined) {
    if (error === undefined) throw new Error(`${label} is taken`);
    const { message } = error as Error;
    const ours = error instanceof TypeError && message.startsWith(`${fuzzed.name}: "`);
    const other = built.expectation === undefined && namedBy(error, fuzzed.name) !== undefined;
    if (!other && !(ours && message.startsWith(`${fuzzed.name}: "${made.refused}" `))) {
      throw new Error(`${label} threw ${String(error)}`, { cause: error });
    }
  } else if (built.expectation === undefined) {
    if (error === undefined || namedBy(error, fuzzed.name) === undefined) throw new Error(`${label}: ${String(error)}`);
  } else if (error !== undefined) {
    const { either, mayRefuse } = built.expectation;
    const excused = either || (mayRefuse && /left of the heap/.test((error as Error).message));
    if (!excused) throw new Error(`${label} threw ${String(error)}`, { cause: error });
  } else {
    const failure = built.expectation.failure(world.plain(result));
    if (failure !== undefined) throw new Error(`${label}: ${failure}`);
  }
  const damage = world.damage(error === undefined ? (built.expectation?.outputs ?? []) : []);
  if (damage !== undefined) throw new Error(`${label}: ${damage}`);
  take(new World(backend, 262144, 0), backend, { fuzzed, spec, spoiled: [] });
}

export const strangeOptions: Kind = {
  name: "strange options",
  runs: 80,
  shares: 2,
  property: (backend) => fc.property(strange, (drawn) => judge(backend, drawn)),
};

/** createRuntime's options are options too. */
export const strangeRuntimes: Kind = {
  name: "strange options of createRuntime",
  runs: 10,
  shares: 0.2,
  property: (backend) =>
    fc.property(fc.constantFrom("heapbytes", "heap", "memory", "Backend", "simd", "x"), value, (name, of) => {
      const options = { backend, heapBytes: 65536, [name]: VALUES[of] };
      let error: unknown;
      try {
        createRuntime(options);
      } catch (thrown) {
        error = thrown;
      }
      const ours = error instanceof TypeError && error.message.startsWith(`createRuntime: "${name}" is no option`);
      if (!ours) throw new Error(`createRuntime with ${name}: ${String(error)}`);
      const runtime = polluted("heapBytes", -1, () => createRuntime({ backend }));
      if (runtime.backend !== backend) throw new Error(`createRuntime gives ${runtime.backend}`);
    }),
};

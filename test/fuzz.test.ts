/**
 * Random calls of every function, good and bad, one at a time and in sequences: each returns what its definition says or throws
 * the TypeError or RangeError that names an argument; and whatever it does, no other byte changes and the heap is as it was.
 *
 * Seeded. A few calls of each with `npm test`; `npm run test:fuzz -- --seconds N --seed S` (scripts/fuzz.mjs) for longer.
 */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type Backend, createRuntime, type RuntimeOptions } from "../src/index";
import { BACKENDS } from "./backends";
import { build, type CallSpec, type Fuzzed, Mine, type Spoil, spoils } from "./fuzz/calls";
import { FUZZED } from "./fuzz/functions";
import { WEIRD } from "./fuzz/weird";
import { FULL, HEAPS, World } from "./fuzz/world";

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0);
const SEED = Number(process.env.FUZZ_SEED ?? 20261122);
/** Sequences count as two, and so do runtimes. */
const SHARES = BACKENDS.length * (FUZZED.length + 4);

/** Judged by time when one is given, by number when not: then every machine makes the same calls. */
function check(arbitrary: fc.IRawProperty<unknown>, runs: number, shares = 1): void {
  const ms = (1000 * SECONDS * shares) / SHARES;
  const timed = { numRuns: 2 ** 31 - 1, plugins: [fc.interruptAfterTimeLimit(ms)] };
  fc.assert(arbitrary, { seed: SEED, endOnFailure: false, ...(SECONDS > 0 ? timed : { numRuns: runs }) });
}

interface Step {
  readonly fuzzed: Fuzzed;
  readonly spec: CallSpec;
  readonly spoiled: readonly Spoil[];
}

const step = (fuzzed: Fuzzed): fc.Arbitrary<Step> =>
  fc.record({ fuzzed: fc.constant(fuzzed), spec: fuzzed.calls, spoiled: spoils(fuzzed) });

/** What a failure prints of a step. */
const printed = fc.toStringMethod;

const count = { returned: 0, refused: 0 };

/** Makes the call. @throws {Error} saying what is wrong with what came of it */
function take(world: World, backend: Backend, { fuzzed, spec, spoiled }: Step): void {
  const { args, expectation, throws } = build(world, fuzzed, spec, spoiled);
  const label = `${fuzzed.name} on ${backend}`;
  let result: unknown;
  let error: unknown;
  try {
    result = (world.runtime[fuzzed.name] as (...args: readonly unknown[]) => unknown)(...args);
  } catch (thrown) {
    error = thrown ?? new Error("threw nothing at all");
  }
  if (error === undefined) {
    count.returned++;
    if (throws) throw new Error(`${label} swallowed what a getter threw`);
    if (expectation === undefined) throw new Error(`${label} took arguments that it must refuse`);
    const failure = expectation.failure(result);
    if (failure !== undefined) throw new Error(`${label}: ${failure}`);
  } else if (!(error instanceof Mine && throws)) {
    count.refused++;
    const { message } = error as Error;
    const names = [...fuzzed.positional, ...fuzzed.options, "options"];
    const named = /^"(\w+)" (?:and "\w+" )?expected .*, got /s.exec(message)?.[1];
    const type = (error as Error).constructor;
    if ((type !== TypeError && type !== RangeError) || named === undefined || !names.includes(named)) {
      throw new Error(`${label} threw ${String(error)}`, { cause: error });
    }
    const excused = expectation?.mayRefuse && /left of the heap/.test(message);
    if (expectation !== undefined && !excused) throw new Error(`${label} refused good arguments: ${message}`);
  }
  const damage = world.damage(error === undefined ? (expectation?.outputs ?? []) : []);
  if (damage !== undefined) throw new Error(`${label}: ${damage}`);
}

const heap = fc.record({
  bytes: fc.constantFrom(...HEAPS),
  filled: fc.constantFrom(0, 5, 1000, 7000, FULL),
});

describe.each(BACKENDS)("fuzz on %s", (backend) => {
  it.each(FUZZED.map((fuzzed) => [fuzzed.name, fuzzed] as const))("%s", (_, fuzzed) => {
    const call = fc.property(heap, fuzzed.calls, spoils(fuzzed), ({ bytes, filled }, spec, spoiled) => {
      take(new World(backend, bytes, filled), backend, { fuzzed, spec, spoiled });
    });
    check(call, 40);
  });

  it("sequences of calls, alloc and free", () => {
    const calls = fc.oneof(...FUZZED.map(step)).map((taken) => ({
      ...taken,
      [printed]: () => `${taken.fuzzed.name} ${fc.stringify([taken.spec, taken.spoiled])}`,
    }));
    const steps = fc.oneof(
      { weight: 5, arbitrary: calls },
      { weight: 1, arbitrary: fc.record({ alloc: fc.nat(3000) }) },
      { weight: 1, arbitrary: fc.constant({ free: true }) },
    );
    const sequence = fc.property(fc.constantFrom(...HEAPS), fc.array(steps, { maxLength: 12 }), (bytes, taken) => {
      const world = new World(backend, bytes, 0);
      for (const next of taken) {
        if ("fuzzed" in next) take(world, backend, next);
        else if ("alloc" in next) world.alloc(next.alloc);
        else world.free();
      }
    });
    check(sequence, 20, 2);
  });

  it("alloc", () => {
    const lengths = fc.oneof(fc.nat(70_000), fc.constantFrom(...Object.keys(WEIRD)));
    const allocs = fc.property(fc.array(lengths, { minLength: 1, maxLength: 8 }), (asked) => {
      const { runtime } = new World(backend, HEAPS[0], 0);
      const start = runtime.alloc(0).byteOffset;
      let end = start;
      for (const spec of asked) {
        const length = typeof spec === "number" ? spec : WEIRD[spec]();
        let view: Float32Array | undefined;
        try {
          view = runtime.alloc(length as number);
        } catch (error) {
          const { message, constructor: type } = error as Error;
          const good = Number.isInteger(length) && (length as number) >= 0;
          expect(type).toBe(typeof length === "number" ? RangeError : TypeError);
          expect(message).toMatch(good ? /^"length" expected at most \d+ floats \(/ : /^"length" expected .*, got /);
          if (good) expect(end + 4 * (length as number)).toBeGreaterThan(65536 - 16384 - 32);
          continue;
        }
        expect([view.length, view.byteOffset]).toEqual([length === 0 ? 0 : length, end]);
        expect(view.every((v) => Object.is(v, 0))).toBe(true);
        view.fill(Number.NaN);
        end = runtime.alloc(0).byteOffset;
        expect(end).toBeGreaterThanOrEqual(view.byteOffset + view.byteLength);
      }
      runtime.free();
      expect(runtime.alloc(0).byteOffset).toBe(start);
    });
    check(allocs, 50);
  });

  it("createRuntime", () => {
    const weird = fc.constantFrom(...Object.keys(WEIRD)).map((name) => ({ name }));
    const value = <T>(good: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: weird });
    const options = fc.record({
      backend: value(fc.constantFrom(undefined, "auto", backend, "wasm", "js", "simd")),
      heapBytes: value(fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 300_000 }))),
      module: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: weird }),
    });
    const real = (spec: unknown) =>
      typeof spec === "object" && spec !== null ? WEIRD[(spec as { name: string }).name]() : spec;
    const runtimes = fc.property(options, (spec) => {
      const asked = { backend: real(spec.backend), heapBytes: real(spec.heapBytes), module: real(spec.module) };
      const bytes = asked.heapBytes;
      const good =
        (asked.backend === undefined || ["auto", "wasm-relaxed", "wasm", "js"].includes(asked.backend as string)) &&
        (bytes === undefined || (typeof bytes === "number" && bytes > 0 && bytes <= 2 ** 30)) &&
        asked.module === undefined;
      try {
        const runtime = createRuntime(asked as RuntimeOptions);
        expect(good, "taken").toBe(true);
        expect(runtime.backend).toBe(
          asked.backend === undefined || asked.backend === "auto" ? BACKENDS[0] : asked.backend,
        );
        expect(runtime.softmax([1, 1])).toEqual(Float32Array.of(0.5, 0.5));
      } catch (error) {
        const { message, constructor: type } = error as Error;
        if (good) throw error;
        expect([TypeError, RangeError]).toContain(type);
        expect(message).toMatch(/^"(backend|heapBytes|module)" expected .*, got /);
      }
    });
    check(runtimes, 20);
  });
});

afterAll(() => {
  console.log(`fuzz: seed ${SEED}, ${count.returned} calls returned, ${count.refused} were refused`);
});

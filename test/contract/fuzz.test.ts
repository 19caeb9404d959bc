/**
 * Random calls of every function, good and bad, one at a time and in sequences: each returns what its definition says or throws
 * the TypeError or RangeError that names an argument; and whatever it does, no other byte changes and the heap is as it was.
 *
 * Seeded. A few calls of each with `npm test`; `npm run test:fuzz -- --seconds N --seed S` (scripts/fuzz.mjs) for longer.
 */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createRuntime, type Dtype, type RuntimeOptions } from "../../src/index";
import { BACKENDS } from "../judge/backends";
import { drawn } from "../judge/drawn";
import { DTYPES } from "../judge/half16";
import { type Fuzzed, spoils } from "./fuzz/calls";
import { FUZZED } from "./fuzz/functions";
import { KINDS } from "./fuzz/kinds";
import { count, type Step, take } from "./fuzz/take";
import { WEIRD } from "./fuzz/weird";
import { FULL, HEAPS, World } from "./fuzz/world";

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0);
const SEED = Number(process.env.FUZZ_SEED ?? 20261122);
/** The path of one case, as a failure prints it: only that case runs. */
const PATH = process.env.FUZZ_PATH;
type Details = fc.RunDetails<[unknown]>;
/** The shares of the time: one for each function, two for sequences of calls, two for runtimes, and those of KINDS. */
const SHARES = BACKENDS.length * KINDS.reduce((sum, { shares }) => sum + shares, FUZZED.length + 4);
/** Whether one test gets all the time. */
const ALONE = process.env.FUZZ_ONLY !== undefined;

/**
 * Runs a property for some time if FUZZ_SECONDS is given, else a number of times: then every machine makes the same calls.
 *
 * @param name  the test's, by which it can be run again
 */
function check(name: string, property: fc.IRawProperty<unknown>, runs: number, shares = 1): void {
  const ms = ALONE ? 1000 * SECONDS : (1000 * SECONDS * shares) / SHARES;
  const timed = { numRuns: 2 ** 31 - 1, plugins: [fc.interruptAfterTimeLimit(ms)] };
  const again = PATH === undefined ? {} : { path: PATH };
  const details = fc.check(property, {
    seed: SEED,
    ...again,
    ...(SECONDS > 0 ? timed : { numRuns: drawn(runs) }),
  }) as Details;
  if (!details.failed) return;
  const { counterexamplePath: path, errorInstance: cause } = details;
  const command = `npm run test:fuzz -- --only "${name}" --seed ${SEED} --path ${path}`;
  throw new Error(`${fc.defaultReportMessage(details)}\n\n${String(cause)}\n\nthis case again: ${command}`, { cause });
}

const step = (fuzzed: Fuzzed): fc.Arbitrary<Step> =>
  fc.record({ fuzzed: fc.constant(fuzzed), spec: fuzzed.calls, spoiled: spoils(fuzzed) });

/** The words for a step that a failure prints. */
const printed = fc.toStringMethod;

const heap = fc.record({
  bytes: fc.constantFrom(...HEAPS),
  filled: fc.constantFrom(0, 5, 1000, 7000, FULL),
});

describe.each(BACKENDS)("fuzz on %s", (backend) => {
  it.each(FUZZED.map((fuzzed) => [fuzzed.name, fuzzed] as const))("%s", (name, fuzzed) => {
    const call = fc.property(heap, fuzzed.calls, spoils(fuzzed), ({ bytes, filled }, spec, spoiled) => {
      take(new World(backend, bytes, filled), backend, { fuzzed, spec, spoiled });
    });
    check(`${backend} ${name}`, call, 40);
  });

  it.each(KINDS.map((kind) => [kind.name, kind] as const))("%s", (name, { property, runs, shares }) => {
    check(`${backend} ${name}`, property(backend), runs, shares);
  });

  it("sequences", () => {
    const calls = fc.oneof(...FUZZED.map(step)).map((taken) => ({
      ...taken,
      [printed]: () => `${taken.fuzzed.name} ${fc.stringify([taken.spec, taken.spoiled])}`,
    }));
    const steps = fc.oneof(
      { weight: 5, arbitrary: calls },
      { weight: 1, arbitrary: fc.record({ alloc: fc.nat(3000), dtype: fc.constantFrom(undefined, ...DTYPES) }) },
      { weight: 1, arbitrary: fc.constant({ free: true }) },
      { weight: 2, arbitrary: fc.record({ freeOne: fc.nat(100) }) },
    );
    const sequence = fc.property(fc.constantFrom(...HEAPS), fc.array(steps, { maxLength: 12 }), (bytes, taken) => {
      const world = new World(backend, bytes, 0);
      for (const next of taken) {
        if ("fuzzed" in next) take(world, backend, next);
        else if ("alloc" in next) world.alloc(next.alloc, next.dtype);
        else if ("freeOne" in next) world.freeOne(next.freeOne);
        else world.free();
      }
    });
    check(`${backend} sequences`, sequence, 20, 2);
  });

  it("alloc", () => {
    const lengths = fc.oneof(fc.nat(70_000), fc.constantFrom(...Object.keys(WEIRD)));
    const formats = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(undefined, undefined, ...DTYPES) },
      { weight: 1, arbitrary: fc.constantFrom(...Object.keys(WEIRD)) },
    );
    const asked = fc.array(fc.tuple(lengths, formats), { minLength: 1, maxLength: 8 });
    const allocs = fc.property(asked, (asked) => {
      const { runtime } = new World(backend, HEAPS[0], 0);
      const start = runtime.alloc(0).byteOffset;
      let end = start;
      for (const [spec, format] of asked) {
        const length = typeof spec === "number" ? spec : WEIRD[spec]();
        const dtype = format !== undefined && format in WEIRD ? WEIRD[format]() : format;
        const right = dtype === undefined || dtype === "float16" || dtype === "bfloat16";
        let view: Float32Array | Uint16Array | undefined;
        try {
          view = runtime.alloc(length as number, dtype as Dtype);
        } catch (error) {
          const { message, constructor: type } = error as Error;
          const good = Number.isInteger(length) && (length as number) >= 0;
          const [value, usual] = good && !right ? [dtype, "string"] : [length, "number"];
          expect(type).toBe(typeof value === usual ? RangeError : TypeError);
          expect(message).toMatch(
            !good
              ? /^alloc: "length" expected .*, got /
              : right
                ? /^alloc: "length" expected at most \d+ floats \(/
                : /^alloc: "dtype" expected "float16" or "bfloat16", got /,
          );
          const each = dtype === undefined ? 4 : 2;
          if (good && right) expect(end + each * (length as number)).toBeGreaterThan(65536 - 16384 - 32);
          continue;
        }
        expect(right, "taken").toBe(true);
        expect([view.length, view.byteOffset]).toEqual([length === 0 ? 0 : length, end]);
        expect(view.constructor).toBe(dtype === undefined ? Float32Array : Uint16Array);
        expect(view.every((v) => Object.is(v, 0))).toBe(true);
        view.fill(dtype === undefined ? Number.NaN : 0xffff);
        end = runtime.alloc(0).byteOffset;
        expect(end).toBeGreaterThanOrEqual(view.byteOffset + view.byteLength);
      }
      runtime.free();
      expect(runtime.alloc(0).byteOffset).toBe(start);
    });
    check(`${backend} alloc`, allocs, 50);
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
        expect(message).toMatch(/^createRuntime: "(backend|heapBytes|module)" expected .*, got /);
      }
    });
    check(`${backend} createRuntime`, runtimes, 20);
  });
});

afterAll(() => {
  console.log(`fuzz: seed ${SEED}, ${count.returned} calls returned, ${count.refused} were refused`);
});

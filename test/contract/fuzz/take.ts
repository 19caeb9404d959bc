/** One call, made and judged. */
import type { Backend } from "../../../src/index";
import { build, type CallSpec, type Expectation, type Fuzzed, Mine, type Spoil } from "./calls";
import type { World } from "./world";

export interface Step {
  readonly fuzzed: Fuzzed;
  readonly spec: CallSpec;
  readonly spoiled: readonly Spoil[];
}

export const count = { returned: 0, refused: 0 };

/** The argument that an error of ours names, also by a part of it ("bias[2].tokens"); undefined where it is none of ours. */
export function namedBy(error: unknown, fn: string): string | undefined {
  const { message, constructor: type } = error as Error;
  if (type !== TypeError && type !== RangeError) return undefined;
  const [, of, name] =
    /^(\w+): "(\w+)(?:\[\d+\])?(?:\.\w+)?" (?:(?:and "\w+" )?expected .*, got |is no option)/s.exec(message) ?? [];
  return of === fn ? name : undefined;
}

/** Makes the call. @throws {Error} saying what is wrong with what came of it */
export function take(world: World, backend: Backend, { fuzzed, spec, spoiled }: Step): void {
  const { args, expectation, throws, foreign } = build(world, fuzzed, spec, spoiled);
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
    const failure = expectation.failure(world.plain(result));
    if (failure !== undefined) throw new Error(`${label}: ${failure}`);
  } else if (!(error instanceof Mine && throws)) {
    count.refused++;
    judgeRefusal(label, fuzzed, error, world.exchanged ? undefined : expectation, foreign);
  }
  const damage = world.damage(error === undefined ? (expectation?.outputs ?? []) : []);
  if (damage !== undefined) throw new Error(`${label}: ${damage}`);
}

function judgeRefusal(
  label: string,
  { name: fn, positional, options }: Fuzzed,
  error: unknown,
  expectation: Expectation,
  foreign: readonly string[],
): void {
  const named = namedBy(error, fn);
  if (named === undefined || ![...positional, ...options, ...foreign, "options"].includes(named)) {
    throw new Error(`${label} threw ${String(error)}`, { cause: error });
  }
  const { message } = error as Error;
  const excused = expectation?.either || (expectation?.mayRefuse && /left of the heap/.test(message));
  if (expectation !== undefined && !excused) throw new Error(`${label} refused good arguments: ${message}`);
}

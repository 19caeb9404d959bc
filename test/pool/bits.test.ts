/** A pool's results have the bits of the plain functions, however the work is cut, and whatever memory the arrays are in. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Pool, PoolFunctions } from "../../src/pool";
import { LIMITS } from "../../src/pool/budget";
import { BACKENDS, runtimeOf } from "../judge/backends";
import type { Values } from "../judge/everyCall";
import { type Arguments, CALLS, type Name, writtenBy } from "./calls";
import { open, share } from "./pools";

type AnyFunction = (...args: unknown[]) => unknown;
const call = (functions: object, fn: Name, args: unknown[]): unknown =>
  (functions as Record<Name, AnyFunction>)[fn](...args);
const asItIs = <Array extends Values>(values: Array): Array => values;

/** How calls are cut, as [longest unit in nanoseconds, queries, columns]: LIMITS. */
const CUTS = [
  [1, 1, 4],
  [400, 1, 8],
  [20_000, 30, 5],
] as const;

describe.each(BACKENDS)("%s", (backend) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = await open(backend);
    LIMITS.small = 0;
  });

  it("has two workers, and shared memory", () => {
    expect(pool.mode).toEqual({ kind: "shared", reason: "", threads: 2 });
    expect(pool.backend).toBe(backend);
  });

  it.each(CALLS.map(([fn, label, args]) => [`${fn}: ${label}`, fn, args] as const))("%s", async (_, fn, args) => {
    const plain = args(asItIs);
    const want = writtenBy(plain, call(runtimeOf(backend), fn, plain));
    const check = (
      given: Arguments,
      array: Parameters<Arguments>[0],
      functions: PoolFunctions<"value" | "promise">,
    ) => {
      const own = given(array);
      const result = call(functions, fn, own);
      return Promise.resolve(result).then((value) => expect(writtenBy(own, value)).toEqual(want));
    };
    for (const [longest, block, columns] of CUTS) {
      Object.assign(LIMITS, { shortest: longest, longest, block, columns });
      await check(args, share, pool as never);
      await check(args, asItIs, pool as never);
      await check(args, share, pool.sync as never);
      await check(args, asItIs, pool.sync as never);
    }
  });
});

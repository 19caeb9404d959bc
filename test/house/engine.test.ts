import { expect, inject, it } from "vitest";
import { BACKENDS, ENGINE } from "../judge/backends";

declare module "vitest" {
  interface ProvidedContext {
    /** The engine that the test script started, such as "Node 24, unfused"; undefined where vitest was started by hand. */
    engine: string | undefined;
  }
}

it("the engine is the one that was started", () => {
  const version = globalThis.navigator?.userAgent ?? `Node ${process.version}`; // Node 20 has no navigator
  console.log(`${version}: ${BACKENDS.join(", ")}`);
  const [started = ENGINE] = inject("engine")?.split(", ") ?? [];
  expect(ENGINE).toBe(started);
});

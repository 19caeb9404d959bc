/** Checks of a call that must be refused: its error, and that nothing else changed. */
import { expect } from "vitest";
import type { Runtime } from "../../src/index";

export function errorOf(run: () => unknown): Error {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    return error as Error;
  }
  return expect.fail(`no error; the result is ${String(result)}`);
}

export type Wanted = [type: ErrorConstructor, message: string];

export function expectError(run: () => unknown, ...[type, message]: Wanted): void {
  const error = errorOf(run);
  expect(error.message).toBe(message);
  expect(error.constructor, error.message).toBe(type);
}

/** Floats that alloc can still give out, read from its own error message. */
export function floatsFree({ alloc }: Runtime): number {
  const { message } = errorOf(() => alloc(2 ** 40));
  const free = /^alloc: "length" expected at most (\d+) floats/.exec(message);
  return free ? Number(free[1]) : expect.fail(message);
}

/** The view, after its buffer was transferred away. */
export function detached<A extends ArrayBufferView>(view: A): A {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
  return view;
}

/** A revoked Proxy of an object. */
export function revoked<T extends object>(target: T): T {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

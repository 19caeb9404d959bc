/** Errors that only the functions with exact zeros have, whole messages. */
import { describe, expect, it } from "vitest";
import { BACKENDS, runtimeOf } from "../judge/backends";

const x = Float32Array.of(1, 2, 3, 4, 5, 6);
const nan = Number.NaN;

describe.each(BACKENDS)("errors of exact zeros on %s", (backend) => {
  const { sparsemax, entmax15, entmax } = runtimeOf(backend);
  const functions = {
    sparsemax,
    entmax15,
    entmax: (v: Float32Array, options: object) => entmax(v, { alpha: 1.3, ...options }),
    "entmax at 1": (v: Float32Array, options: object) => entmax(v, { ...options, alpha: 1 }),
  };
  const refuse = (fn: string, call: () => unknown, error: ErrorConstructor, message: string) => {
    let thrown: unknown;
    try {
      call();
    } catch (e) {
      thrown = e;
    }
    expect(thrown).toBeInstanceOf(error);
    expect((thrown as Error).message).toBe(`${fn.split(" ")[0]}: ${message}`);
  };

  it.each(Object.keys(functions) as (keyof typeof functions)[])("%s refuses a support that does not fit", (name) => {
    const f = functions[name];
    const shape = [2, 3];
    const type = (support: unknown, got: string) =>
      refuse(name, () => f(x, { shape, support } as object), TypeError, `"support" expected a Uint32Array, got ${got}`);
    type([0, 0], "Array");
    type(new Float32Array(2), "Float32Array");
    type(null, "null");
    type(2, "number 2");
    const length = (support: Uint32Array, got: number, options: object) =>
      refuse(
        name,
        () => f(x, { ...options, support }),
        RangeError,
        `"support" expected length ${got} (one entry a row), got 4`,
      );
    length(new Uint32Array(4), 2, { shape });
    length(new Uint32Array(4), 3, { shape, axis: 0 });
    length(new Uint32Array(4), 1, {});
  });

  it("refuses a support in the memory of x or out, and writes nothing", () => {
    const { buffer } = new Float32Array(20);
    const [a, b] = [new Float32Array(buffer, 0, 6), new Float32Array(buffer, 32, 6)];
    a.set(x);
    const apart = (at: number, name: string, from: number, to: number) =>
      refuse(
        "sparsemax",
        () => sparsemax(a, { shape: [2, 3], out: b, support: new Uint32Array(buffer, at, 2) }),
        RangeError,
        `"support" expected memory apart from ${name}'s, got bytes ${at} to ${at + 8} of the buffer where ${name} has ${from} to ${to}`,
      );
    apart(0, "x", 0, 24);
    apart(20, "x", 0, 24);
    apart(28, "out", 32, 56);
    apart(52, "out", 32, 56);
    expect([...b]).toEqual([0, 0, 0, 0, 0, 0]);
    sparsemax(a, { shape: [2, 3], out: b, support: new Uint32Array(buffer, 24, 2) });
    expect([...new Uint32Array(buffer, 24, 2)]).toEqual([1, 1]);
  });

  it("refuses an alpha that is none", () => {
    const range = (alpha: number) =>
      refuse("entmax", () => entmax(x, { alpha }), RangeError, `"alpha" expected a finite number >= 1, got ${alpha}`);
    for (const alpha of [0.999, 0, -1, -Infinity, Infinity, nan]) range(alpha);
    const type = (alpha: unknown, got: string) =>
      refuse("entmax", () => entmax(x, { alpha } as never), TypeError, `"alpha" expected a number, got ${got}`);
    type("2", "string");
    type(undefined, "undefined");
    type(null, "null");
    refuse("entmax", () => entmax(x, undefined as never), TypeError, '"options" expected an object, got undefined');
    refuse("entmax", () => entmax(x, null as never), TypeError, '"options" expected an object, got null');
  });

  it("checks x, shape, axis, temperature, mask and out as softmax does", () => {
    for (const [name, f] of Object.entries(functions)) {
      refuse(name, () => f(x, { out: new Float32Array(5) }), RangeError, '"out" expected length 6, got 5');
      refuse(
        name,
        () => f(x, { shape: [4, 2] }),
        RangeError,
        '"shape" expected sizes whose product is x.length = 6, got [4, 2] = 8',
      );
      const numbers = '"x" expected a Float32Array or an array of numbers, got';
      refuse(name, () => f("123" as never, {}), TypeError, `${numbers} string`);
      const half = Uint16Array.of(0x3c00, 0x4000, 0x4200);
      const hint = '(bits of floats? say which: dtype "float16" or "bfloat16")';
      refuse(name, () => f(half as never, {}), TypeError, `${numbers} Uint16Array ${hint}`);
      for (const temperature of [-1, nan, Infinity]) {
        const message = `"temperature" expected a finite number >= 0, got ${temperature}`;
        refuse(name, () => f(x, { temperature }), RangeError, message);
      }
      refuse(name, () => f(x, { temperature: "1" as never }), TypeError, '"temperature" expected a number, got string');
      refuse(name, () => f(x, { mask: [1] as never }), TypeError, '"mask" expected a Uint8Array, got Array');
      const mask = new Uint8Array(5);
      refuse(name, () => f(x, { mask }), RangeError, '"mask" expected length 6 (as x), got 5');
    }
  });
});

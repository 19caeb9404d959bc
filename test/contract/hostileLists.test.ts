/** Lists of numbers that are not what they seem: what runs when an element is asked for, and what a list says of itself. */
import { describe, expect, it } from "vitest";
import type { Runtime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { detached, errorOf, expectError } from "../judge/refusal";

/** A Proxy of [2, 3] that says it has another length. */
const ofLength = (length: unknown): never =>
  new Proxy([2, 3], { get: (list, key) => (key === "length" ? length : Reflect.get(list, key)) }) as never;

describe.each(BACKENDS)("hostile lists on %s", (backend) => {
  const runtime: Runtime = runtimeOf(backend);
  const { softmax, logSumExp, entropy, attention } = runtime;
  const x = Float32Array.of(1, 2, 3, 4, 5, 6);

  it("asks for every number once", () => {
    let reads = 0;
    const list = (values: number[]): number[] =>
      new Proxy(values, {
        get(target, key, receiver) {
          if (typeof key === "string" && /^\d+$/.test(key)) reads++;
          return Reflect.get(target, key, receiver);
        },
      });
    softmax(list([1, 2, 3, 4, 5, 6]), { shape: list([2, 3]), axis: 1 });
    expect(reads).toBe(8);
    reads = 0;
    attention(x, x, x, {
      headDim: 2,
      mask: new Uint8Array(9),
      maskShape: list([1, 1, 3, 3]) as never,
      window: list([1, 1]) as never,
    });
    expect(reads).toBe(6);
  });

  it("looks at lengths when a list can no longer change them", () => {
    const mine = x.slice();
    const shape = [2, 3];
    Object.defineProperty(shape, 1, { get: () => detached(mine).length + 3 });
    expectError(
      () => softmax(mine, { shape }),
      TypeError,
      'softmax: "x" expected a live array, got one whose buffer is detached',
    );
    const out = new Float32Array(2);
    const list = {
      length: 2,
      0: 1,
      get 1() {
        return detached(out).length;
      },
    };
    expectError(
      () => softmax(list, { out }),
      TypeError,
      'softmax: "out" expected a live array, got one whose buffer is detached',
    );
  });

  it("looks at q and k again when v was a list", () => {
    for (const key of ["q", "k"] as const) {
      const arrays = { q: x.slice(), k: x.slice() };
      const v = [0, 2, 3, 4, 5, 6];
      Object.defineProperty(v, 0, { get: () => detached(arrays[key]).length });
      const message = `attention: "${key}" expected a live array, got one whose buffer is detached`;
      expectError(() => attention(arrays.q, arrays.k, v, { headDim: 2 }), TypeError, message);
    }
  });

  it.each<[unknown, ErrorConstructor, string]>([
    [{ length: 1e12 }, RangeError, '"x" expected a length that this host has memory for, got 1000000000000'],
    [{ length: 2 ** 53 - 1 }, RangeError, '"x" expected a length that this host has memory for, got 9007199254740991'],
    [{ length: 2 ** 53 }, TypeError, '"x" expected a Float32Array or an array of numbers, got Object'],
    [[1, { valueOf: () => 2 }], TypeError, '"x" expected numbers, got Object at index 1'],
    [[1, Symbol("2")], TypeError, '"x" expected numbers, got symbol at index 1'],
    [new Array(3), TypeError, '"x" expected numbers, got undefined at index 0'],
  ])("x: %o", (list, type, message) => {
    expectError(() => softmax(list as number[]), type, `softmax: ${message}`);
  });

  it.each<[length: unknown, type: ErrorConstructor, expected: string, got: string]>([
    [1e12, RangeError, "a list of at most 32", "a list of 1000000000000"],
    [33, RangeError, "a list of at most 32", "a list of 33"],
    [-1, TypeError, "an array of sizes", "one whose length is number -1"],
    [Number.NaN, TypeError, "an array of sizes", "one whose length is number NaN"],
    ["2", TypeError, "an array of sizes", "one whose length is string"],
  ])("refuses a list of sizes that says it has the length %s", (length, type, expected, got) => {
    const sizes = ofLength(length);
    const refused = (name: string, call: () => unknown, of = expected): void =>
      expectError(call, type, `${name} expected ${of}, got ${got}`);
    const mask = new Uint8Array(9);
    const ofWindow = expected.replace("an array of sizes", "a number or [left, right]");
    refused('softmax: "shape"', () => softmax(x, { shape: sizes }));
    refused('topK: "shape"', () => runtime.topK(x, 1, { shape: sizes }));
    refused('attention: "maskShape"', () => attention(x, x, x, { headDim: 2, mask, maskShape: sizes }));
    refused('attention: "window"', () => attention(x, x, x, { headDim: 2, window: sizes }), ofWindow);
  });

  it("takes a shape of 32 axes", () => {
    const shape = [...new Array(30).fill(1), 2, 3];
    expect(softmax(x, { shape })).toEqual(softmax(x, { shape: [2, 3] }));
  });

  it("does not ask what is no number for its value", () => {
    const odd = {
      [Symbol.toPrimitive]: () => {
        throw new Error("asked");
      },
    };
    const calls: Record<string, (options: object) => unknown> = {
      temperature: (options) => softmax(x, options),
      axis: (options) => softmax(x, { shape: [2, 3], ...options }),
      alpha: (options) => runtime.entmax(x, options as { alpha: number }),
      valueDim: (options) => runtime.mergeAttention(x, x, x, x, options as { valueDim: number }),
    };
    for (const option of [
      "headDim",
      "heads",
      "kvHeads",
      "batch",
      "scale",
      "queryOffset",
      "softcap",
      "window",
      "causal",
      "layout",
    ]) {
      calls[option] = (options) => attention(x, x, x, { headDim: 2, ...options });
    }
    for (const [option, call] of Object.entries(calls)) {
      const error = errorOf(() => call({ [option]: odd }));
      expect([error.constructor, error.message]).toEqual([
        TypeError,
        expect.stringMatching(`^\\w+: "${option}" expected .*, got Object$`),
      ]);
    }
  });

  it("refuses results that no host has memory for", () => {
    const shape = [0, 2 ** 53 - 1];
    const message = '"out" expected a length that this host has memory for, got 9007199254740991';
    expectError(() => logSumExp([], { shape, axis: 0 }), RangeError, `logSumExp: ${message}`);
    expectError(() => entropy([], { shape, axis: 0 }), RangeError, `entropy: ${message}`);
    expectError(
      () => attention(x, [], [], { headDim: 1, valueDim: 1.5e15 }),
      RangeError,
      `attention: ${message.replace("9007199254740991", "9000000000000000")}`,
    );
  });

  it("says of a list what is wrong with it, whatever is in it", () => {
    const odd = [Symbol("1"), 1];
    expectError(
      () => softmax(x, { shape: odd as never, axis: 7 }),
      TypeError,
      'softmax: "shape" expected numbers, got symbol at index 0',
    );
    const options = { headDim: 2, bias: x, biasShape: odd as never, window: undefined };
    expectError(
      () => attention(x, x, x, options),
      TypeError,
      'attention: "biasShape" expected numbers, got symbol at index 0',
    );
    const window = [Object.create(null), 1] as never;
    expectError(
      () => attention(x, x, x, { headDim: 2, window }),
      TypeError,
      'attention: "window" expected numbers, got Object at index 0',
    );
    expectError(
      () => attention(x, x, x, { headDim: 2, mask: new Uint8Array(9), maskShape: "1133" as never }),
      TypeError,
      'attention: "maskShape" expected an array of sizes, got string',
    );
  });
});

/** softmax-wasm/js: the JavaScript backend of the main door. That it has none of its WebAssembly: arrows.test.ts. */
import { describe, expect, it } from "vitest";
import * as mainDoor from "../../src/index";
import * as door from "../../src/js";
import { random } from "../judge/random.mjs";

const next = random(17);
const X = Float32Array.from({ length: 5000 }, () => 20 * next() - 10);
const MASK = Uint8Array.from({ length: 5000 }, () => (next() < 0.8 ? 1 : 0));
const CALLS: [label: string, mainDoor.SoftmaxOptions][] = [
  ["a row", {}],
  ["rows", { shape: [50, 100] }],
  ["columns at a temperature", { shape: [50, 100], axis: 0, temperature: 0.7 }],
  ["a middle axis with a mask", { shape: [10, 50, 10], axis: 1, mask: MASK }],
  ["temperature 0 with a shared mask", { shape: [50, 100], temperature: 0, mask: MASK.subarray(0, 100) }],
];

const bits = (y: Float32Array): number[] => [...new Uint32Array(y.slice().buffer)];

describe("softmax-wasm/js", () => {
  const main = mainDoor.createRuntime({ backend: "js" });

  it("is the backend js", () => {
    expect(door.backend()).toBe("js");
    const runtime = door.createRuntime();
    expect(runtime.backend).toBe("js");
    expect(runtime.rejected).toEqual([]);
  });

  it.each(CALLS)("gives the bits of the main door's JavaScript: %s", (_, options) => {
    const own = door.createRuntime({ heapBytes: 65536 });
    for (const on of [door, own]) {
      expect(bits(on.softmax(X, options))).toEqual(bits(main.softmax(X, options)));
      expect(bits(on.logSoftmax(X, options))).toEqual(bits(main.logSoftmax(X, options)));
      expect(bits(on.logSumExp(X, options))).toEqual(bits(main.logSumExp(X, options)));
      expect(bits(on.entropy(X, options))).toEqual(bits(main.entropy(X, options)));
      expect(bits(on.hardmax(X, options))).toEqual(bits(main.hardmax(X, options)));
    }
  });

  it("gives one number for one row", () => {
    expect(door.logSumExp(X)).toBe(main.logSumExp(X));
    expect(door.logSumExp([])).toBe(-Infinity);
    expect(door.entropy(X)).toBe(main.entropy(X));
    expect(door.entropy([])).toBe(0);
  });

  it.each<[unknown, ErrorConstructor, string]>([
    [{ heapBytes: 0 }, RangeError, '"heapBytes" expected more than 0 and at most 1073741824, got 0'],
    [{ heapBytes: "1" }, TypeError, '"heapBytes" expected a number, got string'],
    [{ backend: "wasm" }, RangeError, '"backend" expected "auto" or "js" of softmax-wasm/js, got "wasm"'],
    [null, TypeError, '"options" expected an object, got null'],
    [5, TypeError, '"options" expected an object, got number 5 (did you mean { heapBytes: 5 }?)'],
  ])("createRuntime(%o) says what is wrong", (options, type, message) => {
    expect(() => door.createRuntime(options as { heapBytes?: number })).toThrow(new type(`createRuntime: ${message}`));
  });

  it("has the main door's names", () => {
    expect(Object.keys(door).sort()).toEqual(Object.keys(mainDoor).sort());
  });
});

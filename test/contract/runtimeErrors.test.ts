/** Errors of createRuntime and alloc, whole messages; and that everything works on. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime, type RuntimeOptions, type Softmax, softmax } from "../../src/index";
import * as jsDoor from "../../src/js";
import { embeddedBinary } from "../../src/wasm";
import { ROWS_BINARY } from "../../src/wasm/binaries/rows";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { foreign } from "../judge/realm";
import { expectError, floatsFree } from "../judge/refusal";

function expectRight(f: Softmax): void {
  f([1, 2, 3]).forEach((y, i) => {
    expect(y, "after the error").toBeCloseTo([0.09003057, 0.24472847, 0.66524096][i], 6);
  });
}

describe.each(BACKENDS)("errors of alloc on %s", (backend) => {
  const runtime = runtimeOf(backend);

  it.each<[unknown, ErrorConstructor, string]>([
    ["3", TypeError, '"length" expected a number, got string'],
    [undefined, TypeError, '"length" expected a number, got undefined'],
    [3n, TypeError, '"length" expected a number, got bigint'],
    [-1, RangeError, '"length" expected an integer >= 0, got -1'],
    [1.5, RangeError, '"length" expected an integer >= 0, got 1.5'],
    [Number.NaN, RangeError, '"length" expected an integer >= 0, got NaN'],
    [Infinity, RangeError, '"length" expected an integer >= 0, got Infinity'],
  ])("alloc(%s)", (length, type, message) => {
    const freeBefore = floatsFree(runtime);
    expectError(() => runtime.alloc(length as number), type, `alloc: ${message}`);
    expect(floatsFree(runtime)).toBe(freeBefore);
    expectRight(runtime.softmax);
  });

  it("alloc of more than there is", () => {
    runtime.free();
    const all = floatsFree(runtime);
    const refuse = (free: number, taken: number, got: number): void => {
      const state = `${taken} of ${4 * all} bytes are taken; createRuntime({ heapBytes }) makes a larger heap`;
      expectError(
        () => runtime.alloc(got),
        RangeError,
        `alloc: "length" expected at most ${free} floats (${state}), got ${got}`,
      );
    };
    refuse(all, 0, all + 1);
    refuse(all, 0, 2 ** 40);
    runtime.alloc(9); // 36 bytes, and 12 to the next 16-byte boundary
    refuse(all - 12, 48, all - 11);
    expect(runtime.alloc(all - 12).length).toBe(all - 12);
    refuse(0, 4 * all, 1);
    expectRight(runtime.softmax);
    runtime.free();
    expect(floatsFree(runtime)).toBe(all);
  });
});

describe("errors of createRuntime", () => {
  const NAMES = '"backend" expected "auto", "wasm-relaxed", "wasm" or "js", got';
  const BYTES = '"heapBytes" expected more than 0 and at most 1073741824, got';
  const HINT = '"auto" takes the best one that does, "js" runs everywhere';
  const FAKE = '"module" expected a WebAssembly.Module or a list of them, got WebAssembly.Module';
  const emptyModule = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));

  it.each<[unknown, ErrorConstructor, string]>([
    [null, TypeError, '"options" expected an object, got null'],
    [5, TypeError, '"options" expected an object, got number 5 (did you mean { heapBytes: 5 }?)'],
    ["wasm", TypeError, '"options" expected an object, got string'],
    [{ backend: "simd" }, RangeError, `${NAMES} "simd"`],
    [{ backend: "" }, RangeError, `${NAMES} ""`],
    [{ backend: "WASM" }, RangeError, `${NAMES} "WASM"`],
    [{ backend: null }, TypeError, `${NAMES} null`],
    [{ backend: 3 }, TypeError, `${NAMES} number 3`],
    [{ backend: 3n }, TypeError, `${NAMES} bigint`],
    [{ backend: ["js"] }, TypeError, `${NAMES} Array`],
    [{ heapBytes: "65536" }, TypeError, '"heapBytes" expected a number, got string'],
    [{ heapBytes: 65536n }, TypeError, '"heapBytes" expected a number, got bigint'],
    [{ heapBytes: 0 }, RangeError, `${BYTES} 0`],
    [{ heapBytes: -65536 }, RangeError, `${BYTES} -65536`],
    [{ heapBytes: Number.NaN }, RangeError, `${BYTES} NaN`],
    [{ heapBytes: Infinity }, RangeError, `${BYTES} Infinity`],
    [{ heapBytes: 1073741825 }, RangeError, `${BYTES} 1073741825`],
    [{ module: null }, TypeError, '"module" expected a WebAssembly.Module or a list of them, got null'],
    [{ module: "rows.wasm" }, TypeError, '"module" expected a WebAssembly.Module or a list of them, got string'],
    [
      { module: new Uint8Array(8) },
      TypeError,
      '"module" expected a WebAssembly.Module or a list of them, got Uint8Array',
    ],
    [{ module: Object.create(WebAssembly.Module.prototype) }, TypeError, FAKE],
  ])("of %o", (options, type, message) => {
    expectError(() => createRuntime(options as RuntimeOptions), type, `createRuntime: ${message}`);
    expectRight(softmax);
  });

  it("of a list that says it has 1e12 modules", () => {
    const module = new Proxy([], { get: (list, key) => (key === "length" ? 1e12 : Reflect.get(list, key)) });
    const message = '"module" expected a list of at most 32, got a list of 1000000000000';
    expectError(() => createRuntime({ module }), RangeError, `createRuntime: ${message}`);
  });

  it("takes a module of another realm", () => {
    const module = new foreign.WebAssembly.Module(embeddedBinary("wasm", ROWS_BINARY));
    const runtime = createRuntime({ module });
    expect(runtime.backend).toBe("wasm");
    expectRight(runtime.softmax);
  });

  it("of a module that is not this package's, or of another version of it", () => {
    const expected = 'createRuntime: "module" expected rows.wasm or another binary of this version of softmax-wasm';
    for (const backend of ["auto", "wasm"] as const) {
      const start = (): Runtime => createRuntime({ module: emptyModule, backend });
      expectError(start, RangeError, `${expected}, got one without relaxed`);
    }
    const bytes = embeddedBinary("wasm", ROWS_BINARY);
    const name = [..."\x07softmax\x00"].map((c) => c.charCodeAt(0));
    bytes[bytes.findIndex((_, i) => name.every((c, j) => bytes[i + j] === c)) + 7] += 1; // softmay
    const older = new WebAssembly.Module(bytes);
    expectError(() => createRuntime({ module: older }), RangeError, `${expected}, got one without softmax`);
  });

  it('of "wasm-relaxed" where the engine lacks it; elsewhere it works', () => {
    const start = (): Runtime => createRuntime({ backend: "wasm-relaxed" });
    if (BACKENDS.includes("wasm-relaxed")) {
      expect(start().backend).toBe("wasm-relaxed");
      expectRight(start().softmax);
      return;
    }
    const reason = "this engine has no WebAssembly relaxed SIMD";
    expectError(
      start,
      Error,
      `createRuntime: "backend" expected one that runs here, got "wasm-relaxed" (${reason}); ${HINT}`,
    );
    expectRight(softmax);
  });
});

describe("errors of createRuntime from softmax-wasm/js", () => {
  const NAMES = '"backend" expected "auto" or "js" of softmax-wasm/js, got';
  it.each<[unknown, ErrorConstructor, string]>([
    [{ backend: "wasm" }, RangeError, `${NAMES} "wasm"`],
    [{ backend: 3n }, TypeError, `${NAMES} bigint`],
    [{ backend: Symbol("js") }, TypeError, `${NAMES} symbol`],
    [{ backend: null }, TypeError, `${NAMES} null`],
  ])("of %o", (options, type, message) => {
    expectError(() => jsDoor.createRuntime(options as object), type, `createRuntime: ${message}`);
    expectRight(jsDoor.softmax);
  });
});

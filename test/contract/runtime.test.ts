/** Which backend runs, on whose memory, and what kinds of arrays it takes. */
import { describe, expect, it } from "vitest";
import attention from "../../build/attention.wasm?bytes";
import attentionRelaxed from "../../build/attention-relaxed.wasm?bytes";
import rows from "../../build/rows.wasm?bytes";
import rowsRelaxed from "../../build/rows-relaxed.wasm?bytes";
import sparse from "../../build/sparse.wasm?bytes";
import sparseRelaxed from "../../build/sparse-relaxed.wasm?bytes";
import vocabulary from "../../build/vocabulary.wasm?bytes";
import vocabularyRelaxed from "../../build/vocabulary-relaxed.wasm?bytes";
import { type Candidate, startEngines } from "../../src/engines";
import {
  backend,
  createRuntime,
  entropy,
  type FloatInput,
  hardmax,
  logSoftmax,
  logSumExp,
  type Runtime,
  type SoftmaxOptions,
  softmax,
} from "../../src/index";
import { jsEngine } from "../../src/js/index";
import { runtimeOn } from "../../src/runtime";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { SOURCES } from "../judge/engines";
import { random } from "../judge/random.mjs";
import { foreign } from "../judge/realm";

type Functions = Pick<Runtime, "softmax" | "logSoftmax" | "logSumExp" | "entropy" | "hardmax">;
type Name = keyof Functions;
type Call = (x: FloatInput, options: SoftmaxOptions) => Float32Array;
const NAMES: readonly Name[] = ["softmax", "logSoftmax", "logSumExp", "entropy", "hardmax"];

const SHAPE = [3, 37];
const next = random(2);
const X = Float32Array.from({ length: 111 }, () => 20 * next() - 10);
const MASK = Uint8Array.from({ length: 111 }, () => (next() < 0.7 ? 1 : 0));

const bits = (y: Float32Array): number[] => [...new Uint32Array(y.slice().buffer)];

/** Bits of what every function gives. */
function results(on: Functions, x: FloatInput, options: SoftmaxOptions): Record<Name, number[]> {
  const of = (name: Name): number[] => bits((on[name] as Call)(x, options));
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as Record<Name, number[]>;
}

describe("the default runtime", () => {
  it("is the best backend of this host", () => {
    expect(backend()).toBe(BACKENDS[0]);
  });

  it("computes what a runtime of one's own does", () => {
    const doors = { softmax, logSoftmax, logSumExp, entropy, hardmax };
    const own = runtimeOf(BACKENDS[0]);
    expect(results(doors, X, { shape: SHAPE, mask: MASK })).toEqual(results(own, X, { shape: SHAPE, mask: MASK }));
    expect(logSumExp(X)).toBe(own.logSumExp(X));
    expect(entropy(X)).toBe(own.entropy(X));
    expect(bits(softmax(X))).toEqual(bits(own.softmax(X)));
  });
});

describe("createRuntime", () => {
  it.each([undefined, {}, { backend: undefined }, { backend: "auto" as const }])("takes the best for %o", (options) => {
    const runtime = createRuntime(options);
    expect(runtime.backend).toBe(BACKENDS[0]);
    const reason = "this engine has no WebAssembly relaxed SIMD";
    expect(runtime.rejected).toEqual(BACKENDS[0] === "wasm-relaxed" ? [] : [{ backend: "wasm-relaxed", reason }]);
  });

  it.each(BACKENDS)("takes %s by name", (name) => {
    const runtime = createRuntime({ backend: name });
    expect(runtime.backend).toBe(name);
    expect(runtime.rejected).toEqual([]);
  });

  it.each([
    [1, 65536],
    [0.5, 65536],
    [Number.MIN_VALUE, 65536],
    [65536, 65536],
    [65537, 131072],
    [8388608, 8388608],
    [undefined, 8388608],
  ])("rounds heapBytes: %s up to whole pages", (heapBytes, bytes) => {
    for (const name of BACKENDS) {
      expect(createRuntime({ backend: name, heapBytes }).alloc(1).buffer.byteLength).toBe(bytes);
    }
  });
});

describe("createRuntime with a module", () => {
  const mismatch = (wanted: string, given: string): Error =>
    new RangeError(`createRuntime: "module" expected the binary of backend "${wanted}", got that of "${given}"`);

  const FILES = [
    ["wasm", rows, [sparse, attention, vocabulary]] as const,
    ["wasm-relaxed", rowsRelaxed, [sparseRelaxed, attentionRelaxed, vocabularyRelaxed]] as const,
  ].filter(([name]) => BACKENDS.includes(name));
  const compiled = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module => new WebAssembly.Module(bytes);

  it.each(FILES)("is %s for that binary of the rows", (name, bytes) => {
    const module = compiled(bytes);
    for (const asked of ["auto", name] as const) {
      const runtime = createRuntime({ module, backend: asked });
      expect(runtime.backend).toBe(name);
      expect(results(runtime, X, { shape: SHAPE })).toEqual(results(runtimeOf(name), X, { shape: SHAPE }));
      const expected = `createRuntime: "module" expected one on which the functions of "sparse" run, got "${name}" (none is sparse.wasm or sparse-relaxed.wasm)`;
      for (let i = 0; i < 2; i++) expect(() => runtime.sparsemax(X)).toThrow(new Error(expected));
      expect(() => runtime.topK(X, 1)).toThrow('the functions of "vocabulary"');
      expect(() => runtime.attention(X, X, X, { headDim: 111 })).toThrow('the functions of "attention"');
      expect(bits(runtime.softmax(X))).toEqual(bits(runtimeOf(name).softmax(X)));
    }
    const other = name === "wasm" ? "wasm-relaxed" : "wasm";
    expect(() => createRuntime({ module, backend: other })).toThrow(mismatch(other, name));
    expect(() => createRuntime({ module, backend: "js" })).toThrow(
      new RangeError('createRuntime: "module" expected none with backend "js", got a WebAssembly.Module'),
    );
  });

  it.each(FILES)("has every function on %s for all four, in any order", (name, first, others) => {
    const modules = [...others, first].map(compiled);
    const runtime = createRuntime({ module: modules });
    const want = runtimeOf(name);
    for (const on of [(one: Runtime) => one.sparsemax(X), (one: Runtime) => one.attention(X, X, X, { headDim: 37 })]) {
      expect(bits(on(runtime))).toEqual(bits(on(want)));
    }
    expect(runtime.topK(X, 5)).toEqual(want.topK(X, 5));
    expect(results(runtime, X, { shape: SHAPE })).toEqual(results(want, X, { shape: SHAPE }));
    expect(runtime.rejected).toEqual([]);
  });

  it("refuses two of a family, those of two backends, and none", () => {
    const MODULE = 'createRuntime: "module" expected';
    expect(() => createRuntime({ module: [compiled(rows), compiled(sparse), compiled(rows)] })).toThrow(
      new RangeError(`${MODULE} one binary of each family, got two of "rows"`),
    );
    expect(() => createRuntime({ module: [] })).toThrow(
      new RangeError(`${MODULE} a binary of this package, got an empty list`),
    );
    expect(() => createRuntime({ module: [compiled(rows), 3 as unknown as WebAssembly.Module] })).toThrow(
      new TypeError(`${MODULE} a WebAssembly.Module or a list of them, got number 3`),
    );
    if (!BACKENDS.includes("wasm-relaxed")) return;
    expect(() => createRuntime({ module: [compiled(rows), compiled(sparseRelaxed)] })).toThrow(
      mismatch("wasm", "wasm-relaxed"),
    );
  });
});

describe("candidates", () => {
  const good: Candidate = { backend: "js", start: jsEngine };
  const failing = (error: unknown): Candidate => ({
    backend: "wasm-relaxed",
    start: () => {
      throw error;
    },
  });
  const start = (...candidates: Candidate[]): Runtime => runtimeOn(startEngines(candidates, 65536), SOURCES);

  it("passes over a candidate that throws, and says why", () => {
    const runtime = start(failing(new Error("no luck")), failing("a string"), good);
    expect(runtime.backend).toBe("js");
    expect(runtime.rejected).toEqual([
      { backend: "wasm-relaxed", reason: "no luck" },
      { backend: "wasm-relaxed", reason: "a string" },
    ]);
    expect(results(runtime, X, { shape: SHAPE })).toEqual(results(runtimeOf("js"), X, { shape: SHAPE }));
  });

  it("takes the first that passes", () => {
    const unused = failing(new Error("must not be tried"));
    expect(start({ ...good, backend: "wasm" }, unused).rejected).toEqual([]);
  });

  it("throws with every reason when none is left", () => {
    expect(() => start(failing(new Error("no luck")))).toThrow(
      new Error(
        'createRuntime: "backend" expected one that runs here, got "wasm-relaxed" (no luck); ' +
          '"auto" takes the best one that does, "js" runs everywhere',
      ),
    );
    expect(() => start(failing(new Error("no luck")), { ...failing(new Error("no chance")), backend: "js" })).toThrow(
      new Error(
        'createRuntime: "backend" expected one that runs here, got none: "wasm-relaxed" (no luck), "js" (no chance)',
      ),
    );
  });
});

describe.each(BACKENDS)("a runtime on %s", (name) => {
  const runtime = runtimeOf(name);
  const options = { shape: SHAPE, mask: MASK };
  const want = results(runtime, X, options);

  it("has its memory to itself", () => {
    const [a, b] = [createRuntime({ backend: name }), createRuntime({ backend: name })];
    const [inA, inB] = [a.alloc(111), b.alloc(111)];
    expect(inA.buffer).not.toBe(inB.buffer);
    expect(inA.byteOffset).toBe(inB.byteOffset);
    inA.set(X);
    expect([...inB]).toEqual(new Array(111).fill(0));
    a.softmax(inA, { out: inA });
    expect([...inB]).toEqual(new Array(111).fill(0));
  });

  it.each(BACKENDS)("takes x, out and the mask from the heap of a runtime on %s", (other) => {
    const from = createRuntime({ backend: other });
    runtime.alloc(4000).fill(7); // its own memory at the same addresses
    const x = from.alloc(111);
    const home = from.alloc(28);
    const mask = new Uint8Array(home.buffer, home.byteOffset, 111);
    x.set(X);
    mask.set(MASK);
    expect(results(runtime, x, { shape: SHAPE, mask })).toEqual(want);
    for (const f of NAMES) {
      const out = from.alloc(want[f].length);
      expect((runtime[f] as Call)(x, { shape: SHAPE, mask, out })).toBe(out);
      expect(bits(out)).toEqual(want[f]);
    }
    expect(bits(x)).toEqual(bits(X));
    runtime.free();
  });

  it("takes arrays of another realm", () => {
    const x = new foreign.Float32Array(X);
    const mask = new foreign.Uint8Array(MASK);
    expect(x instanceof Float32Array || mask instanceof Uint8Array).toBe(false);
    const shape = foreign.Array.from(SHAPE);
    expect(results(runtime, x, { shape, mask })).toEqual(want);
    expect(results(runtime, foreign.Array.from(X), { shape, mask })).toEqual(want);
    for (const f of NAMES) {
      const out = new foreign.Float32Array(want[f].length);
      expect((runtime[f] as Call)(x, { shape, mask, out })).toBe(out);
      expect(bits(out)).toEqual(want[f]);
    }
  });

  it("takes a mask of another realm beside out in one buffer", () => {
    const buffer = new foreign.ArrayBuffer(112 + 444);
    const mask = new foreign.Uint8Array(buffer, 0, 111);
    const out = new Float32Array(buffer, 112, 111);
    mask.set(MASK);
    expect(bits(runtime.softmax(X, { shape: SHAPE, mask, out }))).toEqual(want.softmax);
  });

  it("takes arrays on shared memory", () => {
    const x = new Float32Array(new SharedArrayBuffer(444));
    const mask = new Uint8Array(new SharedArrayBuffer(111));
    x.set(X);
    mask.set(MASK);
    expect(results(runtime, x, { shape: SHAPE, mask })).toEqual(want);
    for (const f of NAMES) {
      const out = new Float32Array(new SharedArrayBuffer(4 * want[f].length));
      expect((runtime[f] as Call)(x, { shape: SHAPE, mask, out })).toBe(out);
      expect(bits(out)).toEqual(want[f]);
    }
  });

  it.each<[string, ArrayLike<number>]>([
    ["numbers", [0.1, -1e-50, 2, 1 / 3, -0, 16777217]],
    ["numbers beyond float32", [1e39, 1, 2, 3, 4, 5]],
    ["Float64Array", Float64Array.of(0.1, 2.3, -4.5, 1e-300, 6, 7)],
    ["Int16Array", Int16Array.of(1, -2, 3, 0, 5, 2)],
    ["Uint8ClampedArray", Uint8ClampedArray.of(250, 251, 252, 253, 254, 255)],
    ["object with a length", { length: 6, 0: 0.1, 1: 2, 2: -3, 3: 4, 4: 0.5, 5: 1 }],
  ])("takes an array-like: %s", (_, like) => {
    const before = Array.from(like);
    for (const shape of [[6], [2, 3]]) {
      const expected = results(runtime, Float32Array.from(like), { shape });
      expect(results(runtime, like, { shape })).toEqual(expected);
    }
    expect(Array.from(like)).toEqual(before);
  });

  it("works without a receiver", () => {
    const { softmax: f, alloc, free } = runtime;
    const x = alloc(111);
    x.set(X);
    expect(bits(f(x, options))).toEqual(want.softmax);
    free();
  });
});

/** useRuntime: what the plain functions of a door run on. Every one of them is asked for on a runtime that only notes its calls. */
import { describe, expect, it } from "vitest";
import rows from "../../build/rows.wasm?bytes";
import * as door from "../../src/index";
import * as js from "../../src/js";
import * as modules from "../../src/modules";
import * as transformers from "../../src/transformers";
import { BACKENDS } from "../judge/backends";
import { EVERY_CALL } from "../judge/everyCall";
import { expectError, revoked } from "../judge/refusal";

type Call = (...args: readonly unknown[]) => unknown;
const X = Float32Array.of(1, 2, 3);
const WANT = [...door.createRuntime({ backend: "js" }).softmax(X)];
const near = (y: Float32Array): void => y.forEach((v, i) => expect(v).toBeCloseTo(WANT[i], 6));

/** A runtime whose functions give their own name and arguments. */
function noting(backend: door.Backend): door.Runtime {
  const names = EVERY_CALL.map(({ name }) => [name, (...args: unknown[]) => ({ name, args })]);
  return { ...door.createRuntime({ backend, heapBytes: 65536 }), ...Object.fromEntries(names) };
}

describe.each([
  ["softmax-wasm", door],
  ["softmax-wasm/js", js],
] as const)("useRuntime of %s", (_, plain) => {
  it("comes before the first call of a plain function", () => {
    const runtime = door.createRuntime({ backend: "js", heapBytes: 65536 });
    plain.useRuntime(runtime);
    expect(plain.backend()).toBe("js");
    const x = runtime.alloc(3);
    x.set(X);
    expect(plain.softmax(x, { out: x })).toBe(x);
    near(x);
  });

  it("is what every plain function and backend() ask, with all arguments", () => {
    expect(plain.useRuntime(noting("js"))).toBeUndefined();
    for (const { name } of EVERY_CALL) {
      const plainly = plain[name] as Call;
      const args = [1, 2, 3, 4, 5].slice(0, plainly.length);
      expect(plainly(...args)).toEqual({ name, args });
    }
    const functions = Object.keys(plain).filter((name) => EVERY_CALL.some((call) => call.name === name));
    expect(functions.length).toBe(EVERY_CALL.length);
  });

  it.each(BACKENDS)("takes a runtime on %s, one after the other", (backend) => {
    for (const heapBytes of [65536, 1 << 20]) {
      const runtime = door.createRuntime({ backend, heapBytes });
      plain.useRuntime(runtime);
      expect(plain.backend()).toBe(backend);
      expect([...plain.softmax(X)]).toEqual([...runtime.softmax(X)]);
      expect(plain.topK(X, 2)).toEqual(runtime.topK(X, 2));
      expect([...plain.sparsemax(X)]).toEqual([...runtime.sparsemax(X)]);
      expect([...plain.attention(X, X, X, { headDim: 3 })]).toEqual([...runtime.attention(X, X, X, { headDim: 3 })]);
    }
  });

  it("takes a runtime of any door, and what a host makes of one", () => {
    const host = modules.createRuntime({ module: new WebAssembly.Module(rows) });
    const slow = { ...js.createRuntime(), softmax: (() => X) as unknown as door.Softmax };
    for (const runtime of [js.createRuntime(), host, slow]) {
      plain.useRuntime(runtime);
      expect(plain.backend()).toBe(runtime.backend);
      expect([...plain.softmax(X)]).toEqual([...runtime.softmax(X)]);
    }
    plain.useRuntime(host); // rows alone: the others say so, as they do there
    const missing =
      'createRuntime: "module" expected one on which the functions of "sparse" run, got "wasm" (none is sparse.wasm or sparse-relaxed.wasm)';
    expectError(() => plain.sparsemax(X), Error, missing);
    near(plain.softmax(X));
  });

  it.each<[label: string, value: unknown, got: string]>([
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a backend's name", "wasm", "string"],
    ["createRuntime itself", door.createRuntime, "function"],
    ["its options", { heapBytes: 65536 }, "Object whose backend is undefined"],
    ["an array", X, "Float32Array whose backend is undefined"],
    ["a Proxy that was taken back", revoked({}), "a revoked Proxy"],
    ["a door", { ...door }, "Object whose backend is function"],
    ["an older version's", { ...door.createRuntime(), sample: undefined }, "Object whose sample is undefined"],
    ["one without memory", { ...door.createRuntime(), free: null }, "Object whose free is null"],
  ])("refuses %s, and leaves what was in use", (_label, value, got) => {
    plain.useRuntime(noting("js"));
    const message = `useRuntime: "runtime" expected a runtime of createRuntime, got ${got}`;
    expectError(() => plain.useRuntime(value as door.Runtime), TypeError, message);
    expect(plain.hardmax(X)).toEqual({ name: "hardmax", args: [X, undefined] });
  });
});

describe("useRuntime and other doors", () => {
  it("is what softmax-wasm/transformers runs on", () => {
    door.useRuntime(noting("js"));
    expect(transformers.softmax(X)).toEqual({ name: "softmax", args: [X, undefined] });
    expect(transformers.log_softmax(X)).toEqual({ name: "logSoftmax", args: [X, undefined] });
    const sample = (() => ({ index: 2, prob: 1, logProb: 0 })) as unknown as door.Sample;
    const runtime = { ...door.createRuntime({ backend: "js" }), sample };
    door.useRuntime(runtime);
    const sampler = transformers.multinomialSampler({});
    expect(sampler.sample({ dims: [3], data: X })).toEqual([[2n, 0]]);
  });

  it("is a door's own: softmax-wasm/js keeps its runtime", () => {
    js.useRuntime(js.createRuntime());
    door.useRuntime(noting("js"));
    near(js.softmax(X));
    expect(door.softmax(X)).toEqual({ name: "softmax", args: [X, undefined] });
  });

  it("counts from the next call on, also where an option's getter calls it", () => {
    door.useRuntime(door.createRuntime({ backend: "js" }));
    const options = {
      get temperature() {
        door.useRuntime(noting("js"));
        return 1;
      },
    };
    near(door.softmax(X, options));
    expect(door.softmax(X)).toEqual({ name: "softmax", args: [X, undefined] });
  });
});

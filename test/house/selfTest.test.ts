/**
 * A binary that computes wrongly is found out at its family's first call. Wrong for real: one bit of a constant of exp is flipped in
 * the built binary, in one lane, as a broken download or a broken engine might.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PASS_O } from "../../assembly/layout";
import { type Candidate, Engines, startEngines } from "../../src/engines";
import { createRuntime, type Runtime } from "../../src/index";
import { jsEngine } from "../../src/js/index";
import type { Engine, FamilyName, Kernels } from "../../src/kernels";
import { runtimeOn } from "../../src/runtime";
import { instantiate, newMemory, wasmEngine } from "../../src/wasm/index";
import { BACKENDS } from "../judge/backends";
import { engineOf, engineOn, FAMILIES, machineOf, SOURCES, wrapped } from "../judge/engines";

type Wasm = "wasm" | "wasm-relaxed";
const HERE = BACKENDS.filter((backend): backend is Wasm => backend !== "js");
/** Of the table of assembly/exp.ts, each four times, one a lane. */
const CONSTANTS = {
  C1: 0.693147004,
  C2: 0.24022238,
  C3: 0.0555071123,
  C4: 0.00967168529,
  C5: 0.00132696854,
};

const binary = (backend: Wasm, family: FamilyName): Buffer<ArrayBuffer> =>
  readFileSync(new URL(`../../build/${family}${backend === "wasm" ? "" : "-relaxed"}.wasm`, import.meta.url));

/** The binary, the highest bit of the fraction of one constant's lane flipped: between half and twice of what it was. */
function broken(backend: Wasm, family: FamilyName, constant: keyof typeof CONSTANTS, lane: number): WebAssembly.Module {
  const bytes = binary(backend, family);
  const table = Buffer.from(new Float32Array(4).fill(CONSTANTS[constant]).buffer);
  const at = bytes.indexOf(table);
  expect(at).toBeGreaterThan(0);
  expect(bytes.indexOf(table, at + 1)).toBe(-1);
  bytes[at + 4 * lane + 2] ^= 0x40;
  return new WebAssembly.Module(bytes);
}

/** A backend of which one family is such a module, and the rest is right. */
const withModule = (backend: Wasm, family: FamilyName, module: WebAssembly.Module): Candidate => ({
  backend,
  start: (bytes) => {
    const engine = engineOf(backend, bytes);
    const memory = (engine.memory as WebAssembly.Memory | undefined) ?? newMemory(bytes);
    const kernels = ((name, source) =>
      name === family ? { ...instantiate(module, memory) } : engine.kernels(name, source)) as Engine["kernels"];
    return { ...engine, kernels };
  },
});
const js: Candidate = { backend: "js", start: jsEngine };
const start = (...candidates: Candidate[]): Runtime => runtimeOn(startEngines(candidates, 65536), SOURCES);

/** A call of each family, with what it must give. */
const CALLS: Record<FamilyName, (runtime: Runtime) => [got: number, want: number]> = {
  rows: (runtime) => [runtime.softmax([1, 2, 3])[2], 0.66524096],
  sparse: (runtime) => [runtime.sparsemax([1, 1.5, 0])[1], 0.75],
  attention: (runtime) => [
    runtime.attention(Float32Array.of(1), Float32Array.of(1, 1), Float32Array.of(1, 3), { headDim: 1 })[0],
    2,
  ],
  vocabulary: (runtime) => [runtime.topK([1, 3, 2], 1).indices[0], 1],
};

describe.each(HERE)("a %s binary with a constant of exp that is off", (backend) => {
  const REASON = /^self-test: softmax gave [\d.e+-]+ instead of [\d.e-]+$/;

  it.each(Object.keys(CONSTANTS) as (keyof typeof CONSTANTS)[])("is rejected: %s, in any lane", (constant) => {
    for (let lane = 0; lane < 4; lane++) {
      const runtime = start(withModule(backend, "rows", broken(backend, "rows", constant, lane)), js);
      expect(runtime.backend).toBe(backend);
      expect(runtime.rejected).toEqual([]);
      const mine = runtime.alloc(3).fill(1);
      expect(runtime.softmax([1, 2, 3])[2]).toBeCloseTo(0.66524096, 6);
      expect(runtime.softmax(mine)[2]).toBeCloseTo(1 / 3, 6); // in the same memory
      expect(runtime.backend).toBe(backend);
      expect(runtime.rejected).toEqual([{ backend, family: "rows", reason: expect.stringMatching(REASON) }]);
      for (const family of FAMILIES) {
        const [got, want] = CALLS[family](runtime);
        expect(got).toBeCloseTo(want, 6);
      }
      expect(runtime.rejected.length).toBe(1);
    }
  });

  // each family has a table of exp of its own, and must find out by itself
  it.each(
    FAMILIES.filter((family) => family !== "rows").flatMap((family) =>
      Object.keys(CONSTANTS).map((constant) => [family, constant as keyof typeof CONSTANTS] as const),
    ),
  )("is rejected in %s: %s, in any lane", (family, constant) => {
    for (let lane = 0; lane < 4; lane++) {
      const runtime = start(withModule(backend, family, broken(backend, family, constant, lane)), js);
      const [got, want] = CALLS[family](runtime);
      expect(got).toBeCloseTo(want, 6);
      expect(runtime.rejected).toEqual([{ backend, family, reason: expect.stringMatching(/^self-test: /) }]);
    }
  });

  it("throws at each call of the family where nothing is left, and nowhere else", () => {
    const runtime = start(withModule(backend, "rows", broken(backend, "rows", "C3", 1)));
    for (let i = 0; i < 2; i++) {
      for (const call of [() => runtime.softmax([1]), () => runtime.logSumExp([1]), () => runtime.hardmax([1])]) {
        expect(call).toThrow(
          /^createRuntime: "backend" expected one on which the functions of "rows" run, got "wasm(-relaxed)?" \(self-test: softmax gave [\d.]+ instead of [\d.]+\)$/,
        );
      }
      const [got, want] = CALLS.sparse(runtime);
      expect(got).toBeCloseTo(want, 6);
    }
  });

  it("throws as a module, with the reason", () => {
    const module = broken(backend, "rows", "C2", 0);
    for (const asked of ["auto", backend] as const) {
      const runtime = createRuntime({ module, backend: asked });
      expect(() => runtime.softmax([1])).toThrow(/\(self-test: softmax gave [\d.]+ instead of [\d.]+\)$/);
    }
  });

  it("makes way for the next wasm binary", () => {
    const sound: Candidate = { backend: "wasm", start: (bytes, beside) => engineBeside(bytes, beside) };
    const runtime = start(withModule(backend, "rows", broken(backend, "rows", "C1", 2)), sound, js);
    expect(runtime.softmax([1, 2, 3])[2]).toBeCloseTo(0.66524096, 6);
    expect(runtime.rejected.map((r) => [r.backend, r.family])).toEqual([[backend, "rows"]]);
  });

  it("is not seen where nothing is off", () => {
    const runtime = start(withModule(backend, "rows", new WebAssembly.Module(binary(backend, "rows"))), js);
    for (const family of FAMILIES) CALLS[family](runtime);
    expect(runtime.rejected).toEqual([]);
  });
});

const engineBeside = (bytes: number, beside?: Engine): Engine => wasmEngine("wasm", bytes, beside);

/** The kernels by families. */
const machineFamilies = Object.fromEntries(
  FAMILIES.map((name) => [name, SOURCES[name].twin?.(new ArrayBuffer(65536))]),
) as Record<FamilyName, object>;

describe("one wrong float of one kernel", () => {
  /** The JavaScript kernels, but the first number that `kernel` writes is off, or the one that it gives: a float, or attention's sum of values. */
  const off = (kernel: keyof Kernels, by: number): Candidate => ({
    backend: "wasm",
    start: (bytes) => {
      const machine = machineOf("js", bytes);
      const [f32, f64] = [new Float32Array(machine.buffer), new Float64Array(machine.buffer)];
      const u32 = new Uint32Array(machine.buffer);
      return engineOn({
        ...wrapped(machine, (right, name) => (...args) => {
          const result = right(...args);
          if (name !== kernel) return result;
          if (kernel === "logSumExpRow") return (result as number) + by;
          if (kernel === "attentionTiles" || kernel === "attentionRows") f64[u32[(args[0] + PASS_O) >>> 2] >>> 3] += by;
          else f32[args[0] >>> 2] += by;
          return result;
        }),
        backend: "wasm",
      });
    },
  });

  it.each<[keyof Kernels, RegExp]>([
    ["softmaxRow", /^self-test: softmax gave 0\.0509\d* instead of 0\.0499\d*$/],
    ["softmax", /^self-test: softmax across columns gave 0\.0509\d* instead of 0\.0499\d*$/],
    ["logSoftmaxRow", /^self-test: logSoftmax gave -2\.9950\d* instead of -2\.9960\d*$/],
    ["logSoftmax", /^self-test: logSoftmax across columns gave -2\.9950\d* instead of -2\.9960\d*$/],
    ["logSumExpRow", /^self-test: logSumExp gave 4\.2470\d* instead of 4\.2460\d*$/],
    ["logSumExp", /^self-test: logSumExp across columns gave 4\.2470\d* instead of 4\.2460\d*$/],
    ["entropy", /^self-test: entropy gave 1\.9017\d* instead of 1\.9007\d*$/],
    ["hardmax", /^self-test: hardmax gave 0\.0010\d* instead of 0$/],
    ["entmax", /^self-test: entmax at 2 gave 0\.0010\d* instead of 0$/],
    ["sparsemax", /^self-test: sparsemax gave 0\.0010\d* instead of 0$/],
    ["entmax15", /^self-test: entmax15 gave 0\.0010\d* instead of 0$/],
    ["attentionPack", /^self-test: attention gave [\d.]+ instead of 4\.6144\d*$/],
    ["attentionStart", /^self-test: attention gave [\d.]+ instead of 4\.6144\d*$/],
    ["attentionTiles", /^self-test: attention gave [\d.]+ instead of 4\.6144\d*$/],
    ["attentionRows", /^self-test: attention of one query gave [\d.]+ instead of 4\.6144\d*$/],
    ["attentionFinish", /^self-test: attention gave 4\.6154\d* instead of 4\.6144\d*$/],
  ])("rejects a wrong %s", (kernel, reason) => {
    const family = FAMILIES.find((name) => kernel in machineFamilies[name]) as FamilyName;
    const runtime = start(off(kernel, 1e-3), js);
    const [got, want] = CALLS[family](runtime);
    expect(got).toBeCloseTo(want, 6);
    expect(runtime.rejected).toEqual([{ backend: "wasm", family, reason: expect.stringMatching(reason) }]);
    expect(() => CALLS[family](start(off(kernel, Number.NaN)))).toThrow(" gave NaN instead of ");
    const sound = start(off(kernel, 0), js);
    for (const name of FAMILIES) CALLS[name](sound);
    expect(sound.rejected).toEqual([]);
  });

  it("rejects kernels that read what a mask rules out", () => {
    const machine = machineOf("js", 65536);
    const softmax: Kernels["softmax"] = (y, x, _, ...rest) => machine.kernels.softmax(y, x, 0, ...rest);
    const engine = engineOn({ ...machine, kernels: { ...machine.kernels, softmax } });
    const runtime = runtimeOn(new Engines(engine, [js], []), SOURCES);
    runtime.softmax([1]);
    expect(runtime.rejected).toEqual([
      {
        backend: "js",
        family: "rows",
        reason: expect.stringMatching(/^self-test: softmax under a mask gave 0\.0499\d* instead of 0\.077/),
      },
    ]);
  });
});

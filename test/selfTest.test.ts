/**
 * A binary that computes wrongly is found out when it starts. Wrong for real: one bit of a constant of exp is flipped in the
 * built binary, in one lane, as a broken download or a broken engine might.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PASS_O } from "../assembly/layout";
import { createRuntime } from "../src/index";
import { jsEngine } from "../src/js/index";
import type { Kernels } from "../src/kernels";
import { type Candidate, startRuntime } from "../src/runtime";
import { wasmEngine } from "../src/wasm/index";
import { BACKENDS } from "./backends";

type Wasm = "wasm" | "wasm-relaxed";
const FILES = { wasm: "kernels", "wasm-relaxed": "kernels-relaxed" };
const HERE = BACKENDS.filter((backend): backend is Wasm => backend !== "js");
/** Of the table of assembly/exp.ts, each four times, one a lane. */
const CONSTANTS = {
  C1: 0.693147004,
  C2: 0.24022238,
  C3: 0.0555071123,
  C4: 0.00967168529,
  C5: 0.00132696854,
};

const binary = (backend: Wasm): Buffer<ArrayBuffer> =>
  readFileSync(new URL(`../build/${FILES[backend]}.wasm`, import.meta.url));

/** The binary, the highest bit of the fraction of one constant's lane flipped: between half and twice of what it was. */
function broken(backend: Wasm, constant: keyof typeof CONSTANTS, lane: number): WebAssembly.Module {
  const bytes = binary(backend);
  const table = Buffer.from(new Float32Array(4).fill(CONSTANTS[constant]).buffer);
  const at = bytes.indexOf(table);
  expect(at).toBeGreaterThan(0);
  expect(bytes.indexOf(table, at + 1)).toBe(-1);
  bytes[at + 4 * lane + 2] ^= 0x40;
  return new WebAssembly.Module(bytes);
}

const candidate = (backend: Wasm, module: WebAssembly.Module): Candidate => ({
  backend,
  start: (bytes) => wasmEngine(module, bytes),
});
const js: Candidate = { backend: "js", start: jsEngine };

describe.each(HERE)("a %s binary with a constant of exp that is off", (backend) => {
  it.each(Object.keys(CONSTANTS) as (keyof typeof CONSTANTS)[])("is rejected: %s, in any lane", (constant) => {
    for (let lane = 0; lane < 4; lane++) {
      const runtime = startRuntime([candidate(backend, broken(backend, constant, lane)), js], 65536);
      expect(runtime.backend).toBe("js");
      expect(runtime.rejected).toEqual([
        { backend, reason: expect.stringMatching(/^self-test: softmax gave [\d.e+-]+ instead of [\d.e-]+$/) },
      ]);
      expect(runtime.softmax([1, 2, 3])[2]).toBeCloseTo(0.66524096, 6);
    }
  });

  it("is an error as a module, with the reason", () => {
    const module = broken(backend, "C2", 0);
    for (const asked of ["auto", backend] as const) {
      expect(() => createRuntime({ module, backend: asked })).toThrow(
        /^createRuntime: "module" expected one that runs right on this host, got one that does not \(self-test: softmax gave [\d.]+ instead of [\d.]+\)$/,
      );
    }
  });

  it("makes way for the next wasm binary", () => {
    const sound = candidate("wasm", new WebAssembly.Module(binary("wasm")));
    const runtime = startRuntime([candidate(backend, broken(backend, "C1", 2)), sound, js], 65536);
    expect(runtime.backend).toBe("wasm");
    expect(runtime.rejected.map((r) => r.backend)).toEqual([backend]);
  });

  it("is not seen where nothing is off", () => {
    const module = new WebAssembly.Module(binary(backend));
    expect(startRuntime([candidate(backend, module), js], 65536).rejected).toEqual([]);
  });
});

describe("one wrong float of one kernel", () => {
  /** The JavaScript kernels, but the first number that `kernel` writes is off: a float, or attention's sum of values. */
  const off = (kernel: keyof Kernels, by: number): Candidate => ({
    backend: "wasm",
    start: (bytes) => {
      const engine = jsEngine(bytes);
      const [f32, f64] = [new Float32Array(engine.buffer), new Float64Array(engine.buffer)];
      const u32 = new Uint32Array(engine.buffer);
      const right = engine.kernels[kernel] as (...args: number[]) => number | undefined;
      const wrong = (...args: number[]): number | undefined => {
        const result = right(...args);
        if (kernel === "attentionTiles" || kernel === "attentionRows") f64[u32[(args[0] + PASS_O) >>> 2] >>> 3] += by;
        else f32[args[0] >>> 2] += by;
        return result;
      };
      return { ...engine, kernels: { ...engine.kernels, [kernel]: wrong } };
    },
  });

  it.each<[keyof Kernels, RegExp]>([
    ["softmaxRow", /^self-test: softmax gave 0\.0509\d* instead of 0\.0499\d*$/],
    ["softmax", /^self-test: softmax across columns gave 0\.0509\d* instead of 0\.0499\d*$/],
    ["logSoftmax", /^self-test: logSoftmax gave -2\.9950\d* instead of -2\.9960\d*$/],
    ["logSumExp", /^self-test: logSumExp gave 4\.2470\d* instead of 4\.2460\d*$/],
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
    const runtime = startRuntime([off(kernel, 1e-3), js], 65536);
    expect(runtime.backend).toBe("js");
    expect(runtime.rejected).toEqual([{ backend: "wasm", reason: expect.stringMatching(reason) }]);
    expect(() => startRuntime([off(kernel, Number.NaN)], 65536)).toThrow(" gave NaN instead of ");
    expect(startRuntime([off(kernel, 0), js], 65536).rejected).toEqual([]);
  });

  it("rejects kernels that read what a mask rules out", () => {
    const unmasked: Candidate = {
      backend: "wasm",
      start: (bytes) => {
        const engine = jsEngine(bytes);
        const softmax: Kernels["softmax"] = (y, x, _, ...rest) => engine.kernels.softmax(y, x, 0, ...rest);
        return { ...engine, kernels: { ...engine.kernels, softmax } };
      },
    };
    expect(startRuntime([unmasked, js], 65536).rejected).toEqual([
      {
        backend: "wasm",
        reason: expect.stringMatching(/^self-test: softmax under a mask gave 0\.0499\d* instead of 0\.077/),
      },
    ]);
  });
});

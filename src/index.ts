/**
 * softmax-wasm: the softmax family on Float32Arrays, WebAssembly SIMD behind one import and no await.
 *
 * @packageDocumentation
 */
import { kind } from "./check";
import { jsEngine } from "./js/index";
import type { Backend } from "./kernels";
import type { Attention } from "./ops/attention/attention";
import type { MergeAttention } from "./ops/attention/mergeAttention";
import type { AxisOptions } from "./ops/axis";
import type { Hardmax } from "./ops/rows/hardmax";
import type { LogSoftmax } from "./ops/rows/logSoftmax";
import type { LogSumExp } from "./ops/rows/logSumExp";
import type { Softmax } from "./ops/rows/softmax";
import type { Entmax } from "./ops/sparse/entmax";
import type { Entmax15 } from "./ops/sparse/entmax15";
import type { Sparsemax } from "./ops/sparse/sparsemax";
import type { Sample } from "./ops/vocabulary/sample";
import type { TopK } from "./ops/vocabulary/topK";
import { checkObject, ownOptions } from "./options";
import { type Candidate, checkHeapBytes, type Runtime, reasonOf, runtimeOn, startRuntime } from "./runtime";
import { embeddedModule, wasmEngine } from "./wasm";

export type { FloatInput, TokenMask } from "./check";
export type { Backend } from "./kernels";
export type { Attention, AttentionOptions, Shape4 } from "./ops/attention/attention";
export type { MergeAttention, MergeAttentionOptions } from "./ops/attention/mergeAttention";
export type { AxisOptions, NewFloats, Written } from "./ops/axis";
export type { Hardmax } from "./ops/rows/hardmax";
export type { LogSoftmax } from "./ops/rows/logSoftmax";
export type { LogSumExp } from "./ops/rows/logSumExp";
export type { Softmax, SoftmaxOptions } from "./ops/rows/softmax";
export type { Entmax, EntmaxOptions } from "./ops/sparse/entmax";
export type { Entmax15 } from "./ops/sparse/entmax15";
export type { SparseOptions } from "./ops/sparse/sparse";
export type { Sparsemax } from "./ops/sparse/sparsemax";
export type { Sample, SampleOptions, SampleResult } from "./ops/vocabulary/sample";
export type { TopK, TopKOptions, TopKResult } from "./ops/vocabulary/topK";
export type { Runtime } from "./runtime";

/** WebAssembly.Module, where the DOM's types or the host's declare it; any object where nothing does, so that these types need none. */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;

export interface RuntimeOptions {
  /** A backend by name, or the best that this host has; default "auto". */
  backend?: "auto" | Backend | undefined;
  /** Size of the heap, rounded up to 64 KiB; it never grows; default 8 MiB, at most 1 GiB. */
  heapBytes?: number | undefined;
  /** kernels.wasm or kernels-relaxed.wasm of this package, for hosts that forbid compiling from bytes. */
  module?: WasmModule | undefined;
}

const WASM: readonly Candidate[] = (["wasm-relaxed", "wasm"] as const).map((backend) => ({
  backend,
  start: (bytes) => wasmEngine(embeddedModule(backend), bytes),
}));
const CANDIDATES: readonly Candidate[] = [...WASM, { backend: "js", start: jsEngine }];

const CREATE = "createRuntime";

function readRuntime(options: RuntimeOptions): RuntimeOptions {
  checkObject(CREATE, "options", options, "heapBytes");
  return ownOptions(CREATE, options, {
    backend: options.backend,
    heapBytes: options.heapBytes,
    module: options.module,
  });
}

/**
 * A runtime of its own: its memory, its backend, every function of this package.
 *
 * "auto" takes relaxed SIMD where the engine has it, then SIMD, then JavaScript, the first that passes a self-test. A
 * backend asked for by name is that one or an error.
 *
 * @throws {TypeError}  an option is not of the type it must be
 * @throws {RangeError} backend is not a backend's name, heapBytes is out of range, module is not this package's or not the
 *                      backend's
 * @throws {Error}      the backend asked for, or the module, does not run on this host or fails its self-test
 * @example
 * import { createRuntime } from "softmax-wasm";
 * const runtime = createRuntime({ backend: "wasm", heapBytes: 1 << 20 });
 * const x = runtime.alloc(1000); // written to and read in place
 * runtime.softmax(x, { out: x });
 */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  const { backend = "auto", heapBytes: wanted, module } = readRuntime(options);
  const heapBytes = checkHeapBytes(CREATE, wanted);
  if (typeof backend !== "string") {
    throw new TypeError(`${CREATE}: "backend" expected "auto", "wasm-relaxed", "wasm" or "js", got ${kind(backend)}`);
  }
  if (backend !== "auto" && !CANDIDATES.some((candidate) => candidate.backend === backend)) {
    throw new RangeError(
      `${CREATE}: "backend" expected "auto", "wasm-relaxed", "wasm" or "js", got ${JSON.stringify(backend)}`,
    );
  }
  if (module !== undefined) return startModule(module, backend, heapBytes);
  return startRuntime(
    backend === "auto" ? CANDIDATES : CANDIDATES.filter((candidate) => candidate.backend === backend),
    heapBytes,
  );
}

/** Asked of the engine: an object can inherit from WebAssembly.Module and be none. */
function exportsOf(module: WebAssembly.Module): string[] {
  try {
    return WebAssembly.Module.exports(module).map(({ name }) => name);
  } catch {
    throw new TypeError(`${CREATE}: "module" expected a WebAssembly.Module, got ${kind(module)}`);
  }
}

function startModule(module: WebAssembly.Module, backend: "auto" | Backend, heapBytes: number): Runtime {
  const names = exportsOf(module);
  if (backend === "js")
    throw new RangeError(`${CREATE}: "module" expected none with backend "js", got a WebAssembly.Module`);
  const missing = ["relaxed", "heapBase", ...Object.keys(jsEngine(65536).kernels)].find(
    (name) => !names.includes(name),
  );
  if (missing !== undefined) {
    throw new RangeError(
      `${CREATE}: "module" expected kernels.wasm or kernels-relaxed.wasm of this version of softmax-wasm, got one without ${missing}`,
    );
  }
  let runtime: Runtime;
  try {
    runtime = runtimeOn(wasmEngine(module, heapBytes), []);
  } catch (error) {
    throw new Error(
      `${CREATE}: "module" expected one that runs right on this host, got one that does not (${reasonOf(error)})`,
    );
  }
  if (backend !== "auto" && runtime.backend !== backend) {
    throw new RangeError(
      `${CREATE}: "module" expected the binary of backend "${backend}", got that of "${runtime.backend}"`,
    );
  }
  return runtime;
}

let shared: Runtime | undefined;
/** The default runtime, made on first use. */
const runtime = (): Runtime => {
  shared ??= createRuntime();
  return shared;
};

export const softmax: Softmax = (x, options) => runtime().softmax(x, options);

export const logSoftmax: LogSoftmax = (x, options) => runtime().logSoftmax(x, options);

export const logSumExp = ((x: Parameters<LogSumExp>[0], options: AxisOptions) =>
  runtime().logSumExp(x, options)) as LogSumExp;

export const hardmax: Hardmax = (x, options) => runtime().hardmax(x, options);

export const sparsemax: Sparsemax = (x, options) => runtime().sparsemax(x, options);

export const entmax15: Entmax15 = (x, options) => runtime().entmax15(x, options);

export const entmax: Entmax = (x, options) => runtime().entmax(x, options);

export const attention: Attention = (q, k, v, options) => runtime().attention(q, k, v, options);

export const mergeAttention: MergeAttention = (outA, lseA, outB, lseB, options) =>
  runtime().mergeAttention(outA, lseA, outB, lseB, options);

export const topK: TopK = (logits, k, options) => runtime().topK(logits, k, options);

export const sample: Sample = (logits, options) => runtime().sample(logits, options);

/** The default runtime's backend: "wasm-relaxed", "wasm" or "js". */
export function backend(): Backend {
  return runtime().backend;
}

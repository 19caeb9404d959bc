/** The kernels themselves, below the facade: all families' together, on one memory, and runtimes on kernels of a test's own. */
import { HEAP_BASE } from "../../assembly/layout";
import { Engines } from "../../src/engines";
import { attentionTwin, jsEngine, rowsTwin, sparseTwin, vocabularyTwin } from "../../src/js/index";
import type { Backend, Engine, FamilyName, Kernels, KernelsOf, Sources } from "../../src/kernels";
import { type Runtime, runtimeOn } from "../../src/runtime";
import { ATTENTION_BINARY } from "../../src/wasm/binaries/attention";
import { ROWS_BINARY } from "../../src/wasm/binaries/rows";
import { SPARSE_BINARY } from "../../src/wasm/binaries/sparse";
import { VOCABULARY_BINARY } from "../../src/wasm/binaries/vocabulary";
import { wasmEngine } from "../../src/wasm/index";

export const SOURCES: Sources = {
  rows: { binary: ROWS_BINARY, twin: rowsTwin },
  sparse: { binary: SPARSE_BINARY, twin: sparseTwin },
  attention: { binary: ATTENTION_BINARY, twin: attentionTwin },
  vocabulary: { binary: VOCABULARY_BINARY, twin: vocabularyTwin },
};
export const FAMILIES = Object.keys(SOURCES) as FamilyName[];

/** All kernels of a backend, on one memory. */
interface Machine {
  readonly backend: Backend;
  readonly kernels: Kernels;
  readonly buffer: ArrayBuffer;
  /** First byte that no binary keeps for itself. */
  readonly heapBase: number;
}

export function engineOf(backend: Backend, bytes: number): Engine {
  return backend === "js" ? jsEngine(bytes) : wasmEngine(backend, bytes);
}

export function machineOf(backend: Backend, bytes = 1 << 20): Machine {
  const engine = engineOf(backend, bytes);
  const of = <Name extends FamilyName>(name: Name): KernelsOf[Name] => engine.kernels(name, SOURCES[name]);
  const kernels: Kernels = { ...of("sparse"), ...of("attention"), ...of("vocabulary"), ...of("rows") };
  return { backend, kernels, buffer: engine.buffer, heapBase: HEAP_BASE };
}

/** The machine with `around` around each of its kernels, given the kernel's name. */
export function wrapped(
  machine: Machine,
  around: (kernel: (...args: number[]) => unknown, name: keyof Kernels) => (...args: number[]) => unknown,
): Machine {
  const kernels: Record<string, unknown> = {};
  for (const [name, kernel] of Object.entries(machine.kernels)) {
    if (typeof kernel === "function") kernels[name] = around(kernel, name as keyof Kernels);
  }
  return { ...machine, kernels: kernels as unknown as Kernels };
}

export function engineOn({ backend, kernels, buffer }: Machine): Engine {
  return { backend, buffer, kernels: () => kernels };
}

export function runtimeOnMachine(machine: Machine): Runtime {
  return runtimeOn(new Engines(engineOn(machine), [], []), SOURCES);
}

/**
 * softmax-wasm/modules: createRuntime on binaries that the host has compiled, and no embedded ones: for hosts that forbid compiling
 * from bytes, and count them.
 *
 * @packageDocumentation
 */
import { checkHeapBytes } from "./check";
import { Engines } from "./engines";
import { checkObject, ownOptions } from "./options";
import { type Runtime, runtimeOn } from "./runtime";
import type { WasmModule } from "./types";
import { moduleEngine } from "./wasm/modules";

export type * from "./types";

export interface RuntimeOptions {
  /**
   * rows.wasm, sparse.wasm, attention.wasm, vocabulary.wasm of this package or their -relaxed twins, one or several of a kind.
   * Functions whose family is not among them throw.
   */
  module: WasmModule | readonly WasmModule[];
  /** Size of the heap, rounded up to 64 KiB; it never grows; default 8 MiB, at most 1 GiB. */
  heapBytes?: number | undefined;
}

const CREATE = "createRuntime";

/**
 * A runtime of its own on these binaries; see createRuntime of softmax-wasm.
 *
 * @throws {TypeError}  an option is not of the type it must be
 * @throws {RangeError} heapBytes is out of range, module is not this package's, two of a family or of two backends
 * @throws {Error}      a module does not run on this host
 */
export function createRuntime(options: RuntimeOptions): Runtime {
  checkObject(CREATE, "options", options, "module");
  const { module, heapBytes } = ownOptions(CREATE, options, { module: options.module, heapBytes: options.heapBytes });
  const engine = moduleEngine(module, "auto", checkHeapBytes(heapBytes));
  return runtimeOn(new Engines(engine, [], [], "module"), { rows: {}, sparse: {}, attention: {}, vocabulary: {} });
}

/**
 * softmax-wasm/modules: createRuntime on binaries that the host has compiled. It embeds none, for hosts that forbid compiling from
 * bytes and limit the size of a program.
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

/** Options of createRuntime. */
export interface RuntimeOptions {
  /**
   * This package's rows.wasm, sparse.wasm, attention.wasm, vocabulary.wasm, one or several of them, or one or several of the same
   * with -relaxed. Functions whose family is not among them throw an Error.
   */
  module: WasmModule | readonly WasmModule[];
  /** Size of the heap, rounded up to 64 KiB; it never grows; default 8 MiB, at most 1 GiB. */
  heapBytes?: number | undefined;
}

const CREATE = "createRuntime";

/**
 * Makes a runtime on these binaries, with a memory of its own; see createRuntime of softmax-wasm.
 *
 * @param options  module, heapBytes
 * @returns        the runtime; its heap is allocated now
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

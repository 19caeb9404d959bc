/** The WebAssembly backends: embedded bytes, or a module of the host's, on a memory of fixed size. */
import type * as Loader from "@assemblyscript/loader";
import type { Backend, Engine, Kernels } from "../kernels";
import { decodeBase64 } from "./base64";
import { KERNELS, KERNELS_RELAXED } from "./binaries";

const PAGE = 65536;

/** What the binaries export besides their kernels. */
interface Exports extends Kernels {
  readonly relaxed: WebAssembly.Global;
  readonly heapBase: WebAssembly.Global;
}

/**
 * The loader instantiates; its wrapped exports cost 14–23 ns a call against 3–10, so the raw ones are used.
 *
 * On import it makes a TextDecoder and assigns Object.hasOwn. It is therefore required here and not imported above, and left
 * out where the host has no TextDecoder (AudioWorklet) or a frozen Object (node --frozen-intrinsics, hardened JavaScript):
 * the binaries import nothing but their memory.
 */
function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Instance {
  const imports = { env: { memory } };
  if (typeof TextDecoder !== "function" || Object.isFrozen(Object)) return new WebAssembly.Instance(module, imports);
  const { instantiateSync } = require("@assemblyscript/loader") as typeof Loader;
  return instantiateSync(module, imports).instance;
}

/** A module on `bytes` of memory. */
export function wasmEngine(module: WebAssembly.Module, bytes: number): Engine {
  const pages = bytes / PAGE;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const exports = instantiate(module, memory).exports as unknown as Exports;
  return {
    backend: exports.relaxed.value ? "wasm-relaxed" : "wasm",
    kernels: exports,
    buffer: memory.buffer as ArrayBuffer,
    heapBase: exports.heapBase.value,
  };
}

/** The embedded module of a backend. @throws {Error} this host has no WebAssembly, not these instructions, or forbids it */
export function embeddedModule(backend: Exclude<Backend, "js">): WebAssembly.Module {
  if (typeof WebAssembly !== "object") throw new Error("this host has no WebAssembly");
  const bytes = decodeBase64(backend === "wasm-relaxed" ? KERNELS_RELAXED : KERNELS);
  if (!WebAssembly.validate(bytes)) {
    throw new Error(`this engine has no WebAssembly ${backend === "wasm-relaxed" ? "relaxed " : ""}SIMD`);
  }
  return new WebAssembly.Module(bytes);
}

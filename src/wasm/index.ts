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
 * A module on `bytes` of memory.
 *
 * The loader is required here and not imported above: on import it makes a TextDecoder, which an AudioWorklet does not
 * have, and a host without one is to fall back to JavaScript. Its wrapped exports cost 14–23 ns a call against 3–10, so
 * the raw ones are used.
 */
export function wasmEngine(module: WebAssembly.Module, bytes: number): Engine {
  const { instantiateSync } = require("@assemblyscript/loader") as typeof Loader;
  const pages = bytes / PAGE;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { instance } = instantiateSync(module, { env: { memory } });
  const exports = instance.exports as unknown as Exports;
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

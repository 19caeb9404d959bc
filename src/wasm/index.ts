/** The WebAssembly backends: embedded bytes, or a module of the host's, on a memory of fixed size. */
import type * as Loader from "@assemblyscript/loader";
import type { Backend, Engine, Kernels } from "../kernels";
import { decodeBase64 } from "./base64";
import { BYTES, PACKED, RELAXED_BYTES } from "./binaries";
import { unpack } from "./unpack";

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
 * out where the host has no TextDecoder (AudioWorklet) or a frozen Object (node --frozen-intrinsics, hardened JavaScript), and
 * for a module of another realm, which it takes for bytes: the binaries import nothing but their memory.
 */
function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Instance {
  const imports = { env: { memory } };
  const foreign = !(module instanceof WebAssembly.Module);
  if (foreign || typeof TextDecoder !== "function" || Object.isFrozen(Object))
    return new WebAssembly.Instance(module, imports);
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

/**
 * (a, b, c: v128) => v128 by one instruction, as a module: under 40 bytes tell whether the binaries are worth unpacking.
 *
 * @param op  behind the prefix 0xFD, LEB128
 */
const probe = (...op: number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
    ...[3, 2, 1, 0],
    ...[10, 11 + op.length, 1, 9 + op.length, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, ...op, 0x0b],
  );

const EMBEDDED = {
  "wasm-relaxed": { from: 0, to: RELAXED_BYTES, needs: "WebAssembly relaxed SIMD", op: [0x85, 0x02] }, // f32x4.relaxed_madd
  wasm: { from: RELAXED_BYTES, to: RELAXED_BYTES + BYTES, needs: "WebAssembly SIMD", op: [0x52] }, // v128.bitselect
};

/** The embedded binary of a backend. */
export function embeddedBinary(backend: Exclude<Backend, "js">): Uint8Array<ArrayBuffer> {
  const { from, to } = EMBEDDED[backend];
  return unpack(decodeBase64(PACKED), to).subarray(from);
}

/** The embedded module of a backend. @throws {Error} this host has no WebAssembly, not these instructions, or forbids it */
export function embeddedModule(backend: Exclude<Backend, "js">): WebAssembly.Module {
  if (typeof WebAssembly !== "object") throw new Error("this host has no WebAssembly");
  const { needs, op } = EMBEDDED[backend];
  if (!WebAssembly.validate(probe(...op))) throw new Error(`this engine has no ${needs}`);
  return new WebAssembly.Module(embeddedBinary(backend));
}

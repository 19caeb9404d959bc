/** The WebAssembly backends: the families' binaries, embedded or as modules of the host's, on one memory of fixed size. */
import type * as Loader from "@assemblyscript/loader";
import type { Backend, Binary, Engine, KernelsOf } from "../kernels";
import { applyDelta } from "./delta";
import { bytesOf } from "./text";

const PAGE = 65536;

export type WasmBackend = Exclude<Backend, "js">;

export function newMemory(bytes: number): WebAssembly.Memory {
  const pages = bytes / PAGE;
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/**
 * The loader instantiates; its wrapped exports cost 14–23 ns a call against 3–10, so the raw ones are used.
 *
 * On import it makes a TextDecoder and assigns Object.hasOwn. It is therefore required here and not imported above, and left
 * out where the host has no TextDecoder (AudioWorklet) or a frozen Object (node --frozen-intrinsics, hardened JavaScript), and
 * for a module of another realm, which it takes for bytes: the binaries import nothing but their memory.
 */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Exports {
  const imports = { env: { memory } };
  const foreign = !(module instanceof WebAssembly.Module);
  if (foreign || typeof TextDecoder !== "function" || Object.isFrozen(Object))
    return new WebAssembly.Instance(module, imports).exports;
  const { instantiateSync } = require("@assemblyscript/loader") as typeof Loader;
  return instantiateSync(module, imports).instance.exports;
}

/**
 * A module with one function (a, b, c: v128) => v128 of one instruction. These few bytes tell whether the engine has the
 * instruction, before a binary is decoded.
 *
 * @param op  the instruction's number behind the prefix 0xFD, in LEB128
 */
const probe = (...op: number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
    ...[3, 2, 1, 0],
    ...[10, 11 + op.length, 1, 9 + op.length, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, ...op, 0x0b],
  );

const INSTRUCTIONS = {
  "wasm-relaxed": { needs: "WebAssembly relaxed SIMD", op: [0x85, 0x02] }, // f32x4.relaxed_madd
  wasm: { needs: "WebAssembly SIMD", op: [0x52] }, // v128.bitselect
};

/** @throws {Error} this host has no WebAssembly, not these instructions, or forbids to compile */
function checkHost(backend: WasmBackend): void {
  if (typeof WebAssembly !== "object") throw new Error("this host has no WebAssembly");
  const { needs, op } = INSTRUCTIONS[backend];
  const bytes = probe(...op);
  if (!WebAssembly.validate(bytes)) throw new Error(`this engine has no ${needs}`);
  new WebAssembly.Module(bytes); // a policy that forbids it says so here
}

/** The bytes of build/FAMILY.wasm or build/FAMILY-relaxed.wasm, as asc wrote them. */
export function embeddedBinary(backend: WasmBackend, binary: Binary): Uint8Array<ArrayBuffer> {
  const plain = bytesOf(binary.text, binary.length);
  if (backend === "wasm") return plain;
  return applyDelta(plain, bytesOf(binary.delta, binary.deltaLength), binary.relaxedLength);
}

/** @throws {Error} this host lacks instructions that the backend needs, forbids to compile, or has no room for `bytes` */
export function wasmEngine(backend: WasmBackend, bytes: number, beside?: Engine): Engine {
  checkHost(backend);
  const memory = (beside?.memory as WebAssembly.Memory | undefined) ?? newMemory(bytes);
  return {
    backend,
    buffer: memory.buffer as ArrayBuffer,
    memory,
    kernels(name, { binary }) {
      if (binary === undefined) throw new Error(`this entry of the package has no binary of "${name}"`);
      const module = new WebAssembly.Module(embeddedBinary(backend, binary));
      return { ...instantiate(module, memory) } as unknown as KernelsOf[typeof name];
    },
  };
}

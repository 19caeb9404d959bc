/** The kernels themselves, below the facade: engines on their memory. */
import { jsEngine } from "../src/js/index";
import type { Backend, Engine } from "../src/kernels";
import { embeddedModule, wasmEngine } from "../src/wasm/index";

const BYTES = 1 << 20;

export function engineOf(backend: Backend): Engine {
  return backend === "js" ? jsEngine(BYTES) : wasmEngine(embeddedModule(backend), BYTES);
}

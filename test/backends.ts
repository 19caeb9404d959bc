import { type Backend, createRuntime, type Runtime } from "../src/index";

/** By version, not by detection: a backend that does not load fails the suite and is not skipped. */
const major = Number(process.versions.node.split(".")[0]);
export const BACKENDS: readonly Backend[] = major >= 22 ? ["wasm-relaxed", "wasm", "js"] : ["wasm", "js"];

const runtimes = new Map<Backend, Runtime>();

export function runtimeOf(backend: Backend): Runtime {
  let runtime = runtimes.get(backend);
  if (runtime === undefined) {
    runtime = createRuntime({ backend });
    runtimes.set(backend, runtime);
  }
  return runtime;
}

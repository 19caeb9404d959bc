/** The worker of a contender of this page's own script: the package on one backend, or the plain loop. */
import { createRuntime } from "softmax-wasm";
import { plainCall } from "./plain";
import { contender } from "./rounds";
import { callOf, type Work } from "./work";

type BackendName = "wasm-relaxed" | "wasm" | "js";

export function contend(): void {
  contender(async (name: string, work: Work) =>
    name === "plain"
      ? plainCall(work)
      : callOf(createRuntime({ backend: name as BackendName, heapBytes: 32 << 20 }), work),
  );
}

/** Workers of this page's own script: that of a contender: the package on one backend, or the plain loop; and the judge. */
import { createRuntime } from "softmax-wasm";
import type { Question } from "./messages";
import { definition, plainCall } from "./plain";
import { contender } from "./rounds";
import { callOf, type Work, workOf } from "./work";

type BackendName = "wasm-relaxed" | "wasm" | "js";

export function contend(): void {
  contender(async (name: string, work: Work) => {
    if (name === "plain") return { call: plainCall(work) };
    return { call: callOf(createRuntime({ backend: name as BackendName, heapBytes: 32 << 20 }), work) };
  });
}

/** The worker that knows the results. */
export function judge(): void {
  addEventListener("message", ({ data }: MessageEvent<Question>) => {
    const expected = definition(workOf(data.kind, data.size));
    postMessage(expected, { transfer: [expected.buffer] });
  });
}

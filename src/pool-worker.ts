/**
 * softmax-wasm/pool-worker: the script of a pool's workers. createPool of softmax-wasm/pool starts it; who makes workers by
 * `worker: () => Worker` imports it there, and nothing else is needed.
 *
 * @packageDocumentation
 */
import { createRuntime } from "./index";
import { nodeModule } from "./pool/host";
import type { ToWorker } from "./pool/messages";
import { answering } from "./pool/worker";

interface Port {
  on(type: "message", listener: (message: ToWorker) => void): void;
  postMessage(message: unknown, transfer: readonly ArrayBufferLike[]): void;
}

interface Scope {
  onmessage: (event: { data: ToWorker }) => void;
  postMessage(message: unknown, transfer: readonly ArrayBufferLike[]): void;
}

const scope = globalThis as unknown as Partial<Scope>;

/** A worker of the web: it has to listen before its script is over. */
const ofTheWeb = typeof scope.postMessage === "function";
if (ofTheWeb) {
  const web = scope as Scope;
  const answer = answering(createRuntime, (message, transfer) => web.postMessage(message, transfer));
  web.onmessage = ({ data }) => answer(data);
} else {
  nodeModule("worker_threads").then((threads) => {
    const { parentPort } = threads as { parentPort: Port };
    const answer = answering(createRuntime, (message, transfer) => parentPort.postMessage(message, transfer));
    parentPort.on("message", answer);
  });
}

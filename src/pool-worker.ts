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

type Post = (message: unknown, transfer: readonly ArrayBufferLike[]) => void;

/** What of node:worker_threads is used. */
interface Threads {
  readonly parentPort: { on(type: "message", listener: (message: ToWorker) => void): void; postMessage: Post } | null;
}

/** What of a web worker's scope is used. */
interface Scope {
  onmessage: (event: { data: ToWorker }) => void;
  postMessage: Post;
}
const scope = globalThis as unknown as Scope;

function begin(threads: unknown): void {
  const parent = (threads as Threads | undefined)?.parentPort;
  // Bun and Deno have both: there a worker of node:worker_threads is heard by its port alone
  if (parent) {
    parent.on(
      "message",
      answering(createRuntime, (message, transfer) => parent.postMessage(message, transfer)),
    );
  } else {
    const answer = answering(createRuntime, (message, transfer) => scope.postMessage(message, transfer));
    scope.onmessage = ({ data }) => answer(data);
  }
}

// a worker of the web has to listen before its script is over
const threads = nodeModule("worker_threads");
if (threads instanceof Promise) threads.then(begin);
else begin(threads);

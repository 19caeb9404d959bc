/** Workers of this host: of node:worker_threads in Node, Bun and Deno, else of the web. */
import { reasonOf } from "../check";
import type { FromWorker, ToWorker } from "./messages";
import { workerScript } from "./script";

/** A worker, of whatever kind. */
export interface Port {
  post(message: ToWorker, transfer: readonly ArrayBufferLike[]): void;
  /** @param gone  it can do nothing any more: why */
  listen(message: (message: FromWorker) => void, gone: (reason: string) => void): void;
  /** Whether it keeps the process alive. */
  hold(alive: boolean): void;
  end(): Promise<void>;
}

/** What of a Worker is used, of the web's and of Node's. */
export interface WorkerLike {
  /** Posts to the worker. */
  postMessage(message: unknown, transfer: never): void;
  /** Ends it. */
  terminate(): unknown;
}

interface WebWorker extends WorkerLike {
  addEventListener(
    type: string,
    listener: (event: { data?: unknown; message?: string; preventDefault(): void }) => void,
  ): void;
}

interface NodeWorker extends WorkerLike {
  on(type: string, listener: (value: unknown) => void): void;
  ref?(): void;
  unref?(): void;
}

export function portOf(worker: WorkerLike): Port {
  const node = worker as NodeWorker;
  const web = worker as WebWorker;
  const onNode = typeof node.on === "function";
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as never),
    listen(message, gone) {
      if (onNode) {
        node.on("message", (data) => message(data as FromWorker));
        node.on("error", (error) => gone(reasonOf(error)));
        node.on("messageerror", (error) => gone(reasonOf(error)));
        node.on("exit", (code) => gone(`it ended with code ${code}`));
      } else {
        web.addEventListener("message", ({ data }) => message(data as FromWorker));
        web.addEventListener("error", (event) => {
          event.preventDefault();
          gone(event.message || "its script did not load");
        });
        web.addEventListener("messageerror", () => gone("it got a message that it could not read"));
      }
    },
    hold: (alive) => (alive ? node.ref?.() : node.unref?.()),
    async end() {
      await worker.terminate();
    },
  };
}

interface Threads {
  Worker: new (script: URL | string) => NodeWorker;
}
interface Process {
  versions?: { node?: string };
  getBuiltinModule?: (name: string) => unknown;
}
interface Global {
  process?: Process;
  Worker?: new (url: URL | string, options: { type: "module"; name: string }) => WebWorker;
  location?: { origin: string };
  navigator?: { hardwareConcurrency?: number };
  crossOriginIsolated?: boolean;
}
const host = globalThis as unknown as Global;

/** A module of Node, or a promise of it; undefined where there is none. No bundler is to look for it. */
export function nodeModule(name: string): unknown {
  const { process } = host;
  if (process?.versions?.node === undefined) return undefined;
  if (process.getBuiltinModule !== undefined) return process.getBuiltinModule(`node:${name}`);
  return import(/* webpackIgnore: true */ /* @vite-ignore */ `node:${name}`);
}

/** How many threads the host has for us. */
export async function processors(): Promise<number> {
  const { navigator } = host;
  if (navigator?.hardwareConcurrency !== undefined) return navigator.hardwareConcurrency;
  const os = (await nodeModule("os")) as { availableParallelism(): number } | undefined;
  return os?.availableParallelism() ?? 1;
}

/** Whether memory can be shared with workers. */
export const canShare = (): boolean =>
  typeof SharedArrayBuffer === "function" && typeof Atomics === "object" && host.crossOriginIsolated !== false;

/** The script of a page's worker. From another origin it cannot be one itself, but one that imports it can. */
function scriptOf(url: URL): URL | string {
  const { location } = host;
  if (location === undefined || url.protocol === "file:" || url.origin === location.origin) return url;
  const code = `import ${JSON.stringify(url.href)};`;
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}

/** A way to make workers. @throws {Error} saying why there is none */
export async function workerMaker(): Promise<() => WorkerLike> {
  const threads = (await nodeModule("worker_threads")) as Threads | undefined;
  if (threads === undefined && host.Worker === undefined) throw new Error("this host has no workers");
  const script = workerScript();
  if (script === undefined) {
    throw new Error("this bundle does not know where the workers' script is (see the option worker)");
  }
  if (threads !== undefined) return () => new threads.Worker(script);
  const { Worker } = host as Required<Global>;
  const url = scriptOf(new URL(script));
  return () => new Worker(url, { type: "module", name: "softmax-wasm" });
}

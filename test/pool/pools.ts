/** Pools for the tests, whose workers run the script that setup.mjs has bundled. */
import { afterAll } from "vitest";
import { type Backend, createPool, type Pool, type PoolOptions, type WorkerLike } from "../../src/pool";
import { nodeModule } from "../../src/pool/host";

const SCRIPT = new URL("../../build/pool-worker.js", import.meta.url);

interface Threads {
  Worker: new (url: URL, options?: object) => WorkerLike;
}
const threads = (await nodeModule("worker_threads")) as Threads | undefined;

/** A worker of this engine: of Node's module where there is one, else of the web. */
export function newWorker(script: URL = SCRIPT): WorkerLike {
  if (threads !== undefined) return new threads.Worker(script);
  return new Worker(script, { type: "module" });
}

const opened: Pool[] = [];
afterAll(() => Promise.all(opened.map((pool) => pool.close())));

/** A pool that is closed after the tests of this file. */
export async function open(backend: Backend, options: PoolOptions = {}): Promise<Pool> {
  const pool = await createPool({ threads: 2, backend, worker: () => newWorker(), ...options });
  opened.push(pool);
  return pool;
}

/** An array of the same elements in the pool's memory. */
export function share<Values extends Float32Array | Uint8Array | Uint16Array | Uint32Array>(values: Values): Values {
  const { constructor: Type, byteLength, length } = values;
  const shared = new (Type as new (buffer: ArrayBufferLike, offset: number, length: number) => Values)(
    new SharedArrayBuffer(byteLength),
    0,
    length,
  );
  shared.set(values as never);
  return shared;
}

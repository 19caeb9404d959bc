// Workers of Node's, and its Symbol.asyncDispose.
import { Worker } from "node:worker_threads";
import { expectTypeOf } from "expect-type";
import { createPool } from "softmax-wasm/pool";

const pool = await createPool({ worker: () => new Worker("./worker.js") });
expectTypeOf(pool[Symbol.asyncDispose]).toEqualTypeOf<() => Promise<void>>();

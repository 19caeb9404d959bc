// A pool where the host's types have AbortSignal: the DOM's, a worker's, workerd's and Node's are all taken.
import { expectTypeOf } from "expect-type";
import { createPool, type PoolControl } from "softmax-wasm/pool";

const pool = await createPool();
const { signal } = new AbortController();
expectTypeOf(signal).toMatchTypeOf<NonNullable<PoolControl["signal"]>>();
await pool.softmax([1, 2, 3], {}, { signal, onProgress: console.log });
pool.sync.topK([1, 2, 3], 1, {}, { signal });

// softmax-wasm/pool: its functions give promises of what the plain ones give, and those of sync the same. Compiled, never run.
import { expectTypeOf } from "expect-type";
import type * as door from "softmax-wasm";
import * as pools from "softmax-wasm/pool";
import "softmax-wasm/pool-worker";

type NewFloats = ReturnType<typeof Float32Array.of>;

const x = new Float32Array(6);
const out = new Float64Array(6);
const off = undefined;
const shape = [2, 3] as const;
const onProgress = (done: number, total: number): number => done / total;
const control = { onProgress, signal: off };

const pool = await pools.createPool({ threads: 2, backend: "auto", heapBytes: 2 ** 20, worker: off, module: off });
expectTypeOf(pool).toEqualTypeOf<pools.Pool>();
expectTypeOf<keyof typeof pools>().toEqualTypeOf<"createPool">();

expectTypeOf(await pool.softmax(x)).toEqualTypeOf<NewFloats>();
expectTypeOf(pool.softmax(x, { shape, axis: 0 }, control)).toEqualTypeOf<Promise<NewFloats>>();
expectTypeOf(pool.sync.softmax(x, { shape, axis: 0 }, control)).toEqualTypeOf<NewFloats>();
expectTypeOf(await pool.logSumExp(x)).toEqualTypeOf<number>();
expectTypeOf(await pool.logSumExp(x, { shape })).toEqualTypeOf<NewFloats>();
expectTypeOf(pool.sync.entropy(x, off, control)).toEqualTypeOf<number>();
expectTypeOf(await pool.sparsemax(x, { support: new Uint32Array(1) })).toEqualTypeOf<NewFloats>();
expectTypeOf(await pool.entmax(x, { alpha: 1.25 })).toEqualTypeOf<NewFloats>();
expectTypeOf(await pool.attention(x, x, x, { headDim: 3, causal: true }, control)).toEqualTypeOf<NewFloats>();
expectTypeOf(await pool.attention(x, x, x, { headDim: 3, out: x })).toEqualTypeOf<typeof x>();
expectTypeOf(await pool.topK(x, 2)).toEqualTypeOf<door.TopKResult>();
expectTypeOf(await pool.topK(x, 2, { shape })).toEqualTypeOf<door.TopKRows>();
expectTypeOf(pool.sync.sample(x, { shape, random: Math.random })).toEqualTypeOf<door.SampleRows>();
expectTypeOf(await pool.logProbs(x, [1, 2], { shape })).toEqualTypeOf<NewFloats>();

expectTypeOf(pool.mode).toEqualTypeOf<pools.PoolMode>();
expectTypeOf(pool.mode.kind).toEqualTypeOf<"shared" | "copied" | "caller">();
expectTypeOf(pool.backend).toEqualTypeOf<door.Backend>();
expectTypeOf(pool.alloc(4)).toEqualTypeOf<Float32Array>();
expectTypeOf(pool.alloc(4, "bfloat16")).toEqualTypeOf<Uint16Array>();
expectTypeOf(pool.free(pool.alloc(4))).toEqualTypeOf<void>();
expectTypeOf(pool.close()).toEqualTypeOf<Promise<void>>();

// @ts-expect-error: a view is floats of 32 or 16 bits
pool.free(out);
// @ts-expect-error: headDim is required
pool.attention(x, x, x, {});
// @ts-expect-error: no such option
pools.createPool({ workers: 4 });
// @ts-expect-error: no signal
pool.softmax(x, {}, { signal: "stop" });
// @ts-expect-error: nothing to write there
pool.mode = { kind: "caller" };

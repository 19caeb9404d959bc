// Every door by moduleResolution node10, which looks for folders and knows no "exports": js/, pool/ and transformers/ stand for them.
import { expectTypeOf } from "expect-type";
import * as door from "softmax-wasm";
import * as js from "softmax-wasm/js";
import { createPool } from "softmax-wasm/pool";
import "softmax-wasm/pool-worker";
import * as transformers from "softmax-wasm/transformers";

expectTypeOf(door.softmax([1, 2, 3])).toEqualTypeOf<ReturnType<typeof Float32Array.of>>();
expectTypeOf(door.pack16([1], { dtype: "float16" })).toEqualTypeOf<ReturnType<typeof Uint16Array.of>>();
expectTypeOf(js.softmax).toEqualTypeOf<js.Softmax>();
expectTypeOf(js.createRuntime().softmax).toEqualTypeOf<door.Softmax>();
expectTypeOf(transformers.softmax([1, 2, 3])).toEqualTypeOf<number[]>();
expectTypeOf(transformers.multinomialSampler).toBeFunction();
expectTypeOf(createPool).returns.resolves.toHaveProperty("mode");
// @ts-expect-error: headDim is required
js.attention([], [], [], {});

// The same package by require(), from TypeScript that compiles to CommonJS.
import { expectTypeOf } from "expect-type";

import door = require("softmax-wasm");
import js = require("softmax-wasm/js");
import pools = require("softmax-wasm/pool");

expectTypeOf(door.softmax([1, 2, 3])).toEqualTypeOf<ReturnType<typeof Float32Array.of>>();
expectTypeOf(door.logSumExp([1, 2, 3])).toEqualTypeOf<number>();
expectTypeOf(door.createRuntime().softmax).toEqualTypeOf<door.Softmax>();
expectTypeOf(js.softmax).toEqualTypeOf<js.Softmax>();
expectTypeOf(pools.createPool()).toEqualTypeOf<Promise<pools.Pool>>();
// @ts-expect-error: headDim is required
door.attention([], [], [], {});

// A TypeScript project on the package: every function's type, as its users see it. Compiled, never run.
import { expectTypeOf } from "expect-type";
import * as door from "softmax-wasm";
import * as js from "softmax-wasm/js";
import kernels from "softmax-wasm/kernels.wasm";
import relaxed from "softmax-wasm/kernels-relaxed.wasm";

const x = new Float32Array(6);
const mask = new Uint8Array(6);
const shape = [2, 3] as const;

for (const on of [door, js, door.createRuntime(), js.createRuntime()]) {
  expectTypeOf(on.softmax(x)).toEqualTypeOf<Float32Array>();
  expectTypeOf(on.softmax([1, 2, 3], { shape, axis: 0, temperature: 0.5, mask, out: x })).toEqualTypeOf<Float32Array>();
  expectTypeOf(on.logSoftmax(x, { shape, axis: 0, temperature: 0.5, mask, out: x })).toEqualTypeOf<Float32Array>();
  expectTypeOf(on.logSumExp(x)).toEqualTypeOf<number>();
  expectTypeOf(on.logSumExp(x, { shape, mask })).toEqualTypeOf<Float32Array>();
  expectTypeOf(
    on.hardmax(new Float64Array(3), { shape, temperature: 0.5, mask, out: x }),
  ).toEqualTypeOf<Float32Array>();
  expectTypeOf(
    on.sparsemax(x, { shape, temperature: 0.5, mask, support: new Uint32Array(2) }),
  ).toEqualTypeOf<Float32Array>();
  expectTypeOf(on.entmax15(x, { temperature: 0.5, mask })).toEqualTypeOf<Float32Array>();
  expectTypeOf(on.entmax(x, { alpha: 1.25, temperature: 0.5, mask })).toEqualTypeOf<Float32Array>();
  expectTypeOf(
    on.attention(x, x, x, {
      headDim: 3,
      heads: 2,
      kvHeads: 1,
      layout: "bshd",
      causal: true,
      window: [1, Number.POSITIVE_INFINITY],
      mask,
      maskShape: [1, 1, 2, 3],
      lse: x,
    }),
  ).toEqualTypeOf<Float32Array>();
  expectTypeOf(on.mergeAttention(x, x, x, x, { valueDim: 3 })).toEqualTypeOf<{
    out: Float32Array;
    lse: Float32Array;
  }>();
  expectTypeOf(on.topK(x, 3, { temperature: 0.5, mask: new Uint32Array(1) })).toEqualTypeOf<{
    indices: Uint32Array;
    logProbs: Float32Array;
    logSumExp: number;
  }>();
  expectTypeOf(on.sample(x, { topK: 2, topP: 0.9, minP: 0.1, random: Math.random })).toEqualTypeOf<{
    index: number;
    prob: number;
    logProb: number;
  }>();
}

// every export has been looked at: a new one fails here until it is above
type Names =
  | "softmax"
  | "logSoftmax"
  | "logSumExp"
  | "hardmax"
  | "sparsemax"
  | "entmax15"
  | "entmax"
  | "attention"
  | "mergeAttention"
  | "topK"
  | "sample"
  | "createRuntime"
  | "backend";
expectTypeOf<keyof typeof door>().toEqualTypeOf<Names>();
expectTypeOf<keyof typeof js>().toEqualTypeOf<Names>();

expectTypeOf(door.backend()).toEqualTypeOf<"wasm-relaxed" | "wasm" | "js">();
expectTypeOf(door.backend).returns.toEqualTypeOf<door.Backend>();
expectTypeOf(js.backend()).toEqualTypeOf<"js">();
expectTypeOf(door.createRuntime({ backend: "auto", heapBytes: 65536 })).toEqualTypeOf<door.Runtime>();
expectTypeOf(js.createRuntime({ backend: "js" })).toEqualTypeOf<js.Runtime>();
expectTypeOf<js.Runtime>().toEqualTypeOf<door.Runtime>();
expectTypeOf<door.Runtime["alloc"]>().toEqualTypeOf<(length: number) => Float32Array>();
expectTypeOf<door.Runtime["rejected"]>().toEqualTypeOf<
  readonly { readonly backend: door.Backend; readonly reason: string }[]
>();
expectTypeOf(door.softmax).toEqualTypeOf<door.Softmax>();
expectTypeOf<Parameters<door.Softmax>[0]>().toEqualTypeOf<door.FloatInput>();
expectTypeOf<door.RuntimeOptions["module"]>().toEqualTypeOf<door.WasmModule | undefined>();
expectTypeOf(kernels).toEqualTypeOf<door.WasmModule>();
expectTypeOf(door.createRuntime({ module: relaxed })).toEqualTypeOf<door.Runtime>();

// @ts-expect-error: not numbers
door.softmax("1, 2, 3");
// @ts-expect-error: a mask is bytes
door.softmax(x, { mask: [true, false] });
// @ts-expect-error: out is a Float32Array
door.softmax(x, { out: new Float64Array(6) });
// @ts-expect-error: alpha is required
door.entmax(x, {});
// @ts-expect-error: headDim is required
door.attention(x, x, x, { heads: 2 });
// @ts-expect-error: no such backend
door.createRuntime({ backend: "gpu" });
// @ts-expect-error: no wasm behind that door
js.createRuntime({ backend: "wasm" });
// @ts-expect-error: nothing to write there
door.createRuntime().backend = "js";

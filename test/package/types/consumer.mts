// A TypeScript project on the package: every function's type, as its users see it. Compiled, never run.
import { expectTypeOf } from "expect-type";
import * as door from "softmax-wasm";
import * as js from "softmax-wasm/js";
import * as modules from "softmax-wasm/modules";
import rows from "softmax-wasm/rows.wasm";
import relaxed from "softmax-wasm/rows-relaxed.wasm";
import sparse from "softmax-wasm/sparse-relaxed.wasm";

const x = new Float32Array(6);
const mask = new Uint8Array(6);
const shape = [2, 3] as const;

/** What results are where the caller gave none: arrays of a buffer of their own, which TypeScript can tell from 5.7 on. */
type NewFloats = ReturnType<typeof Float32Array.of>;
type NewWords = ReturnType<typeof Uint32Array.of>;
type NewHalves = ReturnType<typeof Uint16Array.of>;
const off = undefined;
/** A Float16Array, as those who have the class know it: its tag tells it. */
declare const native: door.Float16Like;
const bits = new Uint16Array(6);

for (const on of [door, js, door.createRuntime(), js.createRuntime()]) {
  expectTypeOf(on.softmax(x)).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.softmax([1, 2, 3], { shape, axis: 0, temperature: 0.5, mask })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.logSoftmax(x, { shape, axis: 0, temperature: 0.5, mask })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.logSumExp(x)).toEqualTypeOf<number>();
  expectTypeOf(on.logSumExp(x, { shape, mask })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.entropy(x)).toEqualTypeOf<number>();
  expectTypeOf(on.entropy(x, { shape, axis: 0, temperature: 0.5, mask })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.hardmax(new Float64Array(3), { shape, temperature: 1, mask })).toEqualTypeOf<NewFloats>();
  expectTypeOf(
    on.sparsemax(x, { shape, temperature: 2, mask, support: new Uint32Array(2) }),
  ).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.entmax15(x, { mask })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.entmax(x, { alpha: 1.25 })).toEqualTypeOf<NewFloats>();
  const causal = { headDim: 3, heads: 2, kvHeads: 1, layout: "bshd", causal: true } as const;
  const window = [1, Number.POSITIVE_INFINITY] as const;
  const masked = { ...causal, window, mask, maskShape: [1, 1, 2, 3] } as const;
  expectTypeOf(on.attention(x, x, x, { ...masked, lse: x })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.mergeAttention(x, x, x, x, { valueDim: 3 })).toEqualTypeOf<{
    out: typeof x;
    lse: typeof x;
  }>();
  expectTypeOf(on.topK(x, 3, { temperature: 0.5, mask: new Uint32Array(1) })).toEqualTypeOf<{
    indices: NewWords;
    logProbs: NewFloats;
    logSumExp: number;
  }>();
  expectTypeOf(on.sample(x, { topK: 2, topP: 0.9, minP: 0.1, random: Math.random })).toEqualTypeOf<{
    index: number;
    prob: number;
    logProb: number;
  }>();
  const bias = { tokens: [1, 2], values: x };
  const penalties = { tokens: BigInt64Array.of(1n), repetition: 1.1 };
  const rows = { shape: [2, 3], bias: [bias, off], penalties, mask: [off, new Uint8Array(3)] };
  expectTypeOf(on.topK(x, 3, rows)).toEqualTypeOf<door.TopKRows>();
  expectTypeOf(on.sample(x, { ...rows, minKeep: 2, temperatureLast: true })).toEqualTypeOf<door.SampleRows>();
  expectTypeOf(on.truncate(x, { topP: 0.5, bias, penalties })).toEqualTypeOf<door.TruncateResult>();
  const variable = { shape: [2, 3] };
  expectTypeOf(on.truncate(x, variable)).toEqualTypeOf<door.TruncateResult[]>();
  expectTypeOf(on.truncate(x, rows)).toEqualTypeOf<door.TruncateResult[]>();
  expectTypeOf(on.logProbs(x, [1], { ignore: -100 })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.logProbs(x, Uint32Array.of(1, 2), { ...rows, ignore: off })).toEqualTypeOf<NewFloats>();

  const drafted = { draft: x, draftOptions: { topK: 3, temperature: off }, bias: [bias, off], penalties } as const;
  expectTypeOf(on.verifyDraft(x, [1], { ...drafted, shape, topP: 0.9, random: Math.random })).toEqualTypeOf<{
    accepted: number;
    index: number;
    prob: number;
    logProb: number;
    logProbs: NewFloats;
  }>();
  expectTypeOf(on.verifyDraft([1, 2], BigInt64Array.of(), {})).toEqualTypeOf<door.VerifyDraftResult>();

  // out's own type, whatever memory it is on
  const shared = new Float32Array(new SharedArrayBuffer(24));
  expectTypeOf(on.softmax(x, { out: shared })).toEqualTypeOf<typeof shared>();
  expectTypeOf(on.logSoftmax(x, { out: x as Float32Array })).toEqualTypeOf<Float32Array>();
  expectTypeOf(on.logSumExp(x, { shape, out: shared })).toEqualTypeOf<typeof shared>();
  expectTypeOf(on.entropy(x, { shape, out: shared })).toEqualTypeOf<typeof shared>();
  expectTypeOf(on.sparsemax(x, { out: shared })).toEqualTypeOf<typeof shared>();
  expectTypeOf(on.entmax(x, { alpha: 2, out: shared })).toEqualTypeOf<typeof shared>();
  expectTypeOf(on.attention(x, x, x, { headDim: 3, out: shared })).toEqualTypeOf<typeof shared>();

  // 16 bits: x and out of them, out's own type
  const dtype = "float16";
  expectTypeOf(on.pack16(x, { dtype })).toEqualTypeOf<NewHalves>();
  expectTypeOf(on.pack16([1, 2], { dtype: "bfloat16", out: bits as Uint16Array })).toEqualTypeOf<Uint16Array>();
  expectTypeOf(on.pack16(native, { out: native })).toEqualTypeOf<door.Float16Like>();
  expectTypeOf(on.unpack16(bits, { dtype })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.unpack16(native, {})).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.unpack16(bits, { dtype, out: shared })).toEqualTypeOf<typeof shared>();
  expectTypeOf(on.softmax(bits, { dtype })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.softmax(bits, { dtype, out: bits })).toEqualTypeOf<typeof bits>();
  expectTypeOf(on.softmax(native, { out: native })).toEqualTypeOf<door.Float16Like>();
  expectTypeOf(on.logSumExp(bits, { dtype, out: bits })).toEqualTypeOf<typeof bits>();
  expectTypeOf(on.entropy(native, { shape })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.sparsemax(bits, { dtype, out: bits })).toEqualTypeOf<typeof bits>();
  expectTypeOf(on.entmax(bits, { dtype, alpha: 2, out: bits })).toEqualTypeOf<typeof bits>();
  expectTypeOf(on.attention(bits, native, bits, { headDim: 3, dtype })).toEqualTypeOf<NewFloats>();
  expectTypeOf(on.attention(x, bits, bits, { headDim: 3, dtype, bias: bits, out: bits })).toEqualTypeOf<typeof bits>();
  expectTypeOf(on.logProbs(bits, [1], { dtype, out: bits })).toEqualTypeOf<typeof bits>();
  expectTypeOf(on.sample(bits, { dtype, bias: { tokens: [1], values: bits } }).index).toEqualTypeOf<number>();
  on.topK(bits, 2, { dtype: off });

  // an option that is undefined is one that was left out, also under exactOptionalPropertyTypes
  on.softmax(x, { shape: off, axis: off, temperature: off, mask: off, out: off });
  on.sparsemax(x, { temperature: off, support: off });
  on.attention(x, x, x, { headDim: 3, causal: off, window: off, softcap: off, lse: off, out: off });
  on.topK(x, 1, { temperature: off, mask: off, bias: off, penalties: off });
  on.sample(x, { temperature: off, topK: off, topP: off, minP: off, minKeep: off, random: off, mask: off });
  on.logProbs(x, [1], { ignore: off, out: off });
  on.verifyDraft(x, [1], { draft: off, draftOptions: off, shape: off, mask: off, temperature: off, random: off });
}
door.createRuntime({ backend: off, heapBytes: off, module: off });

// every export has been looked at: a new one fails here until it is above
type Names =
  | "softmax"
  | "logSoftmax"
  | "logSumExp"
  | "entropy"
  | "hardmax"
  | "sparsemax"
  | "entmax15"
  | "entmax"
  | "pack16"
  | "unpack16"
  | "attention"
  | "mergeAttention"
  | "topK"
  | "sample"
  | "truncate"
  | "logProbs"
  | "verifyDraft"
  | "createRuntime"
  | "useRuntime"
  | "backend"
  | "seeded"
  | "bitMask";
expectTypeOf<keyof typeof door>().toEqualTypeOf<Names>();
expectTypeOf<keyof typeof js>().toEqualTypeOf<Names>();

expectTypeOf(door.backend()).toEqualTypeOf<"wasm-relaxed" | "wasm" | "js">();
expectTypeOf(door.backend).returns.toEqualTypeOf<door.Backend>();
expectTypeOf(js.backend).toEqualTypeOf<typeof door.backend>();
expectTypeOf(door.createRuntime({ backend: "auto", heapBytes: 65536 })).toEqualTypeOf<door.Runtime>();
expectTypeOf(js.createRuntime({ backend: "js" })).toEqualTypeOf<js.Runtime>();
expectTypeOf<js.Runtime>().toEqualTypeOf<door.Runtime>();
const { alloc, free } = door.createRuntime();
expectTypeOf(alloc(4)).toEqualTypeOf<NewFloats>();
expectTypeOf(alloc(4, off)).toEqualTypeOf<NewFloats>();
expectTypeOf(alloc(4, "float16")).toEqualTypeOf<NewHalves>();
expectTypeOf(alloc(4, "float16" as door.Dtype | undefined)).toEqualTypeOf<NewFloats | NewHalves>();
expectTypeOf(free).toEqualTypeOf<{ (): void; (view: Float32Array | Uint16Array | door.Float16Like): void }>();
for (const on of [door, js]) {
  expectTypeOf(on.useRuntime).toEqualTypeOf<(runtime: door.Runtime) => void>();
  expectTypeOf(on.seeded(1)).toEqualTypeOf<() => number>();
  expectTypeOf<Parameters<typeof on.bitMask>[0]>().toEqualTypeOf<door.TokenList>();
  for (const tokens of [[1, 2], [1n, 2], Uint32Array.of(1), Int32Array.of(1), BigInt64Array.of(1n)] as const) {
    expectTypeOf(on.bitMask(tokens, 5)).toEqualTypeOf<NewWords>();
    on.topK(x, 3, { mask: on.bitMask(tokens, 6) });
  }
  on.useRuntime(modules.createRuntime({ module: rows }));
}
expectTypeOf<door.Runtime["rejected"]>().toEqualTypeOf<
  readonly {
    readonly backend: door.Backend;
    readonly family?: "rows" | "sparse" | "attention" | "vocabulary";
    readonly reason: string;
  }[]
>();
expectTypeOf(door.softmax).toEqualTypeOf<door.Softmax>();
expectTypeOf<Parameters<door.Softmax>[0]>().toEqualTypeOf<door.FloatInput>();
expectTypeOf<door.RuntimeOptions["module"]>().toEqualTypeOf<door.WasmModule | readonly door.WasmModule[] | undefined>();
expectTypeOf(rows).toEqualTypeOf<door.WasmModule>();
expectTypeOf(door.createRuntime({ module: relaxed })).toEqualTypeOf<door.Runtime>();
expectTypeOf(door.createRuntime({ module: [relaxed, sparse] })).toEqualTypeOf<door.Runtime>();
expectTypeOf(modules.createRuntime({ module: [relaxed, sparse], heapBytes: 65536 })).toEqualTypeOf<door.Runtime>();
expectTypeOf<keyof typeof modules>().toEqualTypeOf<"createRuntime">();

// @ts-expect-error: not numbers
door.softmax("1, 2, 3");
// @ts-expect-error: no such option
door.softmax(x, { dim: 0 });
// @ts-expect-error: a mask is bytes
door.softmax(x, { mask: [true, false] });
// @ts-expect-error: out is a Float32Array
door.softmax(x, { out: new Float64Array(6) });
// @ts-expect-error: no such format
door.softmax(bits, { dtype: "half" });
// @ts-expect-error: bits are a Uint16Array
door.unpack16([1, 2], { dtype: "float16" });
// @ts-expect-error: what to make is not said
door.pack16(x);
// @ts-expect-error: floats are no bits
door.pack16(x, { dtype: "float16", out: x });
// @ts-expect-error: the index of a list is no format
[3, 5].map(alloc);
// @ts-expect-error: alpha is required
door.entmax(x, {});
// @ts-expect-error: headDim is required
door.attention(x, x, x, { heads: 2 });
// @ts-expect-error: no such backend
door.createRuntime({ backend: "gpu" });
// @ts-expect-error: a view that may be missing would be all of them
door.createRuntime().free(off);
// @ts-expect-error: no runtime
door.useRuntime(door);
// @ts-expect-error: a mask is no list of tokens
door.bitMask(new Uint8Array(5), 5);
// @ts-expect-error: no wasm behind that door
js.createRuntime({ backend: "wasm" });
// @ts-expect-error: nothing to write there
door.createRuntime().backend = "js";

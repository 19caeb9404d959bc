/** The logits of a batch, as a Tensor of transformers.js has them. */
import { isList, kind, refuseType, refuseValue } from "../check";
import { type Dtype, type Floats, halfOf } from "../half";
import { bufferOf, lengthOf, offsetOf, typeOf } from "../typedArray";

/** The fields of a Tensor of transformers.js that are read. */
export interface LogitsTensor {
  /** Sizes of the axes, the vocabulary last. */
  readonly dims: readonly number[];
  /** The logits, row-major: a Float32Array, a Float16Array, or, where the tensor's type is float16, a Uint16Array of bits. */
  readonly data: unknown;
  /** What the data is, as the library names it. */
  readonly type?: unknown;
}

/** Rows of logits, one after the other. */
export interface Batch {
  /** An array of ours over the tensor's memory. */
  readonly x: Floats;
  /** What the bits of a Uint16Array are. */
  readonly dtype: Dtype | undefined;
  readonly rows: number;
  readonly vocabulary: number;
}

/** A copy of dims, and the product, NaN where an element is no size. Each element is read once: it may be a getter. */
function sizesOf(dims: readonly number[]): { sizes: number[]; product: number } {
  const sizes: number[] = [];
  const rank = dims.length;
  let product = rank > 0 ? 1 : Number.NaN;
  for (let i = 0; i < rank; i++) {
    const size = dims[i];
    sizes.push(size);
    product *= Number.isInteger(size) && size >= 1 ? size : Number.NaN;
  }
  return { sizes, product };
}

/** -Infinity in either format. */
const NEVER = { float16: 0xfc00, bfloat16: 0xff80 };

/** What the bits of a tensor's data are; undefined for a Float32Array. */
function formatOf(fn: string, data: unknown, type: unknown): Dtype | undefined {
  const array = typeOf(data);
  if (array === "Float32Array") return undefined;
  if (array === "Float16Array") return "float16";
  if (array === "Uint16Array" && (type === "float16" || type === "bfloat16")) return type;
  const of = array === "Uint16Array" ? ` of type ${typeof type === "string" ? JSON.stringify(type) : kind(type)}` : "";
  return refuseType(fn, "logits.data", "a Float32Array, or a tensor of type float16", `${kind(data)}${of}`);
}

/** Leaves each row the one token that was drawn from it: its logit becomes 0, all others -Infinity. */
export function leaveOnly({ x, dtype, vocabulary }: Batch, tokens: readonly number[]): void {
  x.fill(dtype === undefined ? -Infinity : NEVER[dtype]);
  tokens.forEach((token, r) => {
    x[r * vocabulary + token] = 0;
  });
}

/** The tensor's rows. All axes before the last are rows. */
export function batchOf(fn: string, logits: LogitsTensor): Batch {
  if (typeof logits !== "object" || logits === null) refuseType(fn, "logits", "a Tensor", kind(logits));
  const { dims, data, type } = logits;
  if (!isList(dims)) refuseType(fn, "logits.dims", "an array of sizes", kind(dims));
  const dtype = formatOf(fn, data, type);
  const { sizes, product } = sizesOf(dims);
  const view = data as Float32Array;
  const length = lengthOf(view);
  if (product !== length) {
    const expected = `sizes >= 1 whose product is logits.data.length = ${length}`;
    refuseValue(fn, "logits.dims", expected, `[${sizes.join(", ")}]`);
  }
  const vocabulary = sizes[sizes.length - 1];
  const x = dtype === undefined ? new Float32Array(bufferOf(view), offsetOf(view), length) : halfOf(view, dtype);
  return { x, dtype, rows: length / vocabulary, vocabulary };
}

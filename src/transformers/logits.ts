/** The logits of a batch, as a Tensor of transformers.js has them. */
import { isFloat32Array, isList, kind, refuseType, refuseValue } from "../check";
import { bufferOf, lengthOf, offsetOf } from "../typedArray";

/** The fields of a Tensor of transformers.js that are read. */
export interface LogitsTensor {
  /** Sizes of the axes, the vocabulary last. */
  readonly dims: readonly number[];
  /** A Float32Array: the logits, row-major. */
  readonly data: unknown;
}

/** Rows of logits, one after the other. */
export interface Batch {
  /** An array of ours over the tensor's memory. */
  readonly x: Float32Array;
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

/** The tensor's rows. All axes before the last are rows. */
export function batchOf(fn: string, logits: LogitsTensor): Batch {
  if (typeof logits !== "object" || logits === null) refuseType(fn, "logits", "a Tensor", kind(logits));
  const { dims, data } = logits;
  if (!isList(dims)) refuseType(fn, "logits.dims", "an array of sizes", kind(dims));
  if (!isFloat32Array(data)) refuseType(fn, "logits.data", "a Float32Array", kind(data));
  const { sizes, product } = sizesOf(dims);
  const length = lengthOf(data);
  if (product !== length) {
    const expected = `sizes >= 1 whose product is logits.data.length = ${length}`;
    refuseValue(fn, "logits.dims", expected, `[${sizes.join(", ")}]`);
  }
  const vocabulary = sizes[sizes.length - 1];
  return { x: new Float32Array(bufferOf(data), offsetOf(data), length), rows: length / vocabulary, vocabulary };
}

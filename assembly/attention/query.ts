/**
 * The state of a block's queries while chunks of keys go by. Rows are the queries of a few heads, head after head.
 *
 * q       f32[rows, headDim], rows padded with zeros to a multiple of 4 floats; behind the last, rows of 0 up to a multiple of 6
 * o       f32[rows, 2, valueDim], padded to a multiple of 16 floats: a sum, then the error of its roundings (addTo)
 * query   Query[rows]
 */
import { COLUMNS_MULTIPLE as columnsMultiple, QUERY_BYTES as queryBytes, ROWS_MULTIPLE as rowsMultiple } from "../layout";

// the same numbers as usize, the type of addresses
export const ROWS_MULTIPLE: usize = rowsMultiple;
const COLUMNS_MULTIPLE: usize = columnsMultiple;
export const QUERY_BYTES: usize = queryBytes;

// @ts-ignore: decorator
@unmanaged
export class Query {
  /** The largest score so far; -Infinity before the first. */
  maximum: f32;
  /** 1 where q is so large that its scores may overflow (overflow.ts). */
  large: i16;
  /** e, where q holds the query divided by 2^e: not 0 where float32 could not hold it otherwise. */
  exponent: i16;
  /** Σ exp(score - maximum); NaN once a score was NaN. */
  sum: f64;
}

/** Query r of those at `query`. */
// @ts-ignore: decorator
@inline
export function queryAt(query: usize, r: usize): Query {
  return changetype<Query>(query + r * QUERY_BYTES);
}

/** n rounded up to a multiple. */
// @ts-ignore: decorator
@inline
export function padded(n: usize, multiple: usize): usize {
  return (n + multiple - 1) / multiple * multiple;
}

/** Bytes from row to row of q. */
// @ts-ignore: decorator
@inline
export function qBytes(headDim: usize): usize {
  return padded(headDim, 4) << 2;
}

/** Bytes from the sums of a row of o to their errors. */
// @ts-ignore: decorator
@inline
export function errorBytes(valueDim: usize): usize {
  return padded(valueDim, COLUMNS_MULTIPLE) << 2;
}

/** Bytes from row to row of o. */
// @ts-ignore: decorator
@inline
export function oBytes(valueDim: usize): usize {
  return errorBytes(valueDim) << 1;
}

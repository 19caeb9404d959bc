/** assembly/attention/query.ts in JavaScript. A query's sum, and its o, are float64s here, its exponent a float32. */
import { COLUMNS_MULTIPLE, QUERY_BYTES } from "../../../assembly/layout";

const padded = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** Floats from row to row of q, float64s from row to row of o. */
export const qPitch = (headDim: number): number => padded(headDim, 4);
export const oPitch = (valueDim: number): number => padded(valueDim, COLUMNS_MULTIPLE);

/** Index of query r's maximum and its exponent among the float32s, and of its sum among the float64s. */
export const maximumAt = (query: number, r: number): number => (query + r * QUERY_BYTES) >>> 2;
export const exponentAt = (query: number, r: number): number => (query + r * QUERY_BYTES + 4) >>> 2;
export const sumAt = (query: number, r: number): number => (query + r * QUERY_BYTES + 8) >>> 3;

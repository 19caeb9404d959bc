/** The binary of the functions with exact zeros, and of those of the rows' that are their limits; as assembly/rows/index.ts. */
export { pack16 } from "../pack16";
export { unpack16 } from "../unpack16";
export { hardmax } from "../rows/hardmax";
export { softmax } from "../rows/softmax";
export { entmax } from "./entmax";
export { entmax15 } from "./entmax15";
export { scores } from "./scores";
export { sparsemax } from "./sparsemax";

export const relaxed: bool = ASC_FEATURE_RELAXED_SIMD;

/** The binary of the rows: byte offsets, counts and scalars only; nothing allocates, validates or throws. */
export { pack16 } from "../pack16";
export { unpack16 } from "../unpack16";
export { entropy } from "./entropy";
export { hardmax } from "./hardmax";
export { logSoftmax, logSoftmaxRow } from "./logSoftmax";
export { logSumExp, logSumExpRow } from "./logSumExp";
export { softmax, softmaxRow } from "./softmax";

/** Which of the family's two binaries this is. */
export const relaxed: bool = ASC_FEATURE_RELAXED_SIMD;

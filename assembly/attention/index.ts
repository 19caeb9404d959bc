/** The binary of attention; as assembly/rows/index.ts. */
export { pack16 } from "../pack16";
export { unpack16 } from "../unpack16";
export { mergeAttention } from "./merge";
export { attentionPack } from "./pack";
export { attentionRows } from "./rows";
export { attentionFinish, attentionStart, attentionWeights } from "./state";
export { attentionTiles } from "./tiles";

export const relaxed: bool = ASC_FEATURE_RELAXED_SIMD;

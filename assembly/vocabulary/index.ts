/** The binary of the passes over a vocabulary; as assembly/rows/index.ts. */
export { pack16 } from "../pack16";
export { unpack16 } from "../unpack16";
export { vocabularyDraw, vocabularySeek } from "./draw";
export { vocabularyGather } from "./gather";
export { vocabularyBin, vocabularyHistogram, vocabularyTotal } from "./histogram";
export { vocabularyCut, vocabularyOrder, vocabularyShift } from "./list";
export { vocabularyBits } from "./mask";
export { vocabularyMaxima, vocabularyRange } from "./maxima";
export { vocabularyResidual } from "./residual";
export { vocabularyShares } from "./shares";
export { vocabularySum } from "./sum";
export { vocabularyTail } from "./tail";

export const relaxed: bool = ASC_FEATURE_RELAXED_SIMD;

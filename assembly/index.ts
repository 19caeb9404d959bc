/** Everything the host calls. Byte offsets, counts and scalars only; nothing allocates, validates or throws. */
export { entmax } from "./sparse/entmax";
export { entmax15 } from "./sparse/entmax15";
export { mergeAttention } from "./attention/merge";
export { attentionPack } from "./attention/pack";
export { attentionRows } from "./attention/rows";
export { attentionFinish, attentionStart, attentionWeights } from "./attention/state";
export { attentionTiles } from "./attention/tiles";
export { hardmax } from "./rows/hardmax";
export { logSoftmax } from "./rows/logSoftmax";
export { logSumExp } from "./rows/logSumExp";
export { scores } from "./sparse/scores";
export { softmax, softmaxRow } from "./rows/softmax";
export { sparsemax } from "./sparse/sparsemax";
export { vocabularyDraw, vocabularySeek } from "./vocabulary/draw";
export { vocabularyGather } from "./vocabulary/gather";
export { vocabularyBin, vocabularyHistogram, vocabularyTotal } from "./vocabulary/histogram";
export { vocabularyCut, vocabularyOrder, vocabularyShift } from "./vocabulary/list";
export { vocabularyBits } from "./vocabulary/mask";
export { vocabularyMaxima, vocabularyRange } from "./vocabulary/maxima";
export { vocabularySum } from "./vocabulary/sum";
export { vocabularyTail } from "./vocabulary/tail";

/** Which of the two binaries this is. */
export const relaxed: bool = ASC_FEATURE_RELAXED_SIMD;

/** The first byte that is the host's. */
export const heapBase: usize = __heap_base;

/** assembly/attention/ in JavaScript. */
import type { AttentionKernels } from "../../kernels/attention";
import { halfKernels } from "../half";
import type { Memory } from "../state";
import { mergeAttentionKernel } from "./merge";
import { attentionPack, attentionRows } from "./rows";
import { attentionFinish, attentionStart, attentionWeights } from "./state";

export function attentionKernels(memory: Memory): AttentionKernels {
  const rows = attentionRows(memory);
  return {
    ...halfKernels(memory),
    attentionStart: attentionStart(memory),
    attentionPack: attentionPack(memory),
    attentionTiles: rows, // the twin has no tiles: its attentionPack copies keys and values side by side
    attentionRows: rows,
    attentionFinish: attentionFinish(memory),
    attentionWeights: attentionWeights(memory),
    mergeAttention: mergeAttentionKernel(memory),
  };
}

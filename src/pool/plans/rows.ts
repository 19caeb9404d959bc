/** How topK, sample and logProbs are cut: by rows. */
import type { CheckedBias, CheckedPenalties } from "../../ops/vocabulary/edits";
import type { Law } from "../../ops/vocabulary/truncation";
import { type Regions, range } from "../task";

export interface RowsPlan {
  readonly kind: "rows";
  readonly fn: "topK" | "sample" | "logProbs";
  readonly rows: number;
  readonly length: number;
  /** By the option shape. */
  readonly shaped: boolean;
  /** Elements of the mask that all rows have, or of each row's: -1 where a row has none. */
  readonly mask: undefined | number | readonly number[];
  readonly biases: CheckedBias | undefined | (CheckedBias | undefined)[];
  readonly penalties: CheckedPenalties | undefined | (CheckedPenalties | undefined)[];
  /** Of topK, the k that was asked for; of topK and logProbs, results of a row. */
  readonly k: number;
  readonly width: number;
  readonly temperature: number;
  readonly law: Law | undefined;
  readonly ignore: number | undefined;
  /** Rows of a piece. */
  readonly step: number;
}

export const rowsPieces = ({ rows, step }: RowsPlan): number => Math.max(1, Math.ceil(rows / step));

/** The regions of a piece, its first row, and how many rows it has. */
export function cutRows(plan: RowsPlan, piece: number): { regions: Regions; first: number; count: number } {
  const { fn, rows, length, width, mask } = plan;
  const first = piece * plan.step;
  const count = Math.min(plan.step, rows - first);
  const regions: Regions = { logits: range(first * length, count * length) };
  if (typeof mask === "number") regions.mask = range(0, mask);
  else if (mask !== undefined) {
    for (let r = first; r < first + count; r++) if (mask[r] >= 0) regions[`mask${r}`] = range(0, mask[r]);
  }
  if (fn === "sample") {
    for (const name of ["us", "index", "prob", "logProb"]) regions[name] = range(first, count);
  } else {
    if (fn === "logProbs") regions.ids = range(first * width, count * width);
    else regions.indices = range(first * width, count * width);
    regions.logProbs = range(first * width, count * width);
  }
  if (fn === "topK") {
    regions.logSumExp = range(first, count);
    regions.count = range(0, 1);
  }
  return { regions, first, count };
}

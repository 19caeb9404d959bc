/**
 * A call, cut for several threads. In the words of this folder:
 *
 *   task    a call whose arguments are in order: numbers that both sides know, and how it is cut
 *   piece   what is computed in one go by the plain function: its rows have the bits that they have in the whole call
 *   unit    `grain` neighbouring pieces, which a thread takes at once: some milliseconds
 *   region  the elements of an array that a piece reads or writes
 *
 * A task is posted to the workers as it is. What a piece consists of follows from its number, on either side.
 */
import type { AlongPlan } from "./plans/along";
import { cutAlong } from "./plans/along";
import type { AttentionPlan } from "./plans/attention";
import { cutAttention } from "./plans/attention";
import { cutRows, type RowsPlan } from "./plans/rows";

export type Plan = AlongPlan | AttentionPlan | RowsPlan;

/** Elements of an array: `runs` times `length` of them that lie side by side, `pitch` from one run to the next. */
export interface Region {
  readonly from: number;
  readonly runs: number;
  readonly length: number;
  readonly pitch: number;
}

/** Elements that lie side by side. */
export const range = (from: number, length: number): Region => ({ from, runs: 1, length, pitch: length });

/** `runs` runs, as a range where nothing lies between them. */
export const runsOf = (from: number, runs: number, length: number, pitch: number): Region =>
  pitch === length ? range(from, runs * length) : { from, runs, length, pitch };

export type Regions = Record<string, Region>;

export type TypeName = "Float32Array" | "Float64Array" | "Uint8Array" | "Uint16Array" | "Uint32Array" | "Int32Array";

/** The type of one of a task's arrays, and the format of one with 16 bits. */
export interface Kind {
  readonly type: TypeName;
  readonly half?: "float16" | "bfloat16";
}

export interface Task {
  readonly plan: Plan;
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly pieces: number;
  readonly grain: number;
}

export const unitsOf = ({ pieces, grain }: Task): number => Math.ceil(pieces / grain);

/** The pieces of a unit: the first, and one past the last. */
export const piecesOf = ({ pieces, grain }: Task, unit: number): readonly [first: number, end: number] => [
  unit * grain,
  Math.min(pieces, (unit + 1) * grain),
];

export function cut({ plan }: Task, piece: number): Regions {
  if (plan.kind === "along") return cutAlong(plan, piece).regions;
  if (plan.kind === "attention") return cutAttention(plan, piece).regions;
  return cutRows(plan, piece).regions;
}

const OUTPUTS = new Set([
  "out",
  "support",
  "lse",
  "weights",
  "indices",
  "count",
  "logProbs",
  "logSumExp",
  "index",
  "prob",
  "logProb",
]);

/** Whether a task's array is written to. */
export const isOutput = (name: string): boolean => OUTPUTS.has(name);

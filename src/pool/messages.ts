/** What the calling thread and the workers post to each other. */
import type { Backend } from "../kernels";
import type { WasmModule } from "../types";
import type { Arrays } from "./arrays";
import type { Task } from "./task";

/** First of all: what a worker computes with. */
export interface Start {
  readonly type: "start";
  readonly member: number;
  readonly backend: Backend;
  readonly heapBytes: number | undefined;
  readonly module: WasmModule | readonly WasmModule[] | undefined;
  /** The words of Control, and of how many members; undefined where memory cannot be shared. */
  readonly control: SharedArrayBuffer | undefined;
  readonly members: number;
}

/** A run: units of a task in shared memory. */
export interface Work {
  readonly type: "work";
  readonly run: number;
  readonly end: number;
  readonly task: Task;
  /** Arrays that are used in place, and where copies of the others lie: by name, for each piece from `first` on. */
  readonly arrays: Arrays;
  readonly staging: SharedArrayBuffer | undefined;
  readonly places: Readonly<Record<string, Int32Array>>;
  readonly first: number;
  /** Nobody waits for an answer: the calling thread waits for the words of Control. */
  readonly quiet: boolean;
}

/** A unit whose regions come along. */
export interface Copied {
  readonly type: "copied";
  readonly unit: number;
  readonly task: Task;
  /** For each piece. */
  readonly copies: readonly Arrays[];
}

export type ToWorker = Start | Work | Copied;

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly reason: string }
  /** Has left a run. */
  | { readonly type: "left"; readonly run: number }
  | { readonly type: "copied"; readonly unit: number; readonly failed: boolean; readonly copies: readonly Arrays[] };

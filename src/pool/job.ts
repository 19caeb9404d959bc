/** A call on its way through the pool, and what its caller has said about it: a signal, and whom to tell how far it is. */
import { checkFunction, kind, refuseType } from "../check";
import type { Parts } from "../parts";
import type { Arrays } from "./arrays";
import type { Call } from "./call";
import { type Task, unitsOf } from "./task";

/** What of an AbortSignal is used. */
export interface Signal {
  /** Whether the call is to stop. */
  readonly aborted: boolean;
  /** Why: what the call's promise rejects with. */
  readonly reason: unknown;
  /** How it says so. */
  addEventListener(type: "abort", listener: () => void): void;
  /** How it is no longer listened to. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** How a call is to be watched and stopped: the argument after its options. */
export interface PoolControl {
  /** An AbortSignal. The call stops within some milliseconds of work, and rejects with the signal's reason; outputs then hold anything. */
  signal?: Signal | undefined;
  /** Called some 25 times a second, and when all is done, with units of work: done never falls, and is total at the end. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

const NO_CONTROL: PoolControl = { signal: undefined, onProgress: undefined };

/** Milliseconds from one report to the next. */
export const REPORTS_EVERY = 25;

export function readControl(parts: Parts, fn: string, control: PoolControl | undefined): PoolControl {
  if (control === undefined) return NO_CONTROL;
  parts.checkObject(fn, "control", control);
  const { signal, onProgress } = parts.ownOptions(fn, control, {
    signal: control.signal,
    onProgress: control.onProgress,
  });
  if (onProgress !== undefined) checkFunction(fn, "onProgress", onProgress);
  if (signal !== undefined && (typeof signal !== "object" || typeof signal?.addEventListener !== "function")) {
    refuseType(fn, "signal", "an AbortSignal", kind(signal));
  }
  return { signal, onProgress };
}

export class Job {
  readonly fn: string;
  readonly cost: number;
  readonly task: Task;
  readonly arrays: Arrays;
  readonly units: number;
  /** Units that are through, those of the present run not counted. */
  done = 0;
  /** Why it is not to go on; `stopped` where that may be undefined. */
  stopped = false;
  error: unknown;
  /** Does what stopping takes at the moment. */
  onStop = (): void => undefined;
  /** How many units of the present run are through. */
  running = (): number => 0;
  readonly #control: PoolControl;
  readonly #end: () => unknown;
  #reported = 0;
  #last = performance.now();

  constructor(call: Call, control: PoolControl) {
    this.fn = call.fn;
    this.cost = call.cost;
    const { task, arrays } = call.cut();
    this.task = task;
    this.arrays = arrays;
    this.units = unitsOf(task);
    this.#end = call.finish;
    this.#control = control;
    if (control.signal?.aborted) this.stop(control.signal.reason);
  }

  get reports(): boolean {
    return this.#control.onProgress !== undefined;
  }

  /** The signal stops it from now on. @returns ends that */
  listen(): () => void {
    const { signal } = this.#control;
    const stop = (): void => this.stop(signal?.reason);
    signal?.addEventListener("abort", stop);
    return () => signal?.removeEventListener("abort", stop);
  }

  /** The first reason stands. */
  stop(error: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    this.error = error;
    this.onStop();
  }

  /** Stops it where the signal says so, though no event could: the thread is not free. */
  look(): void {
    const { signal } = this.#control;
    if (signal?.aborted) this.stop(signal.reason);
  }

  /** Reports how far it is, if the last report is old. */
  report(): void {
    const { onProgress } = this.#control;
    const now = performance.now();
    if (onProgress === undefined || this.stopped || now - this.#last < REPORTS_EVERY - 1) return;
    this.#last = now;
    // the last unit is reported when its results are where they belong
    this.#tell(Math.min(this.done + this.running(), this.units - 1));
  }

  #tell(done: number): void {
    this.#reported = Math.max(this.#reported, done);
    try {
      this.#control.onProgress?.(this.#reported, this.units);
    } catch (error) {
      this.stop(error);
    }
  }

  /** The end. @returns what the caller gets  @throws what stopped it */
  finish(): unknown {
    if (this.stopped) throw this.error;
    const result = this.#end();
    this.#tell(this.units);
    if (this.stopped) throw this.error;
    return result;
  }
}

/**
 * softmax-wasm/pool: the functions on more than one core, and off the calling thread.
 *
 * @packageDocumentation
 */
import { checkCount, checkDtype, checkFunction, kind, reasonOf, refuseType, refuseValue } from "./check";
import { createRuntime, type RuntimeOptions } from "./index";
import { partsOf } from "./parts";
import { LIMITS } from "./pool/budget";
import type { Call } from "./pool/call";
import type { Computer } from "./pool/compute";
import { Control, mayWait } from "./pool/control";
import { closedError } from "./pool/errors";
import { functionsOn, type Invoke, type PoolFunctions } from "./pool/functions";
import { canShare, processors, type WorkerLike, workerMaker } from "./pool/host";
import { Job, readControl } from "./pool/job";
import { Memory } from "./pool/memory";
import type { Start } from "./pool/messages";
import { Queue } from "./pool/queue";
import { Staging } from "./pool/staging";
import { runAlone, Sync } from "./pool/sync";
import { Team } from "./pool/team";
import type { Runtime } from "./types";

export type { AlongAxis, Eventual, PoolFunctions, Reducing, SparseAxis } from "./pool/functions";
export type { WorkerLike } from "./pool/host";
export type { PoolControl, Signal } from "./pool/job";
export type * from "./types";

/** Options of createPool. */
export interface PoolOptions extends RuntimeOptions {
  /** How many work at once, an integer from 1 to 64; default what the host has, at most 8. */
  threads?: number | undefined;
  /**
   * Makes a worker whose script imports softmax-wasm/pool-worker, for bundlers and hosts that do not find the package's own file: a
   * Worker of the web, or of node:worker_threads.
   */
  worker?: (() => WorkerLike) | undefined;
}

/** How a pool computes. */
export interface PoolMode {
  /**
   * "shared": workers use arrays in shared memory in place, others through a staging of fixed size. "copied": memory cannot be shared
   * here, so workers get copies. "caller": there are no workers, and the calling thread computes in slices of 8 ms.
   */
  readonly kind: "shared" | "copied" | "caller";
  /** Why it is not "shared", or has fewer threads than were asked for; else empty. */
  readonly reason: string;
  /** How many work at once. */
  readonly threads: number;
}

/** `[Symbol.asyncDispose]`, for `await using`: where TypeScript knows that symbol. */
export type AsyncDisposing = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { [Name in Key]: () => Promise<void> }
  : object;

/** A pool of workers. Its functions give promises, and leave the calling thread free. */
export interface Pool extends PoolFunctions<"promise">, AsyncDisposing {
  /** The same functions for a thread that may wait: it computes too. Where it may not, as in a page's main thread, it computes alone. */
  readonly sync: PoolFunctions<"value">;
  /** How it computes now: it changes where workers are lost. */
  readonly mode: PoolMode;
  /** The backend, the same on all threads. */
  readonly backend: Runtime["backend"];
  /**
   * A Float32Array in shared memory, zeroed, which all threads use in place. Where memory cannot be shared it is an ordinary one.
   *
   * @param length  floats
   * @param dtype   "float16" or "bfloat16" for a Uint16Array of such floats' bits
   * @throws {TypeError}  length is not a number, dtype is not a string
   * @throws {RangeError} length is not an integer >= 0, or there is no memory for so many; dtype is the name of no format
   */
  alloc(length: number, dtype?: undefined): Float32Array;
  /** The same for floats of 16 bits. */
  alloc(length: number, dtype: "float16" | "bfloat16"): Uint16Array;
  /**
   * Takes a view back that alloc gave out, or all of them: it must not be used any more, and its memory is given out again. Memory that
   * is not taken back goes when nothing refers to it.
   *
   * @throws {RangeError} view is none that alloc gave out, or was taken back already
   */
  free(view?: Float32Array | Uint16Array): void;
  /** Ends the workers; calls that are not done reject. To close it twice is to close it once. */
  close(): Promise<void>;
}

const CREATE = "createPool";
const MOST_THREADS = 64;

function checkPool({ threads, worker }: PoolOptions): void {
  if (threads !== undefined) {
    checkCount(CREATE, "threads", threads);
    if (threads > MOST_THREADS) refuseValue(CREATE, "threads", `at most ${MOST_THREADS}`, threads);
  }
  if (worker !== undefined) checkFunction(CREATE, "worker", worker);
}

/** A team of workers that are ready. @returns why there is none, where there is none */
async function teamOf(start: Omit<Start, "member">, worker: PoolOptions["worker"]): Promise<Team | string> {
  try {
    const make = worker ?? (await workerMaker());
    const control = start.control && new Control(start.control, start.members);
    const team = new Team(make, control, start);
    await team.start(start.members - 1);
    if (team.ready.length > 0) return team;
    await team.close();
    return team.reason;
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * Makes a pool: workers with a runtime each, on which the functions run. Results have the bits of the plain functions on that backend,
 * whatever the number of threads. A pool that nothing waits for does not keep a process alive.
 *
 * @param options  threads, worker; backend, heapBytes and module of each thread's runtime, as in createRuntime
 * @returns        the pool, when its workers are ready
 * @throws {TypeError}  an option is not of the type it must be
 * @throws {RangeError} an option is out of its range
 * @throws {Error}      the backend asked for, or the module, does not run on this host
 * @example
 * import { createPool } from "softmax-wasm/pool";
 * const pool = await createPool({ threads: 2 });
 * const x = pool.alloc(3);
 * x.set([1, 2, 3]);
 * await pool.softmax(x); // [0.0900, 0.2447, 0.6652]
 * await pool.close();
 */
export async function createPool(options: PoolOptions = {}): Promise<Pool> {
  if (typeof options !== "object" || options === null) refuseType(CREATE, "options", "an object", kind(options));
  const { threads: wanted, backend: asked, heapBytes, module, worker } = options;
  const backend = asked ?? "auto";
  const runtime = createRuntime(module === undefined ? { backend, heapBytes } : { backend, heapBytes, module });
  const parts = partsOf(runtime);
  parts.checkObject(CREATE, "options", options, "threads");
  const given = { threads: wanted, backend: asked, heapBytes, module, worker };
  checkPool(parts.ownOptions(CREATE, options, given));
  const computer: Computer = { runtime, parts };
  const threads = wanted ?? Math.max(1, Math.min(8, await processors()));
  const control = canShare() ? Control.make(threads + 1).words.buffer : undefined;
  const start: Omit<Start, "member"> = {
    type: "start",
    backend: runtime.backend,
    heapBytes,
    module,
    control: control as SharedArrayBuffer | undefined,
    members: threads + 1,
  };
  return poolOf(computer, threads, await teamOf(start, worker));
}

function modeOf(team: Team | string, threads: number): PoolMode {
  if (typeof team === "string") return { kind: "caller", reason: team, threads: 1 };
  const { control, ready, reason } = team;
  if (ready.length === 0) return { kind: "caller", reason, threads: 1 };
  const fewer = ready.length < threads ? reason : "";
  if (control !== undefined) return { kind: "shared", reason: fewer, threads: ready.length };
  return { kind: "copied", reason: fewer || "memory cannot be shared here", threads: ready.length };
}

function poolOf(computer: Computer, threads: number, team: Team | string): Pool {
  const workers = typeof team === "string" ? undefined : team;
  const staging = new Staging();
  const queue = new Queue(computer, workers, staging);
  const memory = new Memory();
  const waits = workers?.control !== undefined && mayWait();
  const sync = waits && workers ? new Sync(computer, workers, staging, threads - 1, () => queue.busy) : undefined;
  const budget = { threads: workers === undefined ? 1 : threads, js: computer.runtime.backend === "js" };
  let closing: Promise<void> | undefined;
  const isSmall = ({ cost }: Call | Job): boolean => cost < LIMITS.small;
  /** A call that is small and not watched is done on the spot, with less ado. */
  const begin = (...[fn, make, control]: Parameters<Invoke<unknown>>): Call | Job => {
    if (closing !== undefined) throw closedError(fn);
    const given = readControl(computer.parts, fn, control);
    const call = make(computer, budget);
    return call.direct !== undefined && control === undefined && isSmall(call) ? call : new Job(call, given);
  };
  const direct = (call: Call): unknown => {
    call.direct?.();
    return call.finish();
  };
  const close = (): Promise<void> => {
    queue.close();
    closing ??= Promise.resolve(workers?.close());
    return closing;
  };
  return {
    ...functionsOn<"promise">(async (...args) => {
      const job = begin(...args);
      if (!(job instanceof Job)) return direct(job);
      return isSmall(job) ? runAlone(computer, job) : queue.add(job);
    }),
    sync: functionsOn<"value">((...args) => {
      const job = begin(...args);
      if (!(job instanceof Job)) return direct(job);
      return sync === undefined ? runAlone(computer, job) : sync.run(job);
    }),
    get mode() {
      return modeOf(closing === undefined ? team : "the pool is closed", threads);
    },
    backend: computer.runtime.backend,
    alloc: ((length: number, dtype?: "float16" | "bfloat16") => {
      checkCount("alloc", "length", length, 0);
      checkDtype("alloc", dtype);
      return memory.alloc(length, dtype === undefined ? Float32Array : Uint16Array);
    }) as Pool["alloc"],
    free(...views: [view?: Float32Array | Uint16Array]) {
      if (views.length === 0) memory.clear();
      else if (!ArrayBuffer.isView(views[0])) {
        refuseType("free", "view", "a Float32Array", `${kind(views[0])} (free() takes back all views)`);
      } else memory.free(views[0]);
    },
    close,
    [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]: close,
  } as Pool;
}

/** Chooses the backend of a runtime and of each family: one memory, and the backends that can work on it, the best first. */
import { reasonOf } from "./check";
import type { Family } from "./family";
import { Heap } from "./heap";
import type { Backend, Engine, FamilyName, Source } from "./kernels";

/** A backend that may be tried. `start` throws where it does not run on this host. */
export interface Candidate {
  readonly backend: Backend;
  /** @param beside  an engine whose memory this one shares; without it, `start` makes a memory of `bytes` */
  readonly start: (bytes: number, beside?: Engine) => Engine;
}

/** A backend that was tried and not taken. */
export interface Rejected {
  /** Its name. */
  readonly backend: Backend;
  /** The family that it was tried for; missing where it was tried for the whole runtime. */
  readonly family?: FamilyName;
  /** The message of the error that it ended in. */
  readonly reason: string;
}

export class Engines {
  readonly heap: Heap;
  /** The backend that the runtime runs on. */
  readonly backend: Backend;
  readonly rejected: Rejected[];
  readonly #started: Engine[];
  /** The backends to try next, on the same memory, for families that fail on those started. */
  readonly #next: Candidate[];
  readonly #failed = new Map<FamilyName, Error>();
  readonly #bytes: number;
  readonly #asked: "backend" | "module";

  /** @param asked  the option of createRuntime that an error is about */
  constructor(
    engine: Engine,
    next: readonly Candidate[],
    rejected: Rejected[],
    asked: "backend" | "module" = "backend",
  ) {
    this.heap = new Heap(engine.buffer);
    this.backend = engine.backend;
    this.rejected = rejected;
    this.#started = [engine];
    this.#next = [...next];
    this.#bytes = engine.buffer.byteLength;
    this.#asked = asked;
  }

  /**
   * A family's functions, on the first backend on which they pass their self-test: decoded, compiled and tested now.
   *
   * @throws {Error} with the reasons, when there is none; the same once more at every later call
   */
  start<Name extends FamilyName, Functions>(family: Family<Name, Functions>, source: Source<Name>): Functions {
    const before = this.#failed.get(family.name);
    if (before !== undefined) throw before;
    const rejected: Rejected[] = [];
    for (let i = 0; i < this.#started.length || this.#startNext(rejected, family.name); i++) {
      const engine = this.#started[i];
      const { half } = this.heap;
      try {
        const kernels = engine.kernels(family.name, source);
        const core = { heap: this.heap, kernels };
        this.heap.half = kernels;
        const functions = family.functions(core);
        family.selfTest(functions, core);
        this.rejected.push(...rejected);
        return functions;
      } catch (error) {
        rejected.push({ backend: engine.backend, family: family.name, reason: reasonOf(error) });
        this.heap.half = half;
      }
    }
    const error = new Error(
      `createRuntime: "${this.#asked}" expected one on which the functions of "${family.name}" run, got ${listed(rejected)}`,
    );
    this.#failed.set(family.name, error);
    throw error;
  }

  /** Starts the next backend that runs here. @returns whether there was one */
  #startNext(rejected: Rejected[], family: FamilyName): boolean {
    for (let next = this.#next.shift(); next !== undefined; next = this.#next.shift()) {
      try {
        this.#started.push(next.start(this.#bytes, this.#started[0]));
        return true;
      } catch (error) {
        rejected.push({ backend: next.backend, family, reason: reasonOf(error) });
      }
    }
    return false;
  }
}

const listed = (rejected: readonly Rejected[]): string =>
  rejected.map(({ backend, reason }) => `"${backend}" (${reason})`).join(", ");

/** Starts the first candidate that runs here. @throws {Error} with every reason, when none does */
export function startEngines(candidates: readonly Candidate[], bytes: number): Engines {
  const rejected: Rejected[] = [];
  for (const [i, { backend, start }] of candidates.entries()) {
    try {
      return new Engines(start(bytes), candidates.slice(i + 1), rejected);
    } catch (error) {
      rejected.push({ backend, reason: reasonOf(error) });
    }
  }
  const hint = candidates.some(({ backend }) => backend === "js")
    ? ""
    : '; "auto" takes the best one that does, "js" runs everywhere';
  const none = rejected.length > 1 ? "none: " : "";
  throw new Error(`createRuntime: "backend" expected one that runs here, got ${none}${listed(rejected)}${hint}`);
}

/** A function that calls `make` the first time it is called, and returns that result from then on. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

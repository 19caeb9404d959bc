/** Calls that are waited for, one after the other: each has all workers. */
import { doUnits, pause, unitsFrom } from "./alone";
import type { Computer } from "./compute";
import { copied } from "./copied";
import { closedError } from "./errors";
import { type Job, REPORTS_EVERY } from "./job";
import type { Staging } from "./staging";
import type { Team } from "./team";
import { together } from "./together";

export class Queue {
  /** Whether the staging holds copies of a call that is being computed. */
  busy = false;
  readonly #computer: Computer;
  readonly #team: Team | undefined;
  readonly #staging: Staging;
  readonly #jobs = new Set<Job>();
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param team  undefined where there are no workers */
  constructor(computer: Computer, team: Team | undefined, staging: Staging) {
    this.#computer = computer;
    this.#team = team;
    this.#staging = staging;
  }

  /** @returns what the call's promise is */
  async add(job: Job): Promise<unknown> {
    if (job.stopped) throw job.error;
    this.#jobs.add(job);
    const quiet = job.listen();
    const stopped = new Promise<void>((resolve) => {
      job.onStop = resolve;
    });
    const turn = this.#last.then(() => this.#run(job));
    this.#last = turn;
    try {
      await Promise.race([stopped, turn]); // one that is stopped while it waits need not wait any more
      if (this.#running === job) await turn;
      return job.finish();
    } finally {
      quiet();
      this.#jobs.delete(job);
    }
  }

  #running: Job | undefined;

  async #run(job: Job): Promise<void> {
    if (job.stopped) return;
    this.#running = job;
    this.busy = true;
    job.onStop = () => undefined;
    const reports = job.reports ? setInterval(() => job.report(), REPORTS_EVERY) : undefined;
    try {
      for (let unit = 0; unit < job.units && !job.stopped; ) unit = await this.#some(job, unit);
    } catch (error) {
      job.stop(error);
    } finally {
      clearInterval(reports);
      this.busy = false;
      this.#running = undefined;
    }
  }

  /** Does some units. @returns the first that is not done */
  async #some(job: Job, unit: number): Promise<number> {
    const team = this.#team;
    if (team !== undefined && team.ready.length === 0) await team.started();
    if (this.#closed || team === undefined || team.ready.length === 0) {
      await pause(); // what is called without a wait goes on first
      await doUnits(this.#computer, job, unitsFrom(unit, job.units));
      return job.units;
    }
    if (team.control === undefined) return copied(this.#computer, team, job, unit);
    return together(this.#computer, team, this.#staging, job, unit);
  }

  /** Stops every call that waits or is computed. */
  close(): void {
    this.#closed = true;
    for (const job of this.#jobs) job.stop(closedError(job.fn));
  }
}

/** A call that the calling thread waits for: it takes units itself, and workers take others where it may wait for them. */
import { doUnit } from "./alone";
import { isShared } from "./arrays";
import { LIMITS } from "./budget";
import type { Computer, Lookup } from "./compute";
import type { Control } from "./control";
import { workerError } from "./errors";
import { type Job, REPORTS_EVERY } from "./job";
import { silenceOf, Watch } from "./silence";
import { type Staged, type Staging, stagedView } from "./staging";
import type { Team } from "./team";
import { workOf } from "./together";

/** The calling thread alone. */
export function runAlone(computer: Computer, job: Job): unknown {
  for (let unit = 0; unit < job.units && !job.stopped; unit++) {
    doUnit(computer, job, unit);
    job.done++;
    job.report();
    job.look();
  }
  return job.finish();
}

/** How the calling thread finds what is on the staging. */
const lookupIn =
  (job: Job, staging: Staging, { first, places }: Staged) =>
  (piece: number): Lookup =>
  (name, region) =>
    stagedView(job.task, staging.buffer, places, piece - first, name, region);

export class Sync {
  readonly #computer: Computer;
  readonly #team: Team;
  readonly #control: Control;
  readonly #staging: Staging;
  /** Workers that help. */
  readonly #helpers: number;
  readonly #isBusy: () => boolean;

  /** @param isBusy  whether the staging is in use by another call */
  constructor(computer: Computer, team: Team, staging: Staging, helpers: number, isBusy: () => boolean) {
    this.#computer = computer;
    this.#team = team;
    this.#control = team.control as Control;
    this.#staging = staging;
    this.#helpers = helpers;
    this.#isBusy = isBusy;
  }

  run(job: Job): unknown {
    const { cost, arrays } = job;
    const outside = Object.values(arrays).some((array) => !isShared(array));
    const small = cost < LIMITS.small || job.units === 1 || this.#helpers === 0;
    if (small || (outside && this.#isBusy())) return runAlone(this.#computer, job);
    for (let unit = 0; unit < job.units && !job.stopped; ) unit = this.#some(job, unit);
    return job.finish();
  }

  /** Does units from `unit` on, as many as fit the staging. @returns the first that is not done */
  #some(job: Job, unit: number): number {
    const control = this.#control;
    const staged = this.#staging.bring(job.task, job.arrays, unit);
    const { end } = staged;
    const run = end === unit ? -1 : control.open(unit);
    if (run < 0) {
      doUnit(this.#computer, job, unit);
      job.done++;
      return unit + 1;
    }
    const members = this.#team.ready.slice(0, Math.min(this.#helpers, end - unit - 1));
    const work = workOf(job, this.#staging, staged, run, true);
    for (const member of members) this.#team.tell(member, run, work);
    job.running = () => control.done(run);
    const lookup = Object.keys(staged.places).length > 0 ? lookupIn(job, this.#staging, staged) : undefined;
    const go = (): boolean => {
      job.report();
      job.look();
      return !job.stopped;
    };
    control.work(run, control.members - 1, end, (taken) => doUnit(this.#computer, job, taken, lookup), go);
    const taken = control.stop(run, end);
    this.#wait(job, run, taken - unit);
    job.running = () => 0;
    if (job.stopped) return end;
    const failed = control.failures(run);
    for (let done = unit; done < taken; done++) {
      if (failed.includes(done)) continue;
      this.#staging.take(job.task, job.arrays, staged, done);
      job.done++;
    }
    for (const failing of failed) {
      doUnit(this.#computer, job, failing);
      job.done++;
    }
    return taken;
  }

  /** Until `count` units are through. A worker that holds one and is silent is given up, and the call with it. */
  #wait(job: Job, run: number, count: number): void {
    const control = this.#control;
    const watch = new Watch(silenceOf(job.cost / job.units));
    for (let done = control.done(run); done < count; done = control.done(run)) {
      control.wait(run, done, job.reports ? REPORTS_EVERY : 250);
      job.report();
      for (const member of this.#team.ready) {
        const state = control.stateOf(run, member.index);
        const silent = state <= 0 && state !== -1 ? undefined : watch.silent(member.index, state);
        if (silent === undefined) continue;
        this.#team.lose(member, silent);
        job.stop(workerError(job.fn, silent));
        return;
      }
    }
  }
}

/** Units by workers in shared memory, while the calling thread is free. */

import { doUnits, unitsFrom } from "./alone";
import { isShared } from "./arrays";
import type { Computer } from "./compute";
import type { Control } from "./control";
import { workerError } from "./errors";
import type { Job } from "./job";
import type { Work } from "./messages";
import { silenceOf, Watch } from "./silence";
import type { Staged, Staging } from "./staging";
import type { Member, Team } from "./team";

/** What workers are told of a run. */
export function workOf({ task, arrays }: Job, staging: Staging, staged: Staged, run: number, quiet: boolean): Work {
  const shared = Object.entries(arrays).filter(([, array]) => isShared(array));
  const { first, end, places } = staged;
  return {
    type: "work",
    run,
    end,
    task,
    arrays: Object.fromEntries(shared),
    staging: Object.keys(places).length > 0 ? staging.buffer : undefined,
    places,
    first,
    quiet,
  };
}

/** Copies out the results of those units of a run that are done, and does those that workers failed on. */
async function settle(
  computer: Computer,
  job: Job,
  staging: Staging,
  staged: Staged,
  units: readonly [from: number, to: number],
  failed: readonly number[],
): Promise<void> {
  const { task, arrays } = job;
  for (const unit of unitsFrom(...units)) if (!failed.includes(unit)) staging.take(task, arrays, staged, unit);
  job.done += units[1] - units[0] - failed.length;
  await doUnits(computer, job, failed);
}

/** Until the members that were told of a run have left it. */
function left(team: Team, job: Job, run: number, members: readonly Member[]): Promise<void> {
  const control = team.control as Control;
  const waiting = new Set(members);
  const watch = new Watch(silenceOf(job.cost / job.units));
  return new Promise((resolve) => {
    const remove = (member: Member): void => {
      member.port.hold(false);
      waiting.delete(member);
      if (waiting.size > 0) return;
      clearInterval(timer);
      resolve();
    };
    const timer = setInterval(() => {
      for (const member of waiting) {
        const silent = watch.silent(member.index, `${control.stateOf(run, member.index)} ${control.done(run)}`);
        if (silent !== undefined) team.lose(member, silent);
      }
    }, 250);
    team.listener = {
      heard: (member, message) => {
        if (message.type === "left" && message.run === run) remove(member);
      },
      gone: (member, reason, held) => {
        if (held && waiting.has(member)) job.stop(workerError(job.fn, reason));
        if (waiting.has(member)) remove(member);
      },
    };
  });
}

/** Does units from `unit` on, as many as fit the staging. @returns the first that is not done */
export async function together(
  computer: Computer,
  team: Team,
  staging: Staging,
  job: Job,
  unit: number,
): Promise<number> {
  const control = team.control as Control;
  const staged = staging.bring(job.task, job.arrays, unit);
  const { end } = staged;
  const run = end === unit ? -1 : control.open(unit);
  if (run < 0) {
    await doUnits(computer, job, [unit]);
    return unit + 1;
  }
  const members = team.ready.slice(0, end - unit);
  const work = workOf(job, staging, staged, run, false);
  for (const member of members) {
    member.port.hold(true);
    team.tell(member, run, work);
  }
  let taken: number | undefined;
  const stop = (): void => {
    taken ??= control.stop(run, end);
  };
  job.onStop = stop;
  job.running = () => control.done(run);
  await left(team, job, run, members);
  job.onStop = () => undefined;
  job.running = () => 0;
  stop();
  if (job.stopped) return end;
  await settle(computer, job, staging, staged, [unit, taken as number], control.failures(run));
  return taken as number;
}

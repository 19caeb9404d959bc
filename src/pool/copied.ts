/** Units by workers where memory cannot be shared: each gets copies of a unit's regions, and sends them back with the results. */
import type { TypedArray } from "../typedArray";
import { doUnits } from "./alone";
import { type Arrays, gather, newArray, scatter, sizeOf } from "./arrays";
import type { Computer } from "./compute";
import { workerError } from "./errors";
import type { Job } from "./job";
import { silenceOf, Watch } from "./silence";
import { cut, isOutput, piecesOf } from "./task";
import type { Member, Team } from "./team";

/** Units that a worker has at a time: one to work on, and one to go on with. */
const AHEAD = 2;

/** Copies of what each piece of a unit reads, and room for what it writes. */
function copiesOf({ task, arrays }: Job, unit: number): Arrays[] {
  const [first, end] = piecesOf(task, unit);
  const copies: Arrays[] = [];
  for (let piece = first; piece < end; piece++) {
    const copy: Arrays = {};
    for (const [name, region] of Object.entries(cut(task, piece))) {
      copy[name] = newArray(task.kinds[name].type, sizeOf(region));
      if (!isOutput(name)) gather(copy[name], arrays[name], region);
    }
    copies.push(copy);
  }
  return copies;
}

const buffersOf = (copies: readonly Arrays[]): ArrayBufferLike[] =>
  copies.flatMap((copy) => Object.values(copy).map((array: TypedArray) => array.buffer));

function takeCopies({ task, arrays }: Job, unit: number, copies: readonly Arrays[]): void {
  const [first] = piecesOf(task, unit);
  for (const [i, copy] of copies.entries()) {
    for (const [name, region] of Object.entries(cut(task, first + i))) {
      if (isOutput(name)) scatter(arrays[name], copy[name], region);
    }
  }
}

/** Does all units. @returns the first that is not done, where no worker is left */
export async function copied(computer: Computer, team: Team, job: Job, unit: number): Promise<number> {
  const held = new Map<Member, Set<number>>();
  const failed: number[] = [];
  let next = unit;
  const watch = new Watch(silenceOf((AHEAD * job.cost) / job.units));
  await new Promise<void>((resolve) => {
    const end = (): void => {
      if ([...held.values()].some((units) => units.size > 0)) return;
      if (!job.stopped && next < job.units && held.size > 0) return;
      clearInterval(timer);
      for (const member of held.keys()) member.port.hold(false);
      resolve();
    };
    const give = (member: Member, units: Set<number>): void => {
      while (!job.stopped && units.size < AHEAD && next < job.units) {
        const copies = copiesOf(job, next);
        units.add(next);
        team.post(member, { type: "copied", unit: next, task: job.task, copies }, buffersOf(copies));
        next++;
      }
    };
    team.listener = {
      heard: (member, message) => {
        const units = held.get(member);
        if (message.type !== "copied" || units === undefined) return;
        units.delete(message.unit);
        if (message.failed) failed.push(message.unit);
        else {
          takeCopies(job, message.unit, message.copies);
          job.done++;
        }
        give(member, units);
        end();
      },
      gone: (member, reason) => {
        const units = held.get(member);
        if (units !== undefined && units.size > 0) job.stop(workerError(job.fn, reason));
        held.delete(member);
        end();
      },
    };
    const timer = setInterval(() => {
      for (const [member, units] of held) {
        const silent = units.size === 0 ? undefined : watch.silent(member.index, [...units].join());
        if (silent !== undefined) team.lose(member, silent);
      }
    }, 250);
    for (const member of team.ready) {
      const units = new Set<number>();
      held.set(member, units);
      member.port.hold(true);
      give(member, units);
    }
    end();
  });
  failed.sort((a, b) => a - b);
  await doUnits(computer, job, failed);
  return job.stopped ? job.units : next;
}

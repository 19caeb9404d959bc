/** The workers of a pool: they are started, told what to do, found to be gone, and replaced. */
import { reasonOf } from "../check";
import { AWAY, type Control, TOLD } from "./control";
import { type Port, portOf, type WorkerLike } from "./host";
import type { FromWorker, Start, ToWorker } from "./messages";

/** A worker that has not said that it is ready after so many milliseconds is given up. */
const STARTS_WITHIN = 20_000;

export interface Member {
  readonly index: number;
  readonly port: Port;
  state: "starting" | "ready" | "gone";
  /** How many before it, in its place, went without having done anything. */
  idle: number;
}

/** How many workers in a row may go without having done anything: then their place stays empty. */
const MOST_IDLE = 3;

/** Of whoever has told workers to do something. */
interface Listener {
  heard(member: Member, message: FromWorker): void;
  gone(member: Member, reason: string, held: boolean): void;
}

export class Team {
  readonly control: Control | undefined;
  /** Why there are fewer workers than were asked for. */
  reason = "";
  listener: Listener | undefined;
  readonly #make: () => WorkerLike;
  readonly #start: Omit<Start, "member">;
  readonly #members: (Member | undefined)[] = [];
  readonly #starting = new Set<Promise<void>>();
  #closed = false;

  constructor(make: () => WorkerLike, control: Control | undefined, start: Omit<Start, "member">) {
    this.#make = make;
    this.control = control;
    this.#start = start;
  }

  get ready(): Member[] {
    return this.#members.filter((member): member is Member => member?.state === "ready");
  }

  /** Starts workers until there are `count`. Resolves when each is ready, or has turned out to be none. */
  async start(count: number): Promise<void> {
    for (let i = 0; i < count; i++) this.#begin(i, 0);
    await this.started();
  }

  /** Until no worker is being started. */
  async started(): Promise<void> {
    while (this.#starting.size > 0) await Promise.all(this.#starting);
  }

  #begin(index: number, idle: number): void {
    const starting = this.#startOne(index, idle);
    this.#starting.add(starting);
    starting.finally(() => this.#starting.delete(starting));
  }

  /** @param idle  of the member */
  #startOne(index: number, idle: number): Promise<void> {
    let port: Port;
    try {
      port = portOf(this.#make());
    } catch (error) {
      this.reason = reasonOf(error);
      return Promise.resolve();
    }
    const member: Member = { index, port, state: "starting", idle };
    this.#members[index] = member;
    return new Promise((resolve) => {
      const gone = (reason: string): void => {
        resolve();
        clearTimeout(timer);
        this.lose(member, reason);
      };
      const timer = setTimeout(() => gone(`it was not ready after ${STARTS_WITHIN} ms`), STARTS_WITHIN);
      port.listen((message) => {
        if (member.state === "gone") return;
        if (message.type === "failed") gone(message.reason);
        else if (message.type !== "ready") {
          member.idle = 0;
          this.listener?.heard(member, message);
        } else {
          member.state = "ready";
          clearTimeout(timer);
          port.hold(false);
          resolve();
        }
      }, gone);
      this.post(member, { ...this.#start, member: index });
    });
  }

  post(member: Member, message: ToWorker, transfer: readonly ArrayBufferLike[] = []): void {
    member.port.post(message, transfer);
  }

  /** Tells a worker of a run. */
  tell(member: Member, run: number, message: ToWorker): void {
    this.control?.setState(run, member.index, TOLD);
    this.post(member, message);
  }

  /** A worker is gone, or silent: it is given up, and replaced if one of its kind has ever been ready. */
  lose(member: Member, reason: string): void {
    if (member.state === "gone") return;
    const worksHere = member.state === "ready" || member.idle > 0;
    member.state = "gone";
    this.reason = reason;
    member.port.end().catch(() => undefined);
    const { control } = this;
    let held = false;
    for (let run = 0; control !== undefined && run < control.runs; run++) {
      const state = control.stateOf(run, member.index);
      if (state !== AWAY) member.idle = 0;
      held ||= state !== AWAY && state !== TOLD;
    }
    control?.remove(member.index);
    this.#members[member.index] = undefined;
    if (worksHere && member.idle < MOST_IDLE && !this.#closed) this.#begin(member.index, member.idle + 1);
    this.listener?.gone(member, reason, held);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const members = this.#members.filter((member) => member !== undefined);
    for (const member of members) member.state = "gone";
    await Promise.all(members.map(({ port }) => port.end()));
    for (const member of members) this.listener?.gone(member, "the pool is closed", false);
  }
}

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
  /** It has done something since it was ready: if it goes, another one is worth a try. */
  served: boolean;
}

/** Of whoever has told workers to do something. */
export interface Listener {
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
    for (let i = 0; i < count; i++) this.#begin(i, true);
    await this.started();
  }

  /** Until no worker is being started. */
  async started(): Promise<void> {
    while (this.#starting.size > 0) await Promise.all(this.#starting);
  }

  #begin(index: number, replace: boolean): void {
    const starting = this.#startOne(index, replace);
    this.#starting.add(starting);
    starting.finally(() => this.#starting.delete(starting));
  }

  /** @param replace  whether another one takes its place when it is gone, after it was ready, without having done anything */
  #startOne(index: number, replace: boolean): Promise<void> {
    let port: Port;
    try {
      port = portOf(this.#make());
    } catch (error) {
      this.reason = reasonOf(error);
      return Promise.resolve();
    }
    const member: Member = { index, port, state: "starting", served: false };
    this.#members[index] = member;
    return new Promise((resolve) => {
      const gone = (reason: string): void => {
        resolve();
        clearTimeout(timer);
        if (this.#lose(member, reason) && (replace || member.served)) this.#begin(index, false);
      };
      const timer = setTimeout(() => gone(`it was not ready after ${STARTS_WITHIN} ms`), STARTS_WITHIN);
      port.listen((message) => {
        if (member.state === "gone") return;
        if (message.type === "failed") gone(message.reason);
        else if (message.type !== "ready") {
          member.served = true;
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

  /** A worker that is silent is given up. */
  lose(member: Member, reason: string): void {
    if (this.#lose(member, reason)) this.#begin(member.index, false);
  }

  /** @returns whether it may have a successor */
  #lose(member: Member, reason: string): boolean {
    if (member.state === "gone") return false;
    const wasReady = member.state === "ready";
    member.state = "gone";
    this.reason = reason;
    member.port.end().catch(() => undefined);
    const { control } = this;
    let held = false;
    for (let run = 0; control !== undefined && run < control.runs; run++) {
      const state = control.stateOf(run, member.index);
      held ||= state !== AWAY && state !== TOLD;
    }
    control?.remove(member.index);
    this.#members[member.index] = undefined;
    this.listener?.gone(member, reason, held);
    return wasReady && !this.#closed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const members = this.#members.filter((member) => member !== undefined);
    for (const member of members) member.state = "gone";
    await Promise.all(members.map(({ port }) => port.end()));
    for (const member of members) this.listener?.gone(member, "the pool is closed", false);
  }
}

/**
 * Words that all threads share: which units of a run are taken and which are done. A run is a number of units of one call, from the
 * moment that workers are told of it until all of them have left it.
 *
 *   run     [ next | done | state of each member | failed of each member ]
 *   next    the unit that is taken next; FAR when no more are to be taken
 *   done    how many units are through, also those that failed
 *   state   of a member: see below
 *   failed  the unit that a member could not do, and 1
 *
 * A member is a worker, or the calling thread where it works too: that is the last one.
 */

/** States of a member: not in this run, told of it, about to take a unit; else the unit that it holds, and 1. */
export const AWAY = 0;
export const TOLD = -2;
const TAKING = -1;

/** Runs at a time: one that is computed, and others that workers have not heard of yet, though they are over. */
const RUNS = 16;

const NEXT = 0;
const DONE = 1;
const STATES = 2;
const FAR = 2 ** 30;

export class Control {
  readonly words: Int32Array;
  readonly members: number;
  readonly runs = RUNS;

  constructor(buffer: SharedArrayBuffer, members: number) {
    this.words = new Int32Array(buffer);
    this.members = members;
  }

  static make(members: number): Control {
    return new Control(new SharedArrayBuffer(4 * RUNS * (STATES + 2 * members)), members);
  }

  #at(run: number): number {
    return run * (STATES + 2 * this.members);
  }

  /** Where a member's state is, and what it failed on. */
  #state(run: number, member: number): number {
    return this.#at(run) + STATES + member;
  }

  #failed(run: number, member: number): number {
    return this.#state(run, member) + this.members;
  }

  /** Begins a run at unit `first`. @returns its number; -1 where all of them are in use */
  open(first: number): number {
    for (let run = 0; run < RUNS; run++) {
      let used = false;
      for (let m = 0; m < this.members; m++) used ||= Atomics.load(this.words, this.#state(run, m)) !== AWAY;
      if (used) continue;
      this.words.fill(0, this.#at(run), this.#at(run + 1));
      Atomics.store(this.words, this.#at(run) + NEXT, first);
      return run;
    }
    return -1;
  }

  setState(run: number, member: number, state: number): void {
    Atomics.store(this.words, this.#state(run, member), state);
  }

  stateOf(run: number, member: number): number {
    return Atomics.load(this.words, this.#state(run, member));
  }

  /** A member that is gone is in no run. */
  remove(member: number): void {
    for (let run = 0; run < RUNS; run++) this.setState(run, member, AWAY);
  }

  /** No more units are taken. @returns the first that was not, at most `end` */
  stop(run: number, end: number): number {
    return Math.min(Atomics.exchange(this.words, this.#at(run) + NEXT, FAR), end);
  }

  done(run: number): number {
    return Atomics.load(this.words, this.#at(run) + DONE);
  }

  /** Waits until more than `done` units are through. @returns false when it has taken too long */
  wait(run: number, done: number, milliseconds: number): boolean {
    return Atomics.wait(this.words, this.#at(run) + DONE, done, milliseconds) !== "timed-out";
  }

  /** The units that members could not do, in order. */
  failures(run: number): number[] {
    const units: number[] = [];
    for (let m = 0; m < this.members; m++) {
      const failed = Atomics.load(this.words, this.#failed(run, m));
      if (failed > 0) units.push(failed - 1);
    }
    return units.sort((a, b) => a - b);
  }

  /**
   * A member takes units up to `end` and does them, until none is left or it cannot do one.
   *
   * @param go  asked before each unit: false where the member is to leave
   */
  work(run: number, member: number, end: number, unit: (unit: number) => void, go = (): boolean => true): void {
    const { words } = this;
    const next = this.#at(run) + NEXT;
    const done = this.#at(run) + DONE;
    while (go()) {
      this.setState(run, member, TAKING);
      const taken = Atomics.add(words, next, 1);
      if (taken >= end) break;
      this.setState(run, member, taken + 1);
      try {
        unit(taken);
      } catch {
        // the calling thread does this unit once more: it gets the error, or the result
        Atomics.store(words, this.#failed(run, member), taken + 1);
      }
      Atomics.add(words, done, 1);
      Atomics.notify(words, done);
      if (words[this.#failed(run, member)] !== 0) break;
    }
    this.setState(run, member, AWAY);
  }
}

/** Whether this thread may wait: the main thread of a page may not. */
export function mayWait(): boolean {
  try {
    return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0) === "not-equal";
  } catch {
    return false;
  }
}

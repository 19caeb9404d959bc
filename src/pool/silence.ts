/** A worker that holds a unit and does nothing with it: it is stopped, or gone without a word. */

/** Milliseconds without a sign, at least. */
let least = 10_000;

/** For tests, which cannot wait so long. */
export function setSilence(milliseconds: number): void {
  least = milliseconds;
}

/** @param cost  nanoseconds that a unit should take: on a slow machine it takes some times as long */
export const silenceOf = (cost: number): number => Math.max(least, (50 * cost) / 1e6);

/** Since when each member has been as it is. */
export class Watch {
  readonly #limit: number;
  readonly #since = new Map<number, readonly [state: string | number, time: number]>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns how a member that has not moved for too long is described; undefined for any other */
  silent(member: number, state: string | number): string | undefined {
    const before = this.#since.get(member);
    const now = performance.now();
    if (before === undefined || before[0] !== state) {
      this.#since.set(member, [state, now]);
      return undefined;
    }
    return now - before[1] > this.#limit ? `it was silent for ${Math.round(now - before[1])} ms` : undefined;
  }
}

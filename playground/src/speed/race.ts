/** The contenders take turns, a short round each, so that whatever else the machine does falls on all of them. */
import { startWorker } from "../page/workers";
import type { Contender } from "./contenders";
import type { Asked, Question, Told } from "./messages";
import type { Expected } from "./plain";
import type { Kind } from "./work";

export const ROUNDS = 15;

export interface Standing {
  readonly contender: Contender;
  /** ns a call, of each round until now */
  readonly rounds: number[];
  /** the worst absolute error against float64 */
  error: number | undefined;
  /** what it says of itself, if it does */
  note: string | undefined;
  /** why it does not run */
  failed: string | undefined;
}

export interface Race {
  readonly standings: readonly Standing[];
  /** false: it was cancelled */
  readonly finished: Promise<boolean>;
  cancel(): void;
}

/** @param onProgress  told after every round, with the part of the race that is over */
export function startRace(
  contenders: readonly Contender[],
  kind: Kind,
  size: number,
  onProgress: (part: number) => void,
): Race {
  const standings = contenders.map(
    (contender): Standing => ({ contender, rounds: [], error: undefined, note: undefined, failed: undefined }),
  );
  const workers: Worker[] = [];
  const steps = contenders.length * (ROUNDS + 1);
  let done = 0;
  let over = false;
  let cancel = (): void => undefined;
  const cancelled = new Promise<"cancelled">((resolve) => {
    cancel = () => {
      over = true;
      resolve("cancelled");
    };
  });
  const step = (): void => onProgress(++done / steps);

  async function run(): Promise<void> {
    const judge = startWorker("judge");
    workers.push(judge);
    const expected = await ask<Expected>(judge, { kind, size });
    if ("failed" in expected) {
      for (const standing of standings) standing.failed = expected.failed;
      return;
    }
    const running: { standing: Standing; worker: Worker }[] = [];
    for (const standing of standings) {
      if (over) return;
      const worker = standing.contender.start();
      workers.push(worker);
      const told = await ask<Told>(worker, { contender: standing.contender.id, kind, size, expected });
      if ("ready" in told) {
        standing.error = told.error;
        standing.note = told.note;
        running.push({ standing, worker });
      } else if ("failed" in told) standing.failed = told.failed;
      step();
    }
    done = steps - running.length * ROUNDS; // those that do not run are not waited for
    for (let round = 0; round < ROUNDS; round++) {
      for (const { standing, worker } of running) {
        const told = await ask<Told>(worker, "round");
        if ("round" in told) standing.rounds.push(told.round);
        else if ("failed" in told) standing.failed = told.failed;
        step();
      }
    }
  }

  const finished = Promise.race([run(), cancelled]).then((how) => {
    for (const worker of workers) worker.terminate();
    return how !== "cancelled";
  });
  return { standings, finished, cancel };
}

const ask = <Answer>(worker: Worker, asked: Asked | Question): Promise<Answer | { failed: string }> =>
  new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault(); // it is said in the table
      resolve({ failed: event.message || "its file did not load" });
    };
    worker.postMessage(asked);
  });

/** Median and quartiles. */
export function spread(rounds: readonly number[]): [low: number, median: number, high: number] {
  const sorted = [...rounds].sort((a, b) => a - b);
  const at = (part: number): number => {
    const place = part * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place - Math.floor(place));
  };
  return [at(0.25), at(0.5), at(0.75)];
}

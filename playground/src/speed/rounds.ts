/** The stopwatch in a contender's worker: checks the result, warms up, then times a round whenever it is asked to. */
import type { Asked, Told } from "./messages";
import type { Expected } from "./plain";
import { type Work, workOf } from "./work";

const WARM_UP_MS = 150;
const ROUND_MS = 25;

type Call = () => ArrayLike<number> | Promise<ArrayLike<number>>;

interface Prepared {
  readonly call: Call;
  /** what is known of it only now */
  readonly note?: string;
}

export function contender(prepared: (name: string, work: Work) => Promise<Prepared>): void {
  let call: Call | undefined;
  let count = 1;
  const tell = (told: Told): void => postMessage(told);

  async function prepare(name: string, work: Work, expected: Expected): Promise<void> {
    const { call: made, note } = await prepared(name, work);
    call = made;
    const error = worst(await made(), expected);
    count = 1;
    // twice as many calls until they fill a round: a clock may tick in whole milliseconds, and first calls are slow
    for (let spent = 0; ; ) {
      const ms = await timed(made);
      spent += ms;
      if (ms < ROUND_MS) count *= 2;
      else if (spent >= WARM_UP_MS) {
        count = Math.max(1, Math.round((count * ROUND_MS) / ms));
        break;
      }
    }
    tell({ ready: true, error, note });
  }

  /** The ms of `count` calls. Those that answer at once are not waited for: the loop is theirs alone. */
  async function timed(run: Call): Promise<number> {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    return performance.now() - start;
  }

  async function round(run: Call): Promise<void> {
    tell({ round: ((await timed(run)) * 1e6) / count });
  }

  addEventListener("message", ({ data }: MessageEvent<Asked>) => {
    const failed = (error: Error): void => tell({ failed: error.message });
    if (data !== "round") prepare(data.contender, workOf(data.kind, data.size), data.expected).catch(failed);
    else if (call !== undefined) round(call).catch(failed);
  });
}

function worst(y: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (y.length !== reference.length) throw new Error(`expected ${reference.length} numbers, got ${y.length}`);
  let error = 0;
  for (let i = 0; i < y.length; i++) {
    const apart = Math.abs(y[i] - reference[i]);
    if (!(apart <= error)) error = apart; // NaN too
  }
  return error;
}

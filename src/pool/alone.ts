/** Units on the calling thread: all of them where no worker can be had, and those that workers could not do. */
import { type Computer, compute, type Lookup } from "./compute";
import type { Job } from "./job";
import { piecesOf } from "./task";

/** Milliseconds of work before the thread is left to others. */
const SLICE = 8;

/** @throws what the plain function throws */
export function doUnit(
  computer: Computer,
  { task, arrays }: Job,
  unit: number,
  staged?: (piece: number) => Lookup,
): void {
  const [first, end] = piecesOf(task, unit);
  for (let piece = first; piece < end; piece++) compute(computer, task, piece, arrays, staged?.(piece));
}

interface Host {
  setImmediate?: (callback: () => void) => void;
}

/** Lets everything else run that waits for this thread: events, and in a page the next frame. */
export function pause(): Promise<void> {
  const { setImmediate } = globalThis as unknown as Host;
  return new Promise((resolve) => {
    if (setImmediate !== undefined) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** Units up to `end`, in slices; the job stops where one cannot be done. */
export async function doUnits(computer: Computer, job: Job, units: Iterable<number>): Promise<void> {
  let start = performance.now();
  for (const unit of units) {
    if (job.stopped) return;
    if (performance.now() - start > SLICE) {
      await pause();
      job.report();
      if (job.stopped) return;
      start = performance.now();
    }
    try {
      doUnit(computer, job, unit);
    } catch (error) {
      job.stop(error);
      return;
    }
    job.done++;
  }
}

export function* unitsFrom(unit: number, end: number): Iterable<number> {
  for (; unit < end; unit++) yield unit;
}

/** Walks over float32s in the order of their bits, and the worst error on the way. */
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** 1 for every float32, n for every n-th. */
    floatStep: number;
  }
  interface TaskMeta {
    /** The worst error that a test met, in units of its bound, and where (scripts/exhaustive.mjs prints it). */
    worst?: Worst;
  }
}

const STEP = inject("floatStep");
/** A test that does not pause tells vitest nothing meanwhile, which gives up on it after a minute. */
const MS_BETWEEN_PAUSES = 1000;

export class Worst {
  error = 0;
  at = 0;

  /** @param of  what is off, and where it runs: "exp on wasm" */
  constructor(readonly of: string) {}

  /** @param error  in units of its bound; NaN is worse than any */
  see(error: number, at: number): void {
    if (error <= this.error) return;
    this.error = error === error ? error : Number.POSITIVE_INFINITY;
    this.at = at;
  }
}

/**
 * Fills `piece` with floats whose bits are first, first + STEP … up to `last`, again and again, and calls `take` with how many
 * those are.
 */
export async function everyFloat(
  piece: Float32Array,
  first: number,
  last: number,
  take: (count: number) => void,
): Promise<void> {
  const bits = new Uint32Array(piece.buffer, piece.byteOffset, piece.length);
  let pause = performance.now() + MS_BETWEEN_PAUSES;
  for (let from = first; from <= last; from += piece.length * STEP) {
    const count = Math.min(piece.length, Math.floor((last - from) / STEP) + 1);
    for (let i = 0; i < count; i++) bits[i] = from + i * STEP;
    take(count);
    if (performance.now() < pause) continue;
    await new Promise((resume) => setTimeout(resume));
    pause = performance.now() + MS_BETWEEN_PAUSES;
  }
}

/**
 * Timing on a machine with neighbours: every contender for a few milliseconds, in turn, round after round. What slows
 * one slows the others of its round, so the median over rounds of a ratio holds where times alone do not.
 */
import { measure } from "mitata";

export const FULL = {
  passes: 3,
  facade: { rounds: 8, roundMs: 12, warmMs: 150 },
  kernel: { rounds: 15, roundMs: 40, warmMs: 150 }, // a round of native C takes 60 ms
  starts: 15,
};
export const QUICK = {
  passes: 1,
  facade: { rounds: 2, roundMs: 2, warmMs: 60 },
  kernel: { rounds: 3, roundMs: 10, warmMs: 50 },
  starts: 5,
};

/** Calls timed as one sample: mitata's 4096 would be seconds of a long call. */
const SAMPLE_NS = 200_000;

/**
 * A call warmed up (V8 compiles it again as it gets hot, and wasm too), then ready to be timed.
 *
 * @param call  must consume its result
 * @returns     () => ns a call, the median of a few milliseconds
 */
export function stopwatch(call, { warmMs, roundMs }) {
  const start = performance.now();
  let calls = 0;
  let ms = 0;
  for (; ms < warmMs; ms = performance.now() - start) {
    call();
    calls++;
  }
  const unroll = (1e6 * ms) / calls > SAMPLE_NS / 4 ? 1 : 4;
  const batch = unroll * Math.ceil(SAMPLE_NS / unroll / ((1e6 * ms) / calls));
  return async () => {
    const { p50 } = await measure(call, {
      gc: false,
      warmup_threshold: Infinity, // always in batches
      batch_threshold: Infinity,
      batch_unroll: unroll,
      batch_samples: batch,
      min_samples: 1,
      min_cpu_time: 1e6 * roundMs,
    });
    return p50;
  };
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * For calls that take longer than a neighbour lets us run: the process's own time, to the microsecond on Linux.
 *
 * @returns () => ns of CPU a call, the mean of about batchMs
 */
export function cpuStopwatch(call, warmMs, batchMs) {
  const start = cpuMs();
  let calls = 0;
  do {
    call();
    calls++;
  } while (cpuMs() - start < warmMs);
  const batch = Math.max(1, Math.round((batchMs * calls) / (cpuMs() - start)));
  return () => {
    if (batch > 1) call(); // brings its data back into the cache, which whoever ran before has used for other data
    const from = cpuMs();
    for (let i = 0; i < batch; i++) call();
    return (1e6 * (cpuMs() - from)) / batch;
  };
}

/** @returns ns a call, round by round, of each of the stopwatches */
export async function interleave(stopwatches, rounds) {
  const ns = stopwatches.map(() => []);
  for (let r = 0; r < rounds; r++) {
    for (const [i, read] of stopwatches.entries()) ns[i].push(await read());
  }
  return ns;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** median of a[r] / b[r] */
export const medianRatio = (a, b) => median(a.map((value, r) => value / b[r]));

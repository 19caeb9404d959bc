/**
 * Timing on a machine with neighbours: every contender for a few milliseconds, in turn, round after round. A
 * neighbour that slows one slows the others of its round too, so the median over rounds of a ratio holds where times alone do not.
 */
import { measure } from "mitata";

/** Passes are processes, which differ: the same call took 4.7 to 5.2 times logSumExp. The second of a pair is --quick's. */
const EFFORTS = {
  facade: [
    { passes: 3, rounds: 8, roundMs: 12, warmMs: 150 },
    { passes: 1, rounds: 2, roundMs: 2, warmMs: 60 },
  ],
  kernel: [
    { passes: 1, rounds: 15, roundMs: 40, warmMs: 150 }, // a round of native C takes 60 ms
    { passes: 1, rounds: 3, roundMs: 10, warmMs: 50 },
  ],
  attentionCalls: [
    { passes: 5, rounds: 1, roundMs: 120, warmMs: 240 },
    { passes: 2, rounds: 1, roundMs: 60, warmMs: 120 },
  ],
  vocabularyCalls: [
    { passes: 5, rounds: 30, roundMs: 1, warmMs: 120, plainRounds: 3 },
    { passes: 1, rounds: 6, roundMs: 1, warmMs: 40, plainRounds: 1 },
  ],
};

export const effortOf = (bench, quick) => EFFORTS[bench][quick ? 1 : 0];

/** Calls timed as one sample: mitata's 4096 would be seconds of a long call. */
const SAMPLE_NS = 200_000;

/**
 * A call warmed up (V8 compiles it again as it gets hot, and wasm too), then ready to be timed.
 *
 * @param call  must consume its result
 * @returns     a clock: read() gives ns a call, the median of a few milliseconds
 */
export function stopwatch(call, { warmMs, roundMs, rounds }) {
  const start = performance.now();
  let calls = 0;
  let ms = 0;
  for (; ms < warmMs; ms = performance.now() - start) {
    call();
    calls++;
  }
  const unroll = (1e6 * ms) / calls > SAMPLE_NS / 4 ? 1 : 4;
  const batch = unroll * Math.ceil(SAMPLE_NS / unroll / ((1e6 * ms) / calls));
  const read = async () => {
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
  return { read, rounds };
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * For calls that take longer than a neighbour lets us run: the process's own time, to the microsecond on Linux.
 *
 * @returns a clock: read() gives ns of CPU a call, the mean of about roundMs
 */
export function cpuStopwatch(call, { warmMs, roundMs, rounds }) {
  const start = cpuMs();
  let calls = 0;
  do {
    call();
    calls++;
  } while (cpuMs() - start < warmMs);
  const batch = Math.max(1, Math.round((roundMs * calls) / (cpuMs() - start)));
  const read = () => {
    if (batch > 1) call(); // brings its data back into the cache, which whoever ran before has used for other data
    const from = cpuMs();
    for (let i = 0; i < batch; i++) call();
    return (1e6 * (cpuMs() - from)) / batch;
  };
  return { read, rounds };
}

/**
 * Reads the clocks of the cases in turn, round after round; a clock that several cases share, once a round.
 *
 * @returns each case with ns, what its clocks read by their names, instead of them
 */
export async function inTurn(cases) {
  const read = new Map(cases.flatMap(({ clocks }) => Object.values(clocks)).map((clock) => [clock, []]));
  const most = Math.max(...[...read.keys()].map(({ rounds }) => rounds));
  for (let r = 0; r < most; r++) {
    for (const [clock, ns] of read) if (r < clock.rounds) ns.push(await clock.read());
  }
  const byName = (clocks) => Object.fromEntries(Object.entries(clocks).map(([name, clock]) => [name, read.get(clock)]));
  return cases.map(({ clocks, ...labels }) => ({ ...labels, ns: byName(clocks) }));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

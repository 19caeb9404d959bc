/** node bench/peers/contender.mjs ID     a contender as a process, told what to do by messages: race.mjs */
import { do_not_optimize } from "mitata";
import { median } from "../rounds.mjs";
import { CONTENDERS } from "./contenders.mjs";
import { errorOf, SHARES } from "./judged.mjs";
import { Unsupported } from "./unsupported.mjs";
import { operandsOf } from "./works.mjs";

const SAMPLE_MS = 0.5;

const { file, options } = CONTENDERS.find(({ id }) => id === process.argv[2]);
let started;
let prepared;
let batch;
let samples;

/** Calls one after the other. @returns ms */
async function timed(calls) {
  const { call } = prepared;
  const from = performance.now();
  for (let i = 0; i < calls; i++) {
    const result = call();
    do_not_optimize(result instanceof Promise ? await result : result);
  }
  return performance.now() - from;
}

/** A sampler that waits for its draws is asked for all of them before it is judged. */
async function settled(result) {
  if (typeof result !== "function") return result;
  const draws = new Map();
  for (const share of SHARES) draws.set(share, await result(share));
  return (share) => draws.get(share);
}

const actions = {
  async start() {
    started = await (await import(`./contenders/${file}.mjs`)).start(options);
  },
  /** Makes a work ready. @returns errors of its result; none where it judges itself */
  async prepare(work) {
    const operands = operandsOf(work);
    prepared = await started.prepare(work, operands);
    const { read, law } = prepared;
    return read && errorOf(law ? { ...work, options: law } : work, operands, await settled(await read()));
  },
  /** Calls until it is hot, and finds out how many calls are a sample and how many samples a round. */
  async warm(warmMs, roundMs) {
    if (prepared.clock) return;
    let ms = await timed(1);
    let calls = 1;
    while (ms < warmMs) {
      ms += await timed(calls);
      calls *= 2;
    }
    const some = Math.ceil(calls / 4);
    const callMs = (await timed(some)) / some;
    batch = Math.max(1, Math.round(SAMPLE_MS / callMs));
    samples = Math.max(1, Math.round(roundMs / (batch * callMs)));
  },
  /** @returns ns a call, the median of the samples: a neighbour that takes the processor for a while spoils some of them */
  async round() {
    if (prepared.clock) return prepared.clock();
    if (batch * samples > 1) await timed(1); // brings its data back into the cache, where another contender's were
    const ns = [];
    for (let i = 0; i < samples; i++) ns.push((1e6 * (await timed(batch))) / batch);
    return median(ns);
  },
  async end() {
    await prepared?.end?.();
    prepared = undefined;
  },
};

process.on("message", async ({ action, args }) => {
  try {
    process.send({ value: (await actions[action](...args)) ?? null });
  } catch (error) {
    process.send(
      error instanceof Unsupported ? { unsupported: error.message } : { failed: `${error?.stack ?? error}` },
    );
  }
});

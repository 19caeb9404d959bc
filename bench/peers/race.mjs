/** Contenders in turn, each in a process of its own: V8 makes call sites that several share slower than any user meets them. */
import { median } from "../rounds.mjs";
import { open } from "./processes.mjs";

const LEAST_ROUNDS = 3;

const quartile = (values, part) => [...values].sort((a, b) => a - b)[Math.floor(part * (values.length - 1))];

/** What one has read, once it is through. */
const figures = (ns) => ({ ns: median(ns), low: quartile(ns, 0.25), high: quartile(ns, 0.75), rounds: ns });

/** @returns for each runner what it read of one work, or why it does not run */
async function raceOf(work, runners, { rounds, roundMs, warmMs, mostMs }) {
  const entries = runners.map((runner) => ({ ...runner, ns: [], spentMs: 0, answer: runner.broken }));
  /** Until an answer is none. */
  const ask = async (entry, action, ...args) => {
    if (entry.answer !== undefined && !("value" in entry.answer)) return undefined;
    entry.answer = await entry.ask(action, ...args);
    return entry.answer.value;
  };
  for (const entry of entries) {
    entry.judged = await ask(entry, "prepare", work);
    await ask(entry, "warm", warmMs, roundMs);
  }
  for (let r = 0; r < rounds; r++) {
    for (const entry of entries) {
      if (r >= LEAST_ROUNDS && entry.spentMs > mostMs) continue; // a call of seconds: few rounds say enough
      const from = performance.now();
      const ns = await ask(entry, "round");
      if (ns !== undefined) entry.ns.push(ns);
      entry.spentMs += performance.now() - from;
    }
  }
  for (const entry of entries) await ask(entry, "end");
  return entries.map(({ contender, ns, judged, answer }) => ({
    work: work.name,
    group: work.group,
    contender: contender.id,
    ...judged,
    ...("value" in answer ? figures(ns) : answer),
  }));
}

/** Starts all. @returns with them the answer of one that does not start, as broken */
export async function opened(contenders, binary) {
  const runners = contenders.map((contender) => ({ contender, ...open(contender.id, binary) }));
  for (const runner of runners) {
    const answer = await runner.ask("start");
    if (!("value" in answer)) runner.broken = answer;
  }
  return runners;
}

/**
 * @param contenders  of contenders.mjs
 * @param works       of works.mjs
 * @param binary      the Node that all run under
 * @returns           a result for each work and contender: ns, low, high and rounds, error and ofBound; or unsupported, or failed: why
 */
export async function race(contenders, works, binary, effort) {
  const runners = await opened(contenders, binary);
  try {
    const results = [];
    for (const work of works) {
      console.error(work.name);
      results.push(...(await raceOf(work, runners, effort)));
    }
    return results;
  } finally {
    for (const { close } of runners) close();
  }
}

/** The calls of realLogits.mjs against the clock: this host's best backend, the JavaScript twin, hand-written loops. */
import { once } from "node:events";
import { cpus } from "node:os";
import { Worker } from "node:worker_threads";
import { backend } from "softmax-wasm";
import { STEPS, VOCABULARY } from "./storyData.mjs";
import { heading, remark, table } from "./terminal.mjs";

const ROUNDS = 15;
const CALLS = ["softmax", "logSoftmax", "logSumExp", "hardmax"];
const CONTENDERS = ["auto", "js", "plain"];

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

export async function speed() {
  heading(`The same calls against the clock: ${STEPS} × ${VOCABULARY} floats a call`);
  const timings = await measure();
  const rows = CALLS.map((call) => {
    const [best, js, plain] = CONTENDERS.map((contender) => median(timings[contender][call]));
    return [
      call,
      ...[best, js, plain].map((ns) => ns.toFixed(3)),
      `${(js / best).toFixed(1)} ×`,
      `${(plain / best).toFixed(1)} ×`,
    ];
  });
  table(["ns a float", backend(), 'backend "js"', "three plain loops", 'over "js"', "over plain loops"], rows);
  remark(
    `Medians of ${ROUNDS} rounds in turn, each contender in its own worker, copies in and out included.`,
    `${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.version}, backend "${backend()}".`,
  );
}

async function measure() {
  const timings = {};
  const workers = {};
  try {
    for (const contender of CONTENDERS) {
      workers[contender] = new Worker(new URL("./timing.mjs", import.meta.url), { workerData: contender });
      timings[contender] = Object.fromEntries(CALLS.map((call) => [call, []]));
      await once(workers[contender], "message");
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const call of CALLS) {
        for (const contender of CONTENDERS) {
          workers[contender].postMessage(call);
          const [ns] = await once(workers[contender], "message");
          timings[contender][call].push(ns);
        }
      }
    }
  } finally {
    await Promise.all(Object.values(workers).map((worker) => worker.terminate()));
  }
  return timings;
}

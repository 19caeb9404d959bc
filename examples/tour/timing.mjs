/**
 * One contender, timed in a worker of its own: V8 would make call sites that several runtimes share slower than any user
 * sees them. Says "ready" when warm, then answers the name of a call with the nanoseconds a float it took; speed.mjs asks.
 */
import { parentPort, workerData } from "node:worker_threads";
import { createRuntime } from "softmax-wasm";
import * as plain from "./plain.mjs";
import { storyCalls } from "./realLogits.mjs";
import { readLogits } from "./storyData.mjs";

const WARM_UP_MS = 100;
const ROUND_MS = 8;
const TOLERANCE = 1e-5; // absolute: results reach about 30, where a float32 steps by 2e-6

const logits = readLogits();
const contender = workerData === "plain" ? plain : createRuntime({ backend: workerData });
const calls = storyCalls(contender, logits);
const expected = storyCalls(plain, logits);

function check(name) {
  const y = calls[name]();
  const reference = expected[name]();
  for (let i = 0; i < reference.length; i++) {
    if (!(Math.abs(y[i] - reference[i]) <= TOLERANCE)) {
      throw new Error(`${name} on ${workerData}: [${i}] expected ${reference[i]}, got ${y[i]}`);
    }
  }
}

/** Nanoseconds a float of `count` calls. */
function time(call, count) {
  const start = performance.now();
  for (let i = 0; i < count; i++) call();
  return ((performance.now() - start) * 1e6) / (count * logits.length);
}

const counts = {};
for (const [name, call] of Object.entries(calls)) {
  check(name);
  let warmUps = 0;
  for (const start = performance.now(); performance.now() - start < WARM_UP_MS; warmUps++) call();
  counts[name] = Math.max(1, Math.round((warmUps * ROUND_MS) / WARM_UP_MS));
}

parentPort.on("message", (name) => parentPort.postMessage(time(calls[name], counts[name])));
parentPort.postMessage("ready");

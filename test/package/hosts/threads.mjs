// Four worker threads at once, each with the package to itself and with a module compiled outside.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import * as door from "softmax-wasm";
import { everything } from "./everything.mjs";

if (isMainThread) {
  const { resolve: path } = createRequire(import.meta.url);
  const module = ["rows", "sparse", "attention", "vocabulary"].map(
    (family) => new WebAssembly.Module(readFileSync(path(`softmax-wasm/${family}.wasm`))),
  );
  const inThread = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { module } });
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  console.log(JSON.stringify((await Promise.all(Array.from({ length: 4 }, inThread))).flat()));
} else {
  parentPort.postMessage([everything(door), everything(door, workerData)]);
}

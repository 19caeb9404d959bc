// For bundlers that follow new Worker(new URL(…)): the page, and a worker with a bundle of its own.
import * as door from "softmax-wasm";
import * as js from "softmax-wasm/js";
import { everything } from "./everything.mjs";
import { show } from "./show.mjs";

const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => show([everything(door), everything(js), data]);
worker.onerror = ({ message }) => show([{ backend: "none", rejected: [], failures: [`worker: ${message}`] }]);

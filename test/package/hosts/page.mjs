// page.html?page, ?workers, ?worklet or ?amd; with &module compiled binaries are handed to workers and worklet as well.
import { everything } from "./everything.mjs";
import { show } from "./show.mjs";

const PACKAGE = "./node_modules/softmax-wasm/dist"; // no import map: neither a worker nor a strict CSP takes one
const query = new URLSearchParams(location.search);

const compiled = () =>
  Promise.all(
    ["rows", "sparse", "attention", "vocabulary"].map((family) =>
      WebAssembly.compileStreaming(fetch(`${PACKAGE}/${family}.wasm`)),
    ),
  );

function inWorker(message) {
  return new Promise((resolve, reject) => {
    const worker = new Worker("worker.mjs", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(`worker: ${event.message}`));
    worker.postMessage(message);
  });
}

const RUNS = {
  async page() {
    const [door, js] = await Promise.all([import(`${PACKAGE}/index.js`), import(`${PACKAGE}/js.js`)]);
    return [everything(door), everything(js)];
  },

  /** As on pages with RequireJS, Dojo or an older Monaco: whoever calls define, the package does not. */
  async amd() {
    const defined = [];
    globalThis.define = Object.assign((...module) => defined.push(module), { amd: {} });
    const [report] = await RUNS.page();
    report.failures.push(...defined.map(() => "called the page's define"));
    return [report];
  },

  /** Four at once. */
  async workers() {
    const message = query.has("module") ? { module: await compiled() } : {};
    return (await Promise.all(Array.from({ length: 4 }, () => inWorker(message)))).flat();
  },

  async worklet() {
    const context = new OfflineAudioContext(1, 128, 44100);
    await context.audioWorklet.addModule("worklet.mjs");
    const processorOptions = query.has("module") ? { module: await compiled() } : {};
    const node = new AudioWorkletNode(context, "everything", { processorOptions });
    const reports = new Promise((resolve, reject) => {
      node.port.onmessage = ({ data }) => resolve(data);
      node.onprocessorerror = () => reject(new Error("the processor threw"));
    });
    node.connect(context.destination);
    await context.startRendering();
    return reports;
  },
};

try {
  const [name] = query.keys();
  show(await RUNS[name]());
} catch (error) {
  show([{ backend: "none", rejected: [], failures: [`${error}`] }]);
}

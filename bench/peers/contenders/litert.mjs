/** LiteRT.js on its CPU, with XNNPACK's kernels: a model for each work. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { tfliteWork } from "../models/tfliteWorks.mjs";

/** Its runtime's scripts, where Node takes them for what they are: install.mjs. */
const RUNTIME = new URL("../node_modules/.litert/", import.meta.url);

export async function start({ resident = false, threads = 1 }) {
  // it is written for browsers, and loads its runtime as a worker does there
  globalThis.self = globalThis;
  globalThis.importScripts = (url) => {
    globalThis.ModuleFactory = createRequire(import.meta.url)(fileURLToPath(url));
  };
  const { loadAndCompile, loadLiteRt, Tensor } = await import("@litertjs/core");
  await loadLiteRt(RUNTIME.href, { threads: threads > 1 });
  return {
    async prepare(work, operands) {
      const { file, inputs } = tfliteWork(work);
      const model = await loadAndCompile(file, { accelerator: "wasm", cpuOptions: { numThreads: threads } });
      const placed = () => inputs.map(({ name, shape }) => new Tensor(operands[name], shape));
      const free = (tensors) => {
        for (const tensor of tensors) tensor.delete();
      };
      const copied = async () => {
        const tensors = placed();
        const results = await model.run(tensors);
        const y = results[0].toTypedArray().slice();
        free([...tensors, ...results]);
        return y;
      };
      if (!resident) return { call: copied, read: copied, end: () => model.delete() };
      const tensors = placed();
      return {
        call: async () => free(await model.run(tensors)),
        read: copied,
        end: () => free([...tensors, model]),
      };
    },
  };
}

/** LiteRT.js on its CPU, with XNNPACK's kernels: a model for each work. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { tfliteWork } from "../models/tfliteWorks.mjs";

/** It is written for browsers: it loads its runtime's script as a worker does, and that one loads its binary from beside it. */
function likeInAWorker() {
  globalThis.self = globalThis;
  globalThis.importScripts = (url) => {
    const file = fileURLToPath(url);
    const module = { exports: {} };
    const script = compileFunction(readFileSync(file, "utf8"), [
      "require",
      "__filename",
      "__dirname",
      "module",
      "exports",
    ]);
    script(createRequire(file), file, dirname(file), module, module.exports);
    globalThis.ModuleFactory = module.exports;
  };
}

export async function start({ resident = false }) {
  likeInAWorker();
  const { loadAndCompile, loadLiteRt, Tensor } = await import("@litertjs/core");
  console.info = () => {};
  await loadLiteRt(new URL("../wasm/", import.meta.resolve("@litertjs/core")).href);
  return {
    async prepare(work, operands) {
      const { file, inputs } = tfliteWork(work);
      const model = await loadAndCompile(file, { accelerator: "wasm" });
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

/** onnxruntime-web's wasm, a session for each work. Its tensors lie in JavaScript's memory: every run copies in and out. */
import * as ort from "onnxruntime-web";
import { onnxWork } from "../models/onnxWorks.mjs";
import { drawOfBest } from "../samplers/ofBest.mjs";

export function start({ threads = 1, form = "composed" }) {
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  return {
    async prepare(work, operands) {
      const { file, inputs } = onnxWork(work, form);
      const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
      const feeds = Object.fromEntries(
        inputs.map(({ name, shape }) => [name, new ort.Tensor("float32", operands[name], shape)]),
      );
      const end = () => session.release();
      if (work.op === "sample") {
        const draw = async (share) => {
          const { values, indices } = await session.run(feeds);
          return drawOfBest(values.data, (j) => indices.data[j], work.options, share);
        };
        return { call: () => draw(0.618), read: () => draw, end };
      }
      return { call: () => session.run(feeds), read: async () => (await session.run(feeds)).y.data, end };
    },
  };
}

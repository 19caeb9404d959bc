/** The works as TensorFlow Lite graphs. */
import { Unsupported } from "../unsupported.mjs";
import { tflite } from "./tflite.mjs";

const ROWS = { softmax: "SOFTMAX", logSoftmax: "LOG_SOFTMAX" };

function attention({ heads, queries, keys, dim, causal }) {
  const scores = { shape: [heads, queries, keys] };
  const mask = new Float32Array(causal ? queries * keys : 0);
  for (let i = 0; causal && i < queries; i++) mask.fill(-1e30, i * keys + i + 1, (i + 1) * keys);
  return {
    inputs: ["q", "k", "v"],
    output: "y",
    tensors: {
      q: { shape: [heads, queries, dim] },
      k: { shape: [heads, keys, dim] },
      v: { shape: [heads, keys, dim] },
      y: { shape: [heads, queries, dim] },
      scale: { shape: [], values: [1 / Math.sqrt(dim)] },
      ...(causal && { mask: { shape: [1, queries, keys], values: mask }, masked: scores }),
      products: scores,
      scores,
      p: scores,
    },
    nodes: [
      { operator: "BATCH_MATMUL", inputs: ["q", "k"], output: "products", transposed: true },
      { operator: "MUL", inputs: ["products", "scale"], output: "scores" },
      ...(causal ? [{ operator: "ADD", inputs: ["scores", "mask"], output: "masked" }] : []),
      { operator: "SOFTMAX", inputs: [causal ? "masked" : "scores"], output: "p" },
      { operator: "BATCH_MATMUL", inputs: ["p", "v"], output: "y", transposed: false },
    ],
  };
}

function alongRows({ op, rows, cols }) {
  const operator = ROWS[op];
  if (operator === undefined) throw new Unsupported(`no operator for ${op}`);
  const tensors = { x: { shape: [rows, cols] }, y: { shape: [rows, cols] } };
  return { inputs: ["x"], output: "y", tensors, nodes: [{ operator, inputs: ["x"], output: "y" }] };
}

/** @returns inputs by name and shape, and the file */
export function tfliteWork(work) {
  const parts = work.op === "attention" ? attention(work) : alongRows(work);
  const inputs = parts.inputs.map((name) => ({ name, ...parts.tensors[name] }));
  return { inputs, file: tflite(parts) };
}

/** TensorFlow.js on its wasm backend, one thread (it has threads in browsers only). Resident: tensors that stay in its memory. */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { Unsupported } from "../unsupported.mjs";

/** τ from the values in descending order, their running sums and their ranks. */
function sparsemax(x, [, cols]) {
  const { values } = tf.topk(x, cols);
  const ranks = tf.range(1, cols + 1);
  const within = tf.cast(tf.greater(tf.add(tf.mul(values, ranks), 1), tf.cumsum(values, 1)), "float32");
  const sum = tf.sum(tf.mul(values, within), 1, true);
  return tf.relu(tf.sub(x, tf.div(tf.sub(sum, 1), tf.sum(within, 1, true))));
}

const ROWS = {
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  logSumExp: (x) => tf.logSumExp(x, -1),
  sparsemax,
};

function attention({ q, k, v, mask }, dim) {
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(dim));
  return tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v);
}

function causalMask({ queries, keys }) {
  const values = new Float32Array(queries * keys);
  for (let i = 0; i < queries; i++) values.fill(-1e30, i * keys + i + 1, (i + 1) * keys);
  return tf.tensor(values, [queries, keys]);
}

function shapesOf({ op, rows, cols, heads, queries, keys, dim }) {
  if (op !== "attention") return { x: [rows, cols] };
  return { q: [heads, queries, dim], k: [heads, keys, dim], v: [heads, keys, dim] };
}

export async function start({ resident = false }) {
  await tf.setBackend("wasm");
  await tf.ready();
  return {
    prepare(work, operands) {
      if (work.op === "sample")
        throw new Unsupported("it draws from whole distributions only (multinomial), and not on wasm");
      const shapes = shapesOf(work);
      const placed = () =>
        Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(operands[name], shape)]));
      const mask = work.causal ? causalMask(work) : undefined;
      const run = (tensors) =>
        work.op === "attention" ? attention({ ...tensors, mask }, work.dim) : ROWS[work.op](tensors.x, shapes.x);
      const resultOf = (tensorsOf) => {
        let y;
        tf.tidy(() => {
          y = run(tensorsOf()).dataSync(); // returned, tidy would look for tensors in it, float by float
        });
        return y;
      };
      const copied = () => resultOf(placed);
      if (!resident) return { call: copied, read: copied, end: () => mask?.dispose() };
      const tensors = placed();
      const call = () => tf.tidy(() => run(tensors)).dispose();
      const end = () => tf.dispose([...Object.values(tensors), ...(mask ? [mask] : [])]);
      return { call, read: () => resultOf(() => tensors), end };
    },
  };
}

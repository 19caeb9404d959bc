/** jax-js on its wasm backend, every work compiled by jit. Resident: arrays that stay in its memory. */
import { defaultDevice, init, jit, nn, numpy as np } from "@jax-js/jax";
import { Unsupported } from "../unsupported.mjs";

/** τ from the values in descending order, their running sums and their ranks. */
function sparsemax(x, cols) {
  const z = np.flip(np.sort(x.ref, -1), -1);
  const ranks = np.arange(1, cols + 1).astype(np.float32);
  const within = np.greater(z.ref.mul(ranks).add(1), np.cumsum(z.ref, -1)).astype(np.float32);
  const sum = np.sum(z.mul(within.ref), -1, { keepdims: true });
  const tau = sum.sub(1).div(np.sum(within, -1, { keepdims: true }));
  return nn.relu(x.sub(tau));
}

const ROWS = {
  softmax: () => (x) => nn.softmax(x, -1),
  logSoftmax: () => (x) => nn.logSoftmax(x, -1),
  logSumExp: () => (x) => nn.logsumexp(x, -1),
  sparsemax:
    ({ cols }) =>
    (x) =>
      sparsemax(x, cols),
};

/** [heads, sequence, dim] as [1, sequence, heads, dim], which its attention takes, and back. */
function turned(x, [first, second, dim]) {
  const y = new Float32Array(x.length);
  for (let a = 0; a < first; a++)
    for (let b = 0; b < second; b++)
      y.set(x.subarray((a * second + b) * dim, (a * second + b + 1) * dim), (b * first + a) * dim);
  return y;
}

function attention({ heads, queries, keys, dim, causal }, operands) {
  const inputs = ["q", "k", "v"].map((name) => {
    const sequence = name === "q" ? queries : keys;
    return { x: turned(operands[name], [heads, sequence, dim]), shape: [1, sequence, heads, dim] };
  });
  const run = (q, k, v) => nn.dotProductAttention(q, k, v, { isCausal: causal });
  return { inputs, run, back: (y) => turned(y, [queries, heads, dim]) };
}

export async function start({ resident = false }) {
  await init("wasm");
  defaultDevice("wasm");
  return {
    prepare(work, operands) {
      if (work.op === "sample") throw new Unsupported("no sampler of tokens by topK and topP");
      const { rows, cols } = work;
      const { inputs, run, back } =
        work.op === "attention"
          ? attention(work, operands)
          : { inputs: [{ x: operands.x, shape: [rows, cols] }], run: ROWS[work.op](work), back: (y) => y };
      const compiled = jit(run);
      const placed = () => inputs.map(({ x, shape }) => np.array(x, { shape }));
      const copied = () => compiled(...placed()).dataSync();
      const read = () => back(copied());
      if (!resident) return { call: copied, read, end: () => compiled.dispose() };
      const arrays = placed();
      const call = async () => (await compiled(...arrays.map((x) => x.ref)).blockUntilReady()).dispose();
      const end = () => {
        for (const x of arrays) x.dispose();
        compiled.dispose();
      };
      return { call, read, end };
    },
  };
}

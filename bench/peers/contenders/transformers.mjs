/** transformers.js: its softmax and log_softmax in JavaScript, and the step of its sampler: topk, softmax, a draw. */
import { log_softmax, softmax, Tensor, topk } from "@huggingface/transformers";
import { Unsupported } from "../unsupported.mjs";

const ROWS = { softmax, logSoftmax: log_softmax };

/** Its sampler has no topP: less is done, and judged by that. */
async function draw(x, { temperature = 1, topK }, share) {
  const logits = new Tensor("float32", x, [1, x.length]).div(temperature);
  const [values, indices] = await topk(logits, topK);
  const probs = softmax(values.data);
  let before = share;
  let at = 0;
  while (at < probs.length - 1 && before >= probs[at]) before -= probs[at++];
  return { index: Number(indices.data[at]), prob: probs[at] };
}

export function start() {
  return {
    prepare({ op, rows, cols, options }, { x }) {
      if (op === "sample") {
        if (options.topK === undefined) throw new Unsupported("its sampler has no topP");
        const { topP, ...law } = options;
        return { call: () => draw(x, law, 0.618), read: () => (share) => draw(x, law, share), law };
      }
      const row = ROWS[op];
      if (row === undefined) throw new Unsupported(`it has no ${op}`);
      const out = new Float32Array(x.length);
      const call = () => {
        if (rows === 1) return row(x);
        for (let r = 0; r < rows; r++) out.set(row(x.subarray(r * cols, (r + 1) * cols)), r * cols);
        return out;
      };
      return { call, read: call };
    },
  };
}

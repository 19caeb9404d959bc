/**
 * How a user of transformers.js wires `softmax-wasm/transformers` in. The library is not needed to run this: what it would bring is
 * stood in for below, and the logits are made up, of the size of Qwen2.5's vocabulary.
 *
 *     node examples/transformers.mjs          after npm run build
 */
import { backend, bitMask, seeded } from "softmax-wasm";
import { log_softmax, multinomialSampler, softmax } from "softmax-wasm/transformers";
import { seededNormal } from "./random/normal.mjs";

const VOCABULARY = 151936;

// In place of: import { AutoModelForCausalLM, LogitsProcessorList } from "@huggingface/transformers";
class LogitsProcessorList {
  processors = [];
  push(processor) {
    this.processors.push(processor);
  }
}
const normal = seededNormal(1);
const model = {
  /** generate() as far as it concerns a processor: the model, the processors, greedy decoding. Resolves to the new ids. */
  async generate({ max_new_tokens, logits_processor }) {
    const ids = [];
    while (ids.length < max_new_tokens) {
      let logits = { dims: [1, VOCABULARY], data: Float32Array.from({ length: VOCABULARY }, () => 3 * normal()) };
      for (const processor of logits_processor.processors) logits = processor([ids], logits);
      ids.push(BigInt(logits.data.indexOf(logits.data.reduce((a, b) => Math.max(a, b)))));
    }
    return ids;
  },
};

console.log(`softmax-wasm/transformers on "${backend()}", ${VOCABULARY} made-up logits a token\n`);

// 1. The functions of its maths.js, under their names: only the import changes.
const show = (y) => `${y.constructor.name.padEnd(13)} ${Array.from(y).join("  ")}`;
console.log("softmax(Float32Array)   ", show(softmax(Float32Array.of(2, 1, 0.1))));
console.log("softmax(number[])       ", show(softmax([2, 1, 0.1])));
console.log(
  "log_softmax([0, -50])   ",
  show(log_softmax([0, -50])),
  "   (not 0, which Math.log(1 + Math.exp(-50)) is)\n",
);

// 2. Sampling in generate(): a LogitsProcessor that draws. do_sample is false, since the drawing is done by then, and
// repetition_penalty 1: generate() would apply that of the model's generation_config as well.
const tokens = [];
const logits_processor = new LogitsProcessorList();
logits_processor.push(
  multinomialSampler(
    { temperature: 0.7, top_k: 0, top_p: 0.9, repetition_penalty: 1.1 }, // top_k 0 is off; left out, it is 50 as in transformers.js
    { random: seeded(42), onSample: (token) => tokens.push(token) },
  ),
);
const ids = await model.generate({ max_new_tokens: 6, do_sample: false, repetition_penalty: 1, logits_processor });
console.log("generate(): the ids, and what generate() itself does not tell");
ids.forEach((id, i) => {
  const { prob, logProb } = tokens[i];
  console.log(
    `  ${String(id).padStart(6)}   probability ${prob.toFixed(6)} among those drawn from   log-probability ${logProb.toFixed(4)} among all`,
  );
});

// 3. A loop of one's own: sample(logits) gives what the library's sampler gives, and needs no await.
const logits = { dims: [1, VOCABULARY], data: Float32Array.from({ length: VOCABULARY }, () => 3 * normal()) };
const [[id, score]] = multinomialSampler({ temperature: 0.7 }, { random: seeded(7) }).sample(logits);
console.log(`\nsampler.sample(logits)    id ${id}n, log-probability ${score.toFixed(4)} of the 50 it was drawn from`);

// 4. Two texts at once, each with a mask of its own, as libraries for grammars give them: here, which digits may come next.
const two = { dims: [2, VOCABULARY], data: Float32Array.from({ length: 2 * VOCABULARY }, () => 3 * normal()) };
const masks = [bitMask([15, 17, 19, 21, 23], VOCABULARY), bitMask([16, 18, 20, 22, 24], VOCABULARY)];
const written = [[15n], [16n]];
const constrained = multinomialSampler({ repetition_penalty: 1.3 }, { random: seeded(5), mask: (row) => masks[row] });
for (let step = 0; step < 5; step++) constrained.sample(two, written).forEach(([next], row) => written[row].push(next));
console.log(`\ntwo texts, a mask each       ${written.map((ids) => ids.join(" ")).join("      ")}`);

// 5. top_p counts. transformers.js reads do_sample, temperature and top_k, and passes over it in silence.
console.log("\ndistinct tokens in 1000 draws, temperature 0.5, top_k 0");
for (const top_p of [1, 0.9, 0.5, 0.1]) {
  const sampler = multinomialSampler({ temperature: 0.5, top_k: 0, top_p }, { random: seeded(3) });
  const drawn = new Set(Array.from({ length: 1000 }, () => sampler.sample(logits)[0][0]));
  console.log(`  top_p ${String(top_p).padEnd(4)}${String(drawn.size).padStart(4)}`);
}

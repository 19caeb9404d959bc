/**
 * node examples/stories.mjs MODEL TOKENIZER [PROMPT] [--temperature T] [--steps N]
 *
 * Tells a story with a trained model: attention and softmax by this package, the rest in plain loops (llama.mjs). The prompt
 * goes through the model in one call; after that each token reads a cache of keys and values that lives in the
 * package's memory and is never copied. Takes the checkpoints of llama2.c (github.com/karpathy/llama2.c); without arguments,
 * stories260K.bin and tok512.bin in the folder that the environment variable STORIES_DIR names.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRuntime } from "softmax-wasm";
import { Llama } from "./llama.mjs";
import { Tokenizer } from "./tokenizer.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { temperature: { type: "string", default: "0" }, steps: { type: "string", default: "256" } },
});
const folder = process.env.STORIES_DIR;
if (positionals.length === 0 && folder) positionals.push(`${folder}/stories260K.bin`, `${folder}/tok512.bin`);
const [modelPath, tokenizerPath, prompt = ""] = positionals;
if (tokenizerPath === undefined) {
  console.error("usage: node examples/stories.mjs MODEL TOKENIZER [PROMPT] [--temperature T] [--steps N]");
  process.exit(1);
}

const runtime = createRuntime({ heapBytes: 64 << 20 });
const model = new Llama(readFileSync(modelPath), runtime);
const tokenizer = new Tokenizer(readFileSync(tokenizerPath), model.vocabulary);
const tokens = tokenizer.encode(prompt);

process.stdout.write(prompt);
const start = performance.now();
let before = tokens.at(-1);
let count = 0;
for (const token of model.generate(tokens, { temperature: Number(values.temperature), steps: Number(values.steps) })) {
  process.stdout.write(tokenizer.decode(token, before));
  before = token;
  count++;
}
process.stdout.write("\n");
const seconds = (performance.now() - start) / 1000;
console.error(`\n${count} tokens, ${Math.round(count / seconds)} a second, on ${runtime.backend}`);

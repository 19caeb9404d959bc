/**
 * node examples/stories.mjs MODEL TOKENIZER [PROMPT] [options]
 *
 * Tells a story with a trained model: attention and the choice of tokens by this package, the rest in plain loops (llama.mjs).
 * The prompt goes through the model in one call; after that each token reads a cache of keys and values that lives in the
 * package's memory and is never copied. Takes the checkpoints of llama2.c (github.com/karpathy/llama2.c); without arguments,
 * stories260K.bin and tok512.bin in the folder that the environment variable STORIES_DIR names.
 *
 * Without options always the same story, of the likeliest tokens. With --temperature, --top-k, --top-p or --min-p tokens are
 * drawn (temperature 1 unless said), and the same --seed draws the same again. --repetition 1.1 makes tokens of the text so far
 * less likely.
 *
 * --draft 3 is speculative decoding: where the last words stood in the story before, the three tokens that followed them there are
 * read together with the next token, in one call, and verifyDraft takes those that the model would have said. The story is drawn
 * from the same distribution; without other options it is the same story. The last line says how many were accepted. A large model
 * gains time, since it reads its weights once for four tokens; this one fits into the cache and gains little, or loses.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRuntime, seeded } from "softmax-wasm";
import { Llama } from "./llama/llama.mjs";
import { Tokenizer } from "./llama/tokenizer.mjs";

const USAGE = `usage: node examples/stories.mjs MODEL TOKENIZER [PROMPT]
         [--temperature T] [--top-k K] [--top-p P] [--min-p P] [--repetition R] [--seed N] [--draft N] [--steps N]`;
const NEEDS =
  "stories.mjs needs a trained model and its tokenizer, such as those of huggingface.co/karpathy/tinyllamas";
const NUMBERS = ["temperature", "top-k", "top-p", "min-p", "repetition", "seed", "draft", "steps"];

function stop(message) {
  console.error(message);
  process.exit(1);
}

/** What `run` gives. An error that is expected ends the program with its message; Node would print a stack under it. */
function orStop(expected, run) {
  try {
    return run();
  } catch (error) {
    if (!expected(error)) throw error;
    return stop(error.message);
  }
}
const isUsage = ({ code }) => code?.startsWith("ERR_PARSE_ARGS_");
const isFile = ({ syscall }) => syscall !== undefined;
const isRange = (error) => error instanceof RangeError; // an option out of its range, a file that is something else

const { values, positionals } = orStop(isUsage, () =>
  parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(NUMBERS.map((name) => [name, { type: "string" }])),
  }),
);
function number(name) {
  const value = values[name] === undefined ? undefined : Number(values[name]);
  if (Number.isNaN(value)) stop(`--${name} expected a number, got ${values[name]}`);
  return value;
}
const folder = process.env.STORIES_DIR;
if (positionals.length === 0 && folder) positionals.push(`${folder}/stories260K.bin`, `${folder}/tok512.bin`);
const [modelPath, tokenizerPath, prompt = ""] = positionals;
if (tokenizerPath === undefined) stop(`${NEEDS}\n\n${USAGE}`);

const read = (path) => orStop(isFile, () => readFileSync(path));
const runtime = createRuntime({ heapBytes: 64 << 20 });
const model = orStop(isRange, () => new Llama(read(modelPath), runtime));
const tokenizer = orStop(isRange, () => new Tokenizer(read(tokenizerPath), model.vocabulary));
const tokens = tokenizer.encode(prompt);
const seed = number("seed");
const [topK, topP, minP] = ["top-k", "top-p", "min-p"].map(number);
const drawn = topK !== undefined || topP !== undefined || minP !== undefined;
const options = {
  temperature: number("temperature") ?? (drawn ? 1 : 0),
  topK,
  topP,
  minP,
  repetition: number("repetition"),
  draft: number("draft"),
  random: seed === undefined ? Math.random : seeded(seed),
  steps: number("steps") ?? 256,
};
if (!(tokens.length <= model.positions)) {
  stop(`the prompt is ${tokens.length} tokens long, and the model has ${model.positions} positions`);
}

process.stdout.write(prompt);
const start = performance.now();
let before = tokens.at(-1);
const counts = { said: 0, drafted: 0, accepted: 0 };
orStop(isRange, () => {
  for (const { tokens: said, drafted, accepted } of model.steps(tokens, options)) {
    for (const token of said) {
      process.stdout.write(tokenizer.decode(token, before));
      before = token;
    }
    counts.said += said.length;
    counts.drafted += drafted;
    counts.accepted += accepted;
  }
});
process.stdout.write("\n");
const rate = Math.round((1000 * counts.said) / (performance.now() - start));
const drafts = options.draft === undefined ? "" : `; ${counts.accepted} of ${counts.drafted} drafted tokens accepted`;
console.error(`\n${counts.said} tokens, ${rate} a second, on ${runtime.backend}${drafts}`);

/**
 * node examples/onnxruntime.mjs        needs onnxruntime-node: npm install --no-save onnxruntime-node
 *
 * A whole decoding loop over an onnxruntime session: prompts, penalties, a stop word, words shown as they are drawn, two texts at
 * once. The model is made on the spot (onnx/bigramModel.mjs), so that nothing is downloaded; with onnxruntime-web or another model,
 * the import and the session differ, and the loop does not.
 */
import { backend, sample, seeded, topK } from "softmax-wasm";
import { bigramModel, WORDS } from "./onnx/bigramModel.mjs";

const MOST = 24; // tokens of a text
const STOP = [WORDS.indexOf(".")];
const DRAW = { temperature: 0.8, topP: 0.95, dtype: "float16" }; // dtype: what bits are, where logits come as bits
const PENALTIES = { repetition: 1.1, frequency: 0.2 };

const ort = await import("onnxruntime-node").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("onnxruntime.mjs needs onnxruntime-node: npm install --no-save onnxruntime-node");
  process.exit(1);
});
const session = await ort.InferenceSession.create(bigramModel());

const tokensOf = (words) => words.split(" ").map((word) => WORDS.indexOf(word));
const isOver = (text) => text.length === MOST || STOP.includes(text.at(-1));

/** Runs the model on texts of the same length. Dims of its outputs are [texts, positions, vocabulary]. */
async function run(texts) {
  const input_ids = new ort.Tensor("int64", BigInt64Array.from(texts.flat(), BigInt), [texts.length, texts[0].length]);
  return session.run({ input_ids });
}

/** The logits of the last position, of one text: a view, nothing is copied. */
const lastPosition = ({ dims, data }) => data.subarray(data.length - dims.at(-1));

/** The same of several texts, one row after the other. Where there is one position, as behind a cache, the data is just that. */
function lastPositions({ dims, data }) {
  const [texts, positions, vocabulary] = dims;
  if (positions === 1) return data;
  const rows = new data.constructor(texts * vocabulary);
  for (let i = 0; i < texts; i++) {
    const end = (i + 1) * positions * vocabulary;
    rows.set(data.subarray(end - vocabulary, end), i * vocabulary);
  }
  return rows;
}

/** Writes one text, each word as it is drawn. @param output  which output of the model */
async function writeText(prompt, random, output = "logits") {
  const tokens = tokensOf(prompt);
  const promptLength = tokens.length;
  process.stdout.write(`  ${prompt}`);
  while (!isOver(tokens)) {
    const { [output]: logits } = await run([tokens]); // without a cache: all of the text, each time
    const penalties = { ...PENALTIES, tokens, promptLength };
    const { index } = sample(lastPosition(logits), { ...DRAW, penalties, random });
    tokens.push(index);
    process.stdout.write(` ${WORDS[index]}`);
  }
  process.stdout.write("\n");
}

/** Writes two texts or more, a column each. The prompts are of the same length. */
async function writeTexts(prompts, random) {
  const texts = prompts.map(tokensOf);
  const promptLength = texts[0].length;
  const line = (words) => console.log(`  ${words.map((word) => word.padEnd(12)).join("")}`.trimEnd());
  line(prompts);
  let { logits } = await run(texts);
  while (true) {
    const vocabulary = logits.dims.at(-1);
    const penalties = texts.map((tokens) => ({ ...PENALTIES, tokens, promptLength }));
    const shape = [texts.length, vocabulary];
    const { index } = sample(lastPositions(logits), { ...DRAW, shape, penalties, random });
    const over = texts.map(isOver);
    texts.forEach((tokens, i) => {
      if (!over[i]) tokens.push(index[i]); // what is drawn for a text that is over is thrown away
    });
    line(texts.map((tokens, i) => (over[i] ? "" : WORDS[tokens.at(-1)])));
    if (texts.every(isOver)) return;
    ({ logits } = await run(Array.from(index, (token) => [token]))); // as with a cache: only what is new
  }
}

console.log(`onnxruntime-node ${ort.env.versions.node}, softmax-wasm on ${backend()}, ${WORDS.length} words\n`);

const { logits, logits16 } = await run([tokensOf("the")]);
const { indices, logProbs } = topK(lastPosition(logits), 4);
console.log('the likeliest words after "the"');
indices.forEach((index, j) => {
  console.log(`  ${WORDS[index].padEnd(5)} ${Math.exp(logProbs[j]).toFixed(4)}`);
});

console.log("\none text after the other: the last of [1, positions, words] logits, until a full stop");
const random = seeded(4);
for (const prompt of ["the", "the dog", "the cat sat"]) await writeText(prompt, random);

console.log("\ntwo texts at once: [2, positions, words] logits, a row each");
await writeTexts(["the dog", "the cat"], seeded(3));

console.log(`\nfloat16 logits come as ${logits16.data.constructor.name}, and sample takes them with dtype: "float16"`);
const again = seeded(4);
for (const prompt of ["the", "the dog", "the cat sat"]) await writeText(prompt, again, "logits16");
await session.release();

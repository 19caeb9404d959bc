/**
 * node examples/onnxruntime.mjs        needs onnxruntime-web: npm install --no-save onnxruntime-web
 *
 * From the logits of an onnxruntime session to the next token. The model is made on the spot (onnx/bigramModel.mjs), so that nothing
 * is downloaded; with onnxruntime-node or another model, the import and the session differ, and the loop does not.
 */
import { backend, sample, topK } from "softmax-wasm";
import { bigramModel, WORDS } from "./onnx/bigramModel.mjs";
import { float32From } from "./onnx/float16.mjs";
import { seeded } from "./random/seeded.mjs";

const STEPS = 30;

const ort = await import("onnxruntime-web").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("onnxruntime.mjs needs onnxruntime-web: npm install --no-save onnxruntime-web");
  process.exit(1);
});
ort.env.wasm.numThreads = 1; // a table of a few words needs no more
const session = await ort.InferenceSession.create(bigramModel());

/** Runs the model. A tensor's dims are [1, WORDS.length]: with one row, its data is the logits. */
async function logitsAfter(word) {
  const token = new ort.Tensor("int64", [BigInt(WORDS.indexOf(word))], [1]);
  const { logits, logits16 } = await session.run({ token });
  return { logits: logits.data, logits16: logits16.data };
}

/** Words drawn one after the other. @param pick  which of the two outputs, as float32 */
async function sentences(pick) {
  const random = seeded(4);
  const words = ["the"];
  while (words.length < STEPS) {
    const logits = pick(await logitsAfter(words.at(-1)));
    const { index } = sample(logits, { temperature: 0.8, topP: 0.95, random });
    words.push(WORDS[index]);
  }
  return words.join(" ");
}

console.log(`onnxruntime-web ${ort.env.versions.web}, softmax-wasm on ${backend()}, ${WORDS.length} words\n`);

const { logits, logits16 } = await logitsAfter("the");
const { indices, logProbs } = topK(logits, 4);
console.log('the likeliest words after "the"');
indices.forEach((index, j) => {
  console.log(`  ${WORDS[index].padEnd(5)} ${Math.exp(logProbs[j]).toFixed(4)}`);
});

console.log(`\nfloat32 logits come as ${logits.constructor.name}, and sample takes them as they are:`);
console.log(`  ${await sentences((outputs) => outputs.logits)}`);

console.log(`\nfloat16 logits come as ${logits16.constructor.name}; float32From makes floats of them:`);
if (logits16 instanceof Uint16Array) {
  try {
    sample(logits16);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.log(`  without it: ${error.message}`);
  }
}
console.log(`  ${await sentences((outputs) => float32From(outputs.logits16))}`);
await session.release();

/** The smallest language model there is: it looks at one word, and knows how often each word came after it in a few sentences. */
import { gatherModel } from "./gatherModel.mjs";

const TEXT = `the cat sat on the mat . the dog sat on the rug . the cat saw the dog . the dog ran to the mat .
the cat ran to the dog . the dog saw the cat on the rug .`.split(/\s+/);

export const WORDS = [...new Set(TEXT)];

/** logits[a, b] = log of how often word b follows word a; -Infinity where it never does. */
function logCounts() {
  const counts = new Float32Array(WORDS.length ** 2);
  const indices = TEXT.map((word) => WORDS.indexOf(word));
  indices.slice(1).forEach((b, i) => {
    counts[indices[i] * WORDS.length + b]++;
  });
  return counts.map(Math.log);
}

/** @returns {Uint8Array} an ONNX file (gatherModel.mjs) */
export const bigramModel = () => gatherModel(logCounts(), WORDS.length);

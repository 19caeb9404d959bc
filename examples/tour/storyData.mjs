/** The logits of a story and the words of its tokens, as ../data/README.md describes them. */
import { readFileSync } from "node:fs";

export const STEPS = 64;
export const VOCABULARY = 512;

const read = (name) => readFileSync(new URL(`../data/${name}`, import.meta.url));

/** [STEPS, VOCABULARY] */
export function readLogits() {
  const file = read("stories-logits.f32");
  const bytes = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.byteLength !== 4 * STEPS * VOCABULARY) {
    throw new Error(`stories-logits.f32 expected ${4 * STEPS * VOCABULARY} bytes, got ${bytes.byteLength}`);
  }
  return Float32Array.from({ length: STEPS * VOCABULARY }, (_, i) => bytes.getFloat32(4 * i, true));
}

const words = JSON.parse(read("stories-words.json"));

/** What a token spells, with the space before it if there is one; only the tokens that the tour shows are known. */
export function wordOf(token) {
  const word = words[token];
  if (word === undefined) throw new Error(`stories-words.json has no word for token ${token}`);
  return word;
}

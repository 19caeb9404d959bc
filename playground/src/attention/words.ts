/** Made-up vectors for words: no model learnt them. */
import { seeded } from "softmax-wasm";

export const MOST_WORDS = 14;

export const wordsOf = (text: string): string[] =>
  text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, MOST_WORDS);

/** How much of its query a word's key has: enough for a word to look at itself and its like. */
const LIKENESS = 0.3;

/** Queries and keys [words, width] of mean 0 and variance 1: the same word has the same ones. */
export function vectors(words: readonly string[], width: number): { q: Float32Array; k: Float32Array } {
  const [q, k] = [new Float32Array(words.length * width), new Float32Array(words.length * width)];
  words.forEach((word, i) => {
    const normal = normals(seeded(hash(word.toLowerCase())));
    for (let d = i * width; d < (i + 1) * width; d++) {
      q[d] = normal();
      k[d] = LIKENESS * q[d] + Math.sqrt(1 - LIKENESS ** 2) * normal();
    }
  });
  return { q, k };
}

/** FNV-1a */
function hash(word: string): number {
  let bits = 0x811c9dc5;
  for (const character of word) bits = Math.imul(bits ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return bits;
}

/** Box and Muller: two uniform numbers to a normal one. */
const normals = (random: () => number) => (): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

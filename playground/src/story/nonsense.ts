/** A model that learnt nothing, for those who have no file at hand: random weights, and syllables for tokens. */
import { randomCheckpoint } from "../../../examples/llama/randomCheckpoint.mjs";

const VOCABULARY = 256; // of randomCheckpoint

const syllable = (token: number): string => {
  const [consonant, vowel] = ["bdfghklmnprstvwz"[token & 15], "aeiou"[(token >> 4) % 5]];
  return `${token % 3 === 0 ? " " : ""}${consonant}${vowel}`;
};

export function nonsense(): { model: ArrayBuffer; tokenizer: ArrayBuffer } {
  const pieces = Array.from({ length: VOCABULARY }, (_, token) => (token < 3 ? "" : syllable(token)));
  const bytes = new DataView(new ArrayBuffer(4 + pieces.reduce((sum, piece) => sum + 8 + piece.length, 0)));
  let at = 4; // behind the longest length, which nobody reads
  for (const piece of pieces) {
    bytes.setInt32(at + 4, piece.length, true);
    for (let i = 0; i < piece.length; i++) bytes.setUint8(at + 8 + i, piece.charCodeAt(i));
    at += 8 + piece.length;
  }
  return { model: randomCheckpoint().buffer as ArrayBuffer, tokenizer: bytes.buffer };
}

// Bytes as text that any bundler leaves as it is: printable ASCII without quotes, backslash, $ and <. Base64 hides from gzip what
// repeats, since a byte has no character of its own; here most have one: 21 KB instead of 29 for all binaries together.
// src/wasm/text.ts reads it.

/** The characters, in order: a digit of the text is the place of one. */
const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (character) => !"\"'`\\$<".includes(character),
);
const SINGLE = CHARACTERS.length - 2; // the last two begin a pair

/** @param bytes  a Buffer */
export function textOf(bytes) {
  let text = "";
  for (const byte of bytes) {
    const n = (byte + 3) & 255; // -1 and what comes before 0 in LEB128 are frequent in WebAssembly, and so are small numbers
    if (n < SINGLE) text += CHARACTERS[n];
    else if (n < SINGLE + CHARACTERS.length) text += CHARACTERS[SINGLE] + CHARACTERS[n - SINGLE];
    else text += CHARACTERS[SINGLE + 1] + CHARACTERS[n - SINGLE - CHARACTERS.length];
  }
  return text;
}

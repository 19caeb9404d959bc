/** Undoes scripts/text.mjs: `length` bytes from printable ASCII, on every host. */
const EXCLUDED = "\"'`\\$<";
const CHARACTERS = 89;
const SINGLE = CHARACTERS - 2;

export function bytesOf(text: string, length: number): Uint8Array<ArrayBuffer> {
  const digits = new Uint8Array(128);
  for (let code = 32, digit = 0; code < 127; code++) {
    if (!EXCLUDED.includes(String.fromCharCode(code))) digits[code] = digit++;
  }
  const bytes = new Uint8Array(length);
  for (let i = 0, at = 0; i < length; i++) {
    let n = digits[text.charCodeAt(at++)];
    if (n >= SINGLE) n = SINGLE + (n - SINGLE) * CHARACTERS + digits[text.charCodeAt(at++)];
    bytes[i] = n - 3;
  }
  return bytes;
}

/** Base64 to bytes without atob, Buffer or TextDecoder, which not every host has. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @param text  padded with "=" to a multiple of four digits */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[DIGITS.charCodeAt(i)] = i;
  const padded = text.length - text.indexOf("=", text.length - 2);
  const padding = padded > 2 ? 0 : padded;
  const bytes = new Uint8Array((text.length >> 2) * 3);
  // Runs once, in the interpreter: four digits an iteration take half the time of one.
  for (let i = 0, to = 0; i < text.length; i += 4, to += 3) {
    const bits =
      (values[text.charCodeAt(i)] << 18) |
      (values[text.charCodeAt(i + 1)] << 12) |
      (values[text.charCodeAt(i + 2)] << 6) |
      values[text.charCodeAt(i + 3)];
    bytes[to] = bits >> 16;
    bytes[to + 1] = bits >> 8;
    bytes[to + 2] = bits;
  }
  return bytes.subarray(0, bytes.length - padding);
}

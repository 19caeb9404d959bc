/** Base64 to bytes without atob, Buffer or TextDecoder, which not every host has. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const length = text.indexOf("=") < 0 ? text.length : text.indexOf("=");
  const bytes = new Uint8Array((length * 3) >> 2);
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[DIGITS.charCodeAt(i)] = i;
  let bits = 0;
  for (let i = 0, to = 0; i < length; i++) {
    bits = (bits << 6) | values[text.charCodeAt(i)];
    if (i & 3) bytes[to++] = bits >> (6 - 2 * (i & 3));
  }
  return bytes;
}

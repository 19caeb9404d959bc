/**
 * The first `length` bytes of what scripts/pack.mjs packed: bytes as they are, and copies of earlier ones.
 *
 * Both binaries are one sequence, of which the second is for the most part copies of the first: 2 ms where it is run once.
 */
export function unpack(packed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let from = 0;
  let to = 0;
  const number = (): number => {
    let n = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = packed[from++];
      n |= (byte & 127) << shift;
      if (byte < 128) return n;
    }
  };
  while (to < length) {
    for (let left = number(); left > 0; left--) bytes[to++] = packed[from++];
    if (to >= length) break;
    const count = number();
    const back = number();
    if (count <= back) {
      bytes.copyWithin(to, to - back, to - back + count);
      to += count;
    } else {
      for (let left = count; left > 0; left--, to++) bytes[to] = bytes[to - back]; // it copies what it has just written
    }
  }
  return bytes;
}

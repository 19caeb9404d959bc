// Bytes -> fewer bytes (LZ77): what repeats within them is a copy of what came before. src/wasm/unpack.ts makes them again.
//
//   [how many bytes as they are, those, how many to copy, from how far back] …     numbers in LEB128

const LEAST = 4; // a copy of fewer is no gain
const CHAIN = 256; // earlier places that are tried

/** Where the longest copy for `at` begins, and how long it is. */
function longest(bytes, at, before, heads) {
  let best = { length: 0, from: 0 };
  let from = heads.get(bytes.readUInt32LE(at)) ?? -1;
  for (let tries = 0; from >= 0 && tries < CHAIN; tries++, from = before[from]) {
    let length = LEAST;
    while (at + length < bytes.length && bytes[from + length] === bytes[at + length]) length++;
    if (length > best.length) best = { length, from };
  }
  return best;
}

/** @param bytes  a Buffer */
export function pack(bytes) {
  const packed = [];
  const number = (n) => {
    for (; n > 127; n >>>= 7) packed.push((n & 127) | 128);
    packed.push(n);
  };
  const before = new Int32Array(bytes.length).fill(-1);
  const heads = new Map(); // four bytes -> where they were last
  const last = bytes.length - LEAST;
  const note = (at) => {
    if (at > last) return;
    const four = bytes.readUInt32LE(at);
    before[at] = heads.get(four) ?? -1;
    heads.set(four, at);
  };
  let literals = 0;
  for (let at = 0; at <= bytes.length; ) {
    const here = at <= last ? longest(bytes, at, before, heads) : { length: 0 };
    if (at < bytes.length) note(at);
    // where the next byte begins a longer copy, this one goes as it is
    const gain = here.length > 0 && !(at < last && longest(bytes, at + 1, before, heads).length > here.length + 1);
    if (!gain && at < bytes.length) {
      at++;
      continue;
    }
    number(at - literals);
    packed.push(...bytes.subarray(literals, at));
    if (at === bytes.length) break;
    number(here.length);
    number(at - here.from);
    for (let i = 1; i < here.length; i++) note(at + i);
    at += here.length;
    literals = at;
  }
  return Buffer.from(packed);
}

// One binary as what it has in common with another and what it has not: the relaxed binary of a family beside the plain one.
// src/wasm/delta.ts undoes it.
//
//   [how many new bytes, how far the next copy begins behind where the last one ended, its length] … then all new bytes
//
// Numbers in LEB128, the distance, which may be backwards, as 2n or -2n - 1. What the two have in common is in the same order
// for the most part, so distances are small, and often the length of the new bytes.

const LEAST = 4; // bytes by which places are found

/** Places in `bytes` by the four bytes that begin there. */
function placesIn(bytes) {
  const places = new Map();
  for (let at = 0; at + LEAST <= bytes.length; at++) {
    const four = bytes.readUInt32LE(at);
    if (!places.has(four)) places.set(four, []);
    places.get(four).push(at);
  }
  return places;
}

const encode = (n, to) => {
  for (; n > 127; n >>>= 7) to.push((n & 127) | 128);
  to.push(n);
};

/** What a copy costs: a byte or two for each of its three numbers; fewer where it goes on from the last. */
const cost = (distance) => (Math.abs(distance) < 64 ? 3 : 5);

/** @param from  the binary that is there, @param to  the one that is wanted: Buffers */
export function deltaOf(from, to) {
  const places = placesIn(from);
  const numbers = [];
  const fresh = [];
  let next = 0; // in `from`, where things go on if nothing has changed
  let start = 0; // of the bytes that no copy has covered
  const longest = (at) => {
    const expected = next + at - start;
    const found = at + LEAST <= to.length ? (places.get(to.readUInt32LE(at)) ?? []) : [];
    let best = { gain: 0, length: 0, place: 0 };
    for (const place of [expected, ...found]) {
      let length = 0;
      while (at + length < to.length && place + length < from.length && from[place + length] === to[at + length])
        length++;
      const gain = length - cost(place - next);
      if (gain > best.gain) best = { gain, length, place };
    }
    return best;
  };
  for (let at = 0; at < to.length; ) {
    const { gain, length, place } = longest(at);
    if (gain <= 0) {
      at++;
      continue;
    }
    encode(at - start, numbers);
    encode(place >= next ? 2 * (place - next) : 2 * (next - place) - 1, numbers);
    encode(length, numbers);
    fresh.push(...to.subarray(start, at));
    at += length;
    start = at;
    next = place + length;
  }
  encode(to.length - start, numbers);
  fresh.push(...to.subarray(start));
  return Buffer.from([...numbers, ...fresh]);
}

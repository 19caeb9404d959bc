/** The order of logits, largest first: keys, and sorting by them. assembly/vocabulary/tokens.ts and list.ts have the same. */

const float = new Float32Array(1);
const floatBits = new Int32Array(float.buffer);

/** The key of a logit: a u32 that grows as the logit falls. 0 and -0 have the same. */
export function keyOf(x: number): number {
  float[0] = x + 0;
  return (floatBits[0] ^ (~(floatBits[0] >> 31) & 0x7fffffff)) >>> 0;
}

export function logitOf(key: number): number {
  floatBits[0] = key ^ (~(key >> 31) & 0x7fffffff);
  return float[0];
}

/**
 * Orders pairs of an index and a key by key, and equal keys by index; at first they lie in index order. Radix sort from the lowest
 * digit on, of the bits in which keys differ.
 *
 * @param words  has the pairs at `source`, and as much room at `target`
 * @returns      where the ordered pairs are: `source` or `target`
 */
export function orderPairs(words: Uint32Array, source: number, target: number, count: number): number {
  let least = 0xffffffff;
  let most = 0;
  for (let j = 0; j < count; j++) {
    const key = words[source + 2 * j + 1];
    if (key < least) least = key;
    if (key > most) most = key;
  }
  const bits = 32 - Math.clz32(most - least);
  // a digit has about as many values as there are pairs, at most 2048: to scatter to more places is slow
  const widest = Math.min(Math.max(32 - Math.clz32(count), 4), 11);
  const passes = Math.ceil(bits / widest);
  const width = Math.ceil(bits / passes);
  const places = new Uint32Array(2 ** width);
  for (let low = 0; low < bits; low += width) {
    places.fill(0);
    const end = source + 2 * count;
    for (let at = source; at < end; at += 2) places[digit(words[at + 1] - least, low, width)]++;
    for (let d = 0, first = 0; d < places.length; d++) {
      const here = places[d];
      places[d] = first;
      first += here;
    }
    for (let at = source; at < end; at += 2) {
      const to = target + 2 * places[digit(words[at + 1] - least, low, width)]++;
      words[to] = words[at];
      words[to + 1] = words[at + 1];
    }
    [source, target] = [target, source];
  }
  return source;
}

const digit = (key: number, low: number, width: number): number => (key >>> low) & (2 ** width - 1);

/**
 * Undoes scripts/delta.mjs: makes a binary of `length` bytes from one that is much like it. The delta is a list of steps, each
 * "so many new bytes, then a copy of so many bytes from there", as numbers; behind the numbers come all the new bytes. The steps
 * end where new bytes and copies add up to `length`.
 */
export function applyDelta(from: Uint8Array, delta: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  const number = (): number => {
    let n = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = delta[at++];
      n |= (byte & 127) << shift;
      if (byte < 128) return n;
    }
  };
  const steps: [fresh: number, place: number, count: number][] = [];
  let place = 0;
  for (let to = 0; ; ) {
    const fresh = number();
    to += fresh;
    if (to === length) {
      steps.push([fresh, 0, 0]);
      break;
    }
    const distance = number();
    place += distance & 1 ? -(distance + 1) / 2 : distance / 2;
    const count = number();
    steps.push([fresh, place, count]);
    place += count;
    to += count;
  }
  let to = 0;
  for (const [fresh, place, count] of steps) {
    bytes.set(delta.subarray(at, at + fresh), to);
    at += fresh;
    bytes.set(from.subarray(place, place + count), to + fresh);
    to += fresh + count;
  }
  return bytes;
}

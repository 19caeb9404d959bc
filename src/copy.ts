/** Copies of a few floats at a time, where calls of the engine's own would take longer than the copy. */

/** Up to this many floats a loop copies faster than `set`, which costs 20–40 ns whatever the length. */
export const LOOP_FLOATS = 16;

/** for (i < count) y[to + i] = x[from + i], four to an iteration: 1.2 ns a float against 1.5. */
export function copy(y: Float32Array, to: number, x: Float32Array, from: number, count: number): void {
  let i = 0;
  for (; i < count - 3; i += 4) {
    y[to + i] = x[from + i];
    y[to + i + 1] = x[from + i + 1];
    y[to + i + 2] = x[from + i + 2];
    y[to + i + 3] = x[from + i + 3];
  }
  for (; i < count; i++) y[to + i] = x[from + i];
}

/** The same between the beginnings of arrays, in half as many bytecodes: V8 inlines only so many into a call. */
export function copyFew(y: Float32Array, x: Float32Array, count: number): void {
  let i = 0;
  for (; i < count - 1; i += 2) {
    y[i] = x[i];
    y[i + 1] = x[i + 1];
  }
  if (i < count) y[i] = x[i];
}

/** y[to…] = `count` positions of `width` columns of x, which are `pitch` elements apart there, the first at `from`: brought together. */
export function gather(
  y: Uint16Array,
  to: number,
  x: Uint16Array,
  from: number,
  count: number,
  width: number,
  pitch: number,
): void {
  let at = to;
  for (let a = 0; a < count; a++) {
    for (let i = 0; i < width; i++) y[at++] = x[from + a * pitch + i];
  }
}

/** The way back: y's positions are `pitch` elements apart. */
export function scatter(
  y: Uint16Array,
  to: number,
  x: Uint16Array,
  from: number,
  count: number,
  width: number,
  pitch: number,
): void {
  let at = from;
  for (let a = 0; a < count; a++) {
    for (let i = 0; i < width; i++) y[to + a * pitch + i] = x[at++];
  }
}

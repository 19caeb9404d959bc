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

/** The same of 1 to 16 floats between the beginnings of arrays. Without a loop it takes half the time. */
export function copyFew(y: Float32Array, x: Float32Array, count: number): void {
  y[0] = x[0];
  if (count === 1) return;
  y[1] = x[1];
  if (count === 2) return;
  y[2] = x[2];
  if (count === 3) return;
  y[3] = x[3];
  if (count === 4) return;
  y[4] = x[4];
  if (count === 5) return;
  y[5] = x[5];
  if (count === 6) return;
  y[6] = x[6];
  if (count === 7) return;
  y[7] = x[7];
  if (count === 8) return;
  y[8] = x[8];
  if (count === 9) return;
  y[9] = x[9];
  if (count === 10) return;
  y[10] = x[10];
  if (count === 11) return;
  y[11] = x[11];
  if (count === 12) return;
  y[12] = x[12];
  if (count === 13) return;
  y[13] = x[13];
  if (count === 14) return;
  y[14] = x[14];
  if (count === 15) return;
  y[15] = x[15];
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

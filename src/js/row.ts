/**
 * The twin's passes over n floats that lie side by side and all take part. Four to an iteration: V8 spends more on the
 * loop itself than on a maximum or a product (1.1 ns a float against 2.3).
 */
export { rowExpSum } from "./exp";

/** max(m, x), NaN for good once one is NaN. */
export function rowMax(f32: Float32Array, x: number, n: number, m: number): number {
  const end = x + n;
  const whole = end - (n & 3);
  let nan = false;
  for (; x < whole; x += 4) {
    const a = f32[x];
    const b = f32[x + 1];
    const c = f32[x + 2];
    const d = f32[x + 3];
    if (a > m) m = a;
    if (b > m) m = b;
    if (c > m) m = c;
    if (d > m) m = d;
    if (a + b + c + d !== a + b + c + d) nan = true; // or Infinity beside -Infinity
  }
  for (; x < end; x++) {
    if (f32[x] > m) m = f32[x];
    if (f32[x] !== f32[x]) nan = true;
  }
  if (!nan) return m;
  for (x = end - n; x < end; x++) if (f32[x] !== f32[x]) return Number.NaN;
  return m;
}

/** The same along any axis. A NaN stays. */
export function largest(f32: Float32Array, x: number, axis: number, pitch: number, m: number): number {
  if (pitch === 1) return m !== m ? m : rowMax(f32, x, axis, m);
  for (let a = 0, at = x; a < axis; a++, at += pitch) if (f32[at] > m || f32[at] !== f32[at]) m = f32[at];
  return m;
}

/** y *= r */
export function rowScale(f32: Float32Array, y: number, n: number, r: number): void {
  const end = y + n;
  const whole = end - (n & 3);
  for (; y < whole; y += 4) {
    f32[y] *= r;
    f32[y + 1] *= r;
    f32[y + 2] *= r;
    f32[y + 3] *= r;
  }
  for (; y < end; y++) f32[y] *= r;
}

/** y = (x - m)·perT - logS */
export function rowShift(
  f32: Float32Array,
  y: number,
  x: number,
  n: number,
  m: number,
  perT: number,
  logS: number,
): void {
  const end = x + n;
  const whole = end - (n & 3);
  for (; x < whole; x += 4, y += 4) {
    f32[y] = (f32[x] - m) * perT - logS;
    f32[y + 1] = (f32[x + 1] - m) * perT - logS;
    f32[y + 2] = (f32[x + 2] - m) * perT - logS;
    f32[y + 3] = (f32[x + 3] - m) * perT - logS;
  }
  for (; x < end; x++, y++) f32[y] = (f32[x] - m) * perT - logS;
}

/** The first position of a float equal to m, or -1. */
export function rowFirst(f32: Float32Array, x: number, n: number, m: number): number {
  for (let a = 0; a < n; a++) if (f32[x + a] === m) return a;
  return -1;
}

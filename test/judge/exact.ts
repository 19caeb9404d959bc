/** exp and log to 200 bits and more, to judge float64 by. Fixed point: BigInts in units of 2^-P. */
const P = 1300n;
const ONE = 1n << P;

/** A finite float64 in fixed point, exactly. */
export function exact(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0n ? fraction : fraction | (1n << 52n);
  const scaled = mantissa << ((exponent === 0n ? 1n : exponent) - 1075n + P); // P > 1074
  return bits >> 63n ? -scaled : scaled;
}

const HALVINGS = 20n;

/** exp(x) by its series at x / 2^20, squared twenty times; x <= 0 (or a little above). */
export function exp(x: bigint): bigint {
  const r = x >> HALVINGS;
  let y = ONE;
  let term = ONE;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = ((term * r) >> P) / n;
    y += term;
  }
  for (let k = 0n; k < HALVINGS; k++) y = (y * y) >> P;
  return y;
}

/** log(1 + x) for x >= 0, by Newton's rule, beginning with Math.log1p. */
export function log1p(x: bigint): bigint {
  let y = exact(Math.log1p(toNumber(x)));
  for (let k = 0; k < 4; k++) y += (((ONE + x) * exp(-y)) >> P) - ONE;
  return y;
}

export const quotient = (a: bigint, b: bigint): bigint => (a << P) / b;

export const sum = (values: bigint[]): bigint => values.reduce((s, v) => s + v, 0n);

/** The nearest number, from the first 60 bits. */
export function toNumber(x: bigint): number {
  const magnitude = x < 0n ? -x : x;
  const shift = Math.max(0, magnitude.toString(2).length - 60);
  const exponent = shift - Number(P);
  const half = exponent >> 1;
  const value = Number(magnitude >> BigInt(shift)) * 2 ** half * 2 ** (exponent - half);
  return x < 0n ? -value : value;
}

/** |y - of| / |of| */
export function relativeError(y: number, of: bigint): number {
  const difference = exact(y) - of;
  return Math.abs(toNumber(quotient(difference, of)));
}

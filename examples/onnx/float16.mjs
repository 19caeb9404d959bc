/** float16 as onnxruntime gives it: as a Uint16Array of its bits, or, where the engine has one, as a Float16Array. */

function numberOf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** @returns {Float32Array} the same numbers */
export const float32From = (float16) =>
  float16 instanceof Uint16Array ? Float32Array.from(float16, numberOf) : Float32Array.from(float16);

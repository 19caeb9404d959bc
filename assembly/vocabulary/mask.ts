/**
 * bit i & 31 of bits[i >> 5] = bytes[i] != 0
 *
 * @param n  a multiple of 32
 */
export function vocabularyBits(bits: usize, bytes: usize, n: usize): void {
  const zero = i8x16.splat(0);
  for (const end = bytes + n; bytes < end; bytes += 32, bits += 4) {
    const low = i8x16.bitmask(i8x16.ne(v128.load(bytes), zero));
    const high = i8x16.bitmask(i8x16.ne(v128.load(bytes, 16), zero));
    store<u32>(bits, low | (high << 16));
  }
}

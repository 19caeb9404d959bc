/**
 * Moves the lanes that a comparison has taken to the front, so that they can be appended to a list.
 */

// Byte indices that move the lanes of a bit mask to the front: [a b c d], 0b1010 -> [b d . .]
// @ts-ignore: decorator
@lazy const FRONT: usize = memory.data<u32>([
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0000
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0001
  0x07060504, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0010
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0011
  0x0b0a0908, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0100
  0x03020100, 0x0b0a0908, 0x0b0a0908, 0x0f0e0d0c, // 0101
  0x07060504, 0x0b0a0908, 0x0b0a0908, 0x0f0e0d0c, // 0110
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 0111
  0x0f0e0d0c, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 1000
  0x03020100, 0x0f0e0d0c, 0x0b0a0908, 0x0f0e0d0c, // 1001
  0x07060504, 0x0f0e0d0c, 0x0b0a0908, 0x0f0e0d0c, // 1010
  0x03020100, 0x07060504, 0x0f0e0d0c, 0x0f0e0d0c, // 1011
  0x0b0a0908, 0x0f0e0d0c, 0x0b0a0908, 0x0f0e0d0c, // 1100
  0x03020100, 0x0b0a0908, 0x0f0e0d0c, 0x0f0e0d0c, // 1101
  0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x0f0e0d0c, // 1110
  0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, // 1111
], 16);

/** The bytes of the lanes that `taken`, 0 to 15, has a bit for, in front; what follows them means nothing. For i8x16.swizzle. */
// @ts-ignore: decorator
@inline
export function front(taken: i32): v128 {
  return v128.load(FRONT + (<usize>taken << 4));
}

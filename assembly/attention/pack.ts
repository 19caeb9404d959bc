/**
 * Keys and values of one head, laid out for the tiles: once for all the queries that meet them.
 *
 *   k[count, headDim]   ->  panels of NR keys,   [headDim, NR] each    (K transposed)
 *   v[count, valueDim]  ->  panels of NR columns, [keys, NR] each, missing columns 0
 *   odd[count]          ->  u8, ODD_VALUE where a value of the key is not finite, ODD_KEY where scores may overflow (overflow.ts)
 *
 * Panels of v hold all `keys` of the chunk, of which these are `count`, from number `from` on, a multiple of NR. The
 * panel's keys past the last repeat the last: their scores are masked whatever they are. 0 · NaN is NaN, so a value that is not
 * finite must be kept away from the queries it is masked for; `odd` tells where that care is needed.
 */
import { fma, loadTail } from "../lanes";
import { NEIGHBOURS } from "./dots";
import { safe } from "./overflow";
import { NR } from "./tile";

export const ODD_VALUE: u8 = 1;
export const ODD_KEY: u8 = 2;
/** ODD_KEY in each of four bytes. */
const FOUR_ODD_KEYS: u32 = 0x02020202;

/**
 * Brings memory into L1 by a load of every line, in order. Four keys read side by side lead CPUs astray (dots.ts); read from end to end
 * first, attention over 128 floats a key from memory takes 0.82 to 0.97 of the time, and from L2 as long.
 */
function fetch(from: usize, to: usize): void {
  for (; from < to; from += 64) load<i32>(from);
}

/** [keys, headDim] -> [headDim, keys], four by four. Floats read past a key's end may make it odd, which costs time alone. */
function packKeys(to: usize, odd: usize, k: usize, pitch: usize, count: usize, headDim: usize): void {
  const line = NR << 2;
  const limit = f32x4.splat(safe(headDim) * safe(headDim));
  const ahead = pitch == headDim << 2 && pitch > NEIGHBOURS;
  for (let j: usize = 0; j < count; j += NR) {
    if (ahead) fetch(k + j * pitch, k + min(j + NR, count) * pitch);
    for (let i: usize = 0; i < NR; i += 4) {
      const left = count - min(j + i, count - 1) - 1; // keys behind the first of these four
      let k0 = k + min(j + i, count - 1) * pitch;
      let k1 = left > 0 ? k0 + pitch : k0;
      let k2 = left > 1 ? k1 + pitch : k1;
      let k3 = left > 2 ? k2 + pitch : k2;
      let at = to + (i << 2);
      let squares = f32x4.splat(0), more = squares;
      for (let d: usize = 0; d < headDim; d += 4) {
        const r0 = v128.load(k0), r1 = v128.load(k1), r2 = v128.load(k2), r3 = v128.load(k3);
        const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
        const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
        squares = fma(r0, r0, squares);
        more = fma(r1, r1, more);
        squares = fma(r2, r2, squares);
        more = fma(r3, r3, more);
        const rows = headDim - d;
        v128.store(at, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
        if (rows > 1) v128.store(at + line, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
        if (rows > 2) v128.store(at + 2 * line, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
        if (rows > 3) v128.store(at + 3 * line, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
        k0 += 16;
        k1 += 16;
        k2 += 16;
        k3 += 16;
        at += 4 * line;
      }
      store<u32>(odd + j + i, i32x4.all_true(f32x4.lt(f32x4.add(squares, more), limit)) ? 0 : FOUR_ODD_KEYS);
    }
    to += headDim * line;
  }
}

/** @returns whether all were finite: 0 · Infinity and 0 · NaN are NaN */
function packValues(to: usize, panel: usize, v: usize, valueDim: usize): bool {
  let odd = f32x4.splat(0);
  let i: usize = 0;
  for (; i < valueDim; i += NR, to += panel) {
    for (let j: usize = 0; j < NR; j += 4) {
      const left = i + j < valueDim ? valueDim - i - j : 0;
      let x = f32x4.splat(0);
      if (left >= 4) x = v128.load(v + ((i + j) << 2));
      else if (left) x = loadTail(v + ((i + j) << 2), left, x);
      v128.store(to + (j << 2), x);
      odd = f32x4.mul(odd, x);
    }
  }
  return !v128.any_true(f32x4.ne(odd, odd));
}

export function attentionPack(
  packedK: usize, packedV: usize, odd: usize, k: usize, v: usize,
  from: usize, count: usize, keys: usize, headDim: usize, valueDim: usize, kPitch: usize, vPitch: usize,
): void {
  packKeys(packedK + ((from * headDim) << 2), odd + from, k, kPitch << 2, count, headDim);
  const panel = (keys * NR) << 2;
  packedV += (from * NR) << 2;
  for (let j: usize = 0; j < count; j++) {
    if (!packValues(packedV, panel, v, valueDim)) store<u8>(odd + from + j, load<u8>(odd + from + j) | ODD_VALUE);
    packedV += NR << 2;
    v += vPitch << 2;
  }
}
